//! What a Typst template sees: its page, the shared files, one value of data, and four fonts.
//!
//! Nothing else: no other file, no package, no WASM, no date.

use std::collections::HashMap;
use std::sync::Arc;

use typst::diag::{FileError, FileResult, PackageError};
use typst::foundations::{Binding, Bytes, Datetime, Duration, Module, Scope};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::template::Template;

/// Path of the page inside a template's world.
const PAGE: &str = "/page.typ";
/// Path of the data inside a template's world.
const DATA: &str = "/data.json";
/// Folder of the shared files inside a template's world.
const SHARED: &str = "/shared/";

/// Typst's functions that a template does not have: no foreign code runs, and no text of the data
/// is ever taken for code.
const ABSENT: [&str; 2] = ["plugin", "eval"];

/// The parts of a world that every document shares: Typst's library and the fonts.
pub(crate) struct Equipment {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    page: FileId,
    data: FileId,
}

/// The parsed Typst files of one template.
pub(crate) struct Sources {
    files: HashMap<FileId, Source>,
}

/// The world of one document.
pub(crate) struct PageWorld<'a> {
    equipment: &'a Equipment,
    sources: &'a Sources,
    data: Bytes,
}

impl Equipment {
    /// Builds the library and parses the fonts.
    pub(crate) fn new(fonts: impl IntoIterator<Item = Bytes>) -> Self {
        let fonts: Vec<Font> = fonts.into_iter().flat_map(Font::iter).collect();
        Self {
            library: LazyHash::new(library()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            page: file_id(PAGE).expect("a fixed path"),
            data: file_id(DATA).expect("a fixed path"),
        }
    }
}

impl Sources {
    /// Parses `page.typ` and the shared `*.typ` files of a template.
    ///
    /// `known` keeps parsed files by path and content, because most templates share most files.
    pub(crate) fn parse(template: &Template, known: &mut HashMap<u128, Source>) -> Self {
        let page = template.typst().map(|text| (PAGE.to_owned(), text));
        let shared = template
            .shared()
            .iter()
            .filter(|(name, _)| name.ends_with(".typ"))
            .map(|(name, text)| (format!("{SHARED}{name}"), text));
        let files = page
            .into_iter()
            .chain(shared)
            .filter_map(|(path, text)| {
                let id = file_id(&path)?;
                let source = known
                    .entry(typst::utils::hash128(&(&path, text)))
                    .or_insert_with(|| Source::new(id, text.as_ref().to_owned()));
                Some((id, source.clone()))
            })
            .collect();
        Self { files }
    }
}

impl<'a> PageWorld<'a> {
    /// Puts a template and its data together.
    pub(crate) fn new(equipment: &'a Equipment, sources: &'a Sources, data: Arc<[u8]>) -> Self {
        Self { equipment, sources, data: Bytes::new(data) }
    }
}

impl World for PageWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.equipment.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.equipment.book
    }

    fn main(&self) -> FileId {
        self.equipment.page
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match self.sources.files.get(&id) {
            Some(source) => Ok(source.clone()),
            None if id == self.equipment.data => Err(FileError::NotSource),
            None => Err(refused(id)),
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.equipment.data {
            return Ok(self.data.clone());
        }
        match self.sources.files.get(&id) {
            Some(source) => Ok(Bytes::from_string(source.text().to_owned())),
            None => Err(refused(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.equipment.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Tells why a file is not there.
fn refused(id: FileId) -> FileError {
    match id.root() {
        VirtualRoot::Package(_) => {
            FileError::Package(PackageError::Other(Some("a template cannot use packages".into())))
        }
        VirtualRoot::Project => {
            let path = id.vpath().get_with_slash();
            if path.starts_with(SHARED) {
                return FileError::NotFound(path.into());
            }
            let told =
                format!("a template sees only /data.json and the files of /shared, not {path}");
            FileError::Other(Some(told.into()))
        }
    }
}

/// Builds Typst's library without what is absent.
fn library() -> Library {
    let mut library = Library::default();
    let mut scope = Scope::new();
    for (name, binding) in library.global.scope().iter() {
        if !ABSENT.contains(&name.as_str()) {
            scope.bind(name.clone(), binding.clone());
        }
    }
    library.global = Module::new("global", scope);
    library.std = Binding::detached(library.global.clone());
    library
}

fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}
