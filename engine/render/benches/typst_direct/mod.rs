//! Typst called directly, as the reference that benchmarks compare with.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// Typst as its documentation tells to call it: everything in memory and parsed.
pub struct Direct {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: HashMap<FileId, Source>,
    main: FileId,
    /// What `/data.json` holds.
    pub data: Bytes,
}

impl Direct {
    /// Reads fonts, the page and the shared files, once.
    pub fn new(fonts: &[Arc<[u8]>], page: &str, shared: &BTreeMap<String, Arc<str>>) -> Self {
        let fonts: Vec<Font> =
            fonts.iter().filter_map(|font| Font::new(Bytes::new(font.clone()), 0)).collect();
        let shared = shared.iter().map(|(name, text)| (format!("/shared/{name}"), text.as_ref()));
        let sources = shared
            .chain([("/page.typ".to_owned(), page)])
            .map(|(path, text)| (id(&path), Source::new(id(&path), text.to_owned())))
            .collect();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources,
            main: id("/page.typ"),
            data: Bytes::new(Vec::new()),
        }
    }
}

fn id(path: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).expect("a path")).intern()
}

impl World for Direct {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match self.sources.get(&id) {
            Some(source) => Ok(Bytes::from_string(source.text().to_owned())),
            None => Ok(self.data.clone()),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<typst::foundations::Duration>) -> Option<Datetime> {
        None
    }
}
