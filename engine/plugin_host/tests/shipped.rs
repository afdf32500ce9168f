//! The shipped plugins as they lie there: fresh, and alike where they should be.

#[path = "common/shipped.rs"]
mod common;

use bieumau_plugin_host::build::{Freshness, freshness};

#[test]
fn components_are_built_from_the_sources_beside_them() {
    for plugin in common::PLUGINS {
        let found = freshness(&common::folder(plugin)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found, Freshness::Fresh, "build {plugin} again with `bieumau plugin build`");
    }
}

#[test]
fn provinces_declare_the_national_rules_alike() {
    let national = common::shipped("national").manifest();
    for plugin in common::PLUGINS {
        for rule in &national.rules {
            let own = common::shipped(plugin).manifest().rules.iter();
            let own = own.clone().find(|own| own.id == rule.id).expect(plugin);
            assert_eq!(own.takes, rule.takes, "{plugin}: {}", rule.id);
            assert_eq!(own.gives, rule.gives, "{plugin}: {}", rule.id);
            let names = |rule: &bieumau_model::definition::RuleDeclaration| {
                rule.parameters.keys().cloned().collect::<Vec<_>>()
            };
            assert_eq!(names(own), names(rule), "{plugin}: {}", rule.id);
        }
    }
}
