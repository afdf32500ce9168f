//! Findings as SARIF 2.1.0, for editors and code hosts.

use bieumau_model::diagnostic::Diagnostics;
use bieumau_model::text::Locale;
use serde_json::{Value, json};

/// Returns the SARIF log of `findings`.
pub(crate) fn log(findings: &Diagnostics, locale: Locale) -> Value {
    let results: Vec<Value> = findings
        .iter()
        .map(|finding| {
            let mut text = finding.message.get(locale).to_owned();
            if let Some(help) = &finding.help {
                text.push_str(". ");
                text.push_str(help.get(locale));
            }
            let locations: Vec<Value> = finding
                .span
                .iter()
                .map(|span| {
                    json!({"physicalLocation": {
                        "artifactLocation": {"uri": &*span.file},
                        "region": {"startLine": span.line, "startColumn": span.column},
                    }})
                })
                .collect();
            json!({
                "ruleId": finding.code,
                "level": finding.severity.as_str(),
                "message": {"text": text},
                "locations": locations,
            })
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "bieumau", "version": env!("CARGO_PKG_VERSION")}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}
