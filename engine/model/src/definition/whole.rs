//! A form as one JSON value: everything that its definition says, whatever the file looked like.
//!
//! The store keeps each definition that was ever applied in this form, so that a record can always
//! be read as it was entered.

use serde_json::{Map, Value as Json, json};

use super::{
    Check, CheckSeverity, Condition, Field, FieldType, Form, FormScope, FormStatus, Missing,
    Personal,
};

impl Form {
    /// Returns the whole definition. Bounds of decimals are in units, as records are.
    pub fn whole(&self) -> Json {
        let sections: Vec<Json> = self
            .sections
            .iter()
            .map(|section| {
                let mut whole = json!({ "id": section.id, "title": section.title });
                match &section.repeat {
                    Some(repeat) => {
                        whole["repeat"] = json!({
                            "form": repeat.form, "least": repeat.least, "most": repeat.most,
                        });
                    }
                    None => whole["fields"] = section.fields.iter().map(field).collect(),
                }
                whole
            })
            .collect();
        let grids: Vec<Json> = self
            .grids
            .iter()
            .map(|grid| {
                json!({
                    "id": grid.id, "title": grid.title, "fixed": grid.fixed,
                    "rows": { "form": grid.rows, "field": grid.field }, "columns": grid.columns,
                })
            })
            .collect();
        json!({
            "id": self.id,
            "version": self.version,
            "status": self.status.name(),
            "title": self.title,
            "scope": match self.scope { FormScope::Site => "site", FormScope::School => "school" },
            "key": self.key,
            "sections": sections,
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "grids": grids,
        })
    }
}

impl FormStatus {
    /// Returns the word of definitions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Retired => "retired",
        }
    }
}

impl FieldType {
    /// Returns the word of definitions.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::PersonName => "person_name",
            Self::Integer { .. } => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Date => "date",
            Self::Boolean => "boolean",
            Self::Choice { .. } => "choice",
            Self::Reference { .. } => "reference",
        }
    }
}

impl Personal {
    /// Returns the word of definitions.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Basic => "basic",
            Self::Sensitive => "sensitive",
        }
    }
}

fn field(field: &Field) -> Json {
    let mut whole = Map::new();
    let mut put = |name: &str, value: Json| {
        if value != Json::Null {
            whole.insert(name.to_owned(), value);
        }
    };
    put("id", json!(field.id));
    put("type", json!(field.kind.name()));
    put("title", json!(field.title));
    put("hint", json!(field.hint));
    match &field.kind {
        FieldType::Text { max_length, pattern } => {
            put("max_length", json!(max_length));
            put("pattern", json!(pattern));
        }
        FieldType::Integer { min, max } => {
            put("min", json!(min));
            put("max", json!(max));
        }
        FieldType::Decimal { scale, min, max } => {
            put("scale", json!(scale));
            put("min", json!(min));
            put("max", json!(max));
        }
        FieldType::Choice { codes } => put("codes", json!(codes)),
        FieldType::Reference { to } => put("to", json!(to)),
        FieldType::PersonName | FieldType::Date | FieldType::Boolean => {}
    }
    put("required", json!(field.required));
    put("immutable", json!(field.immutable));
    put("personal", json!(field.personal.name()));
    put("when", json!(field.when.as_ref().map(|when| &when.source.text)));
    put("compute", field.compute.as_ref().map_or(Json::Null, condition));
    put("check", field.check.as_ref().map_or(Json::Null, check));
    put("choice_filter", json!(field.choice_filter.as_ref().map(|filter| &filter.source.text)));
    put("valid_on", json!(field.valid_on));
    Json::Object(whole)
}

fn check(check: &Check) -> Json {
    json!({
        "id": check.id,
        "that": check.condition.source.text,
        "missing": check.condition.missing.name(),
        "message": check.message,
        "severity": check.severity.name(),
    })
}

fn condition(condition: &Condition) -> Json {
    json!({ "as": condition.source.text, "missing": condition.missing.name() })
}

impl Missing {
    /// Returns the word of definitions.
    pub fn name(self) -> &'static str {
        match self {
            Self::SkipIfAny => "skip_if_any",
            Self::SkipIfAll => "skip_if_all",
            Self::NeverSkip => "never_skip",
        }
    }
}

impl CheckSeverity {
    /// Returns the word of definitions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}
