//! The layers of a site: which there are, and what a new version of their bases means for them.
//!
//! Laying them is the job of `model::check`. What a layer was written for is kept beside it as a whole
//! file, so that three texts can be compared: the base then, the base now, and the layer.

use std::fs;
use std::path::{Path, PathBuf};

use bieumau_model::layer::{self, Changed, Layer};
use bieumau_model::nearest;

use crate::check::check_some;
use crate::files::{Files, Source};
use crate::installed::Installed;
use crate::problem::{Problem, ProblemKind};
use crate::site::{data_file, overlaid};

/// What changed under a layer.
#[derive(Debug)]
pub struct LayerChanges {
    /// The layer.
    pub layer: Layer,
    /// The places that differ between the base then and now.
    pub changes: Vec<Changed>,
}

/// A layer that was accepted for the base as it is now.
#[derive(Debug)]
pub struct AcceptedLayer {
    /// The version of the base; a code list has none.
    pub version: Option<u32>,
    /// The files that were written.
    pub written: Vec<PathBuf>,
}

/// Lists the layers of a site, in the order in which they are laid.
pub fn list_layers(folder: &Path) -> Result<Vec<Layer>, Problem> {
    Ok(read(folder)?.1)
}

/// Compares the base of a layer as it was with the base as it is.
pub fn layer_changes(folder: &Path, id: &str) -> Result<LayerChanges, Problem> {
    let (files, layers) = read(folder)?;
    let layer = find(layers, id)?;
    let text = |path: &str| files.text(path).unwrap_or_default().into_owned();
    if files.get(&layer.kept_base()).is_none() {
        return Err(Problem::new(
            ProblemKind::NotFound,
            "J391",
            format!("Chưa giữ định nghĩa gốc mà lớp `{id}` được viết cho"),
            format!("the base for which the layer `{id}` was written is not kept"),
        )
        .help(
            format!("Giữ bản hiện tại bằng: bieumau layer accept {id}"),
            format!("keep the one of today with: bieumau layer accept {id}"),
        ));
    }
    let (then, now) = (text(&layer.kept_base()), text(&layer.base_file));
    let changes = layer::compare(&then, &now, &text(&layer.file));
    Ok(LayerChanges { layer, changes })
}

/// Says that a layer is right for the base as it is now: keeps that base beside the layer and writes
/// its version into the layer.
pub fn accept_layer(folder: &Path, id: &str) -> Result<AcceptedLayer, Problem> {
    let (files, layers) = read(folder)?;
    let layer = find(layers, id)?;
    let own = own_file(folder, &files, &layer.file).ok_or_else(|| {
        Problem::new(
            ProblemKind::BadInput,
            "J392",
            format!("Lớp `{id}` không nằm trong thư mục của hệ thống"),
            format!("the layer `{id}` does not lie in the folder of the site"),
        )
        .help(
            "Người viết gói plugin cập nhật lớp rồi phát hành phiên bản mới",
            "whoever writes the plugin updates the layer and releases a new version",
        )
    })?;
    let text = |path: &str| files.text(path).unwrap_or_default().into_owned();
    let kept = own.with_file_name(layer.kept_base().rsplit('/').next().unwrap_or_default());
    write(&kept, &text(&layer.base_file))?;
    let mut written = vec![kept];
    let accepted = layer.version.and_then(|now| layer::with_version(&text(&layer.file), now));
    if let Some(accepted) = accepted.filter(|_| layer.is_behind()) {
        write(&own, &accepted)?;
        written.push(own);
    }
    Ok(AcceptedLayer { version: layer.version, written })
}

fn read(folder: &Path) -> Result<(Files, Vec<Layer>), Problem> {
    let base = overlaid(folder)?;
    let files = Installed::read(&folder.join(data_file(&base)))?.laid_over(&base);
    let (checked, catalog) = check_some(files, None, |_| false);
    Ok((checked.files, catalog.layers))
}

fn find(layers: Vec<Layer>, id: &str) -> Result<Layer, Problem> {
    let known: Vec<String> = layers.iter().map(|layer| layer.id.clone()).collect();
    layers.into_iter().find(|layer| layer.id == id).ok_or_else(|| {
        let problem = Problem::new(
            ProblemKind::NotFound,
            "J390",
            format!("Không có lớp `{id}`"),
            format!("there is no layer `{id}`"),
        );
        match nearest::help(id, known.iter().map(String::as_str)) {
            Some(help) => Problem { help: Some(help), ..problem },
            None => problem.help("Xem danh sách: bieumau layer list", "see: bieumau layer list"),
        }
    })
}

/// Returns where a file of a layer lies, when that is in the folder of the site.
fn own_file(folder: &Path, files: &Files, path: &str) -> Option<PathBuf> {
    match files.source(path)? {
        Source::Shipped => None,
        Source::Site => Some(folder.join(path)),
        // Of a plugin in the site's folder, or of an installed package, which nobody changes.
        Source::Plugin(id) => {
            Some(folder.join("plugins").join(&**id).join(path)).filter(|path| path.is_file())
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    fs::write(path, text).map_err(|error| {
        let path = path.display();
        Problem::new(
            ProblemKind::Machine,
            "J393",
            format!("Không ghi được `{path}`: {error}"),
            format!("`{path}` cannot be written: {error}"),
        )
    })
}
