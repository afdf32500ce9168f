//! JSON Schemas of the YAML files, for editors and for the check itself.

use std::sync::OnceLock;

use schemars::{JsonSchema, schema_for};
use serde_json::Value as Json;

use crate::raw::{RawCodeList, RawForm, RawLayer, RawPlugin, RawReport, RawSharedDataset, RawSite};

/// A kind of YAML file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `<id>.form.yaml`.
    Form,
    /// `<id>.report.yaml`.
    Report,
    /// `<id>.dataset.yaml`.
    Dataset,
    /// `codes/<id>.yaml`.
    CodeList,
    /// `<id>.layer.yaml`.
    Layer,
    /// `plugin.yaml`.
    Plugin,
    /// `site.yaml`.
    Site,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Form,
        Self::Report,
        Self::Dataset,
        Self::CodeList,
        Self::Layer,
        Self::Plugin,
        Self::Site,
    ];

    /// Returns the name by which the command line knows the kind.
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Report => "report",
            Self::Dataset => "dataset",
            Self::CodeList => "code_list",
            Self::Layer => "layer",
            Self::Plugin => "plugin",
            Self::Site => "site",
        }
    }
}

/// Returns the JSON Schema of a kind of file.
pub fn schema(kind: Kind) -> &'static Json {
    static SCHEMAS: OnceLock<[Json; 7]> = OnceLock::new();
    let [form, report, dataset, code_list, layer, plugin, site] = SCHEMAS.get_or_init(|| {
        [
            made::<RawForm>(),
            made::<RawReport>(),
            made::<RawSharedDataset>(),
            made::<RawCodeList>(),
            made::<RawLayer>(),
            made::<RawPlugin>(),
            made::<RawSite>(),
        ]
    });
    match kind {
        Kind::Form => form,
        Kind::Report => report,
        Kind::Dataset => dataset,
        Kind::CodeList => code_list,
        Kind::Layer => layer,
        Kind::Plugin => plugin,
        Kind::Site => site,
    }
}

/// Returns all schemas in one object, by name of the kind.
pub fn all() -> Json {
    let entry = |kind: Kind| (kind.name().to_owned(), schema(kind).clone());
    Json::Object(Kind::ALL.into_iter().map(entry).collect())
}

fn made<T: JsonSchema>() -> Json {
    schema_for!(T).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_every_schema_says_what_it_is() {
        fn check_properties(schema: &Json, path: &str) {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let says = property.get("description").is_some() || property.get("$ref").is_some();
                assert!(says, "{path}.{name} has no description");
            }
            for (name, below) in schema["$defs"].as_object().into_iter().flatten() {
                if name != "Text" {
                    check_properties(below, &format!("{path}/{name}"));
                }
            }
        }
        for kind in Kind::ALL {
            check_properties(schema(kind), kind.name());
        }
    }

    #[test]
    fn schemas_refuse_unknown_keys() {
        for kind in Kind::ALL {
            assert_eq!(schema(kind)["additionalProperties"], false, "{}", kind.name());
        }
    }
}
