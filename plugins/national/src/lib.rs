//! The national rules, for schools of every province that has no plugin of its own.
//!
//! Thông tư 22/2021 and Thông tư 27/2020 with the defaults that `plugin.yaml` declares.

use bieumau_assessment::{ASSESS_PRIMARY, ASSESS_SECONDARY};
use bieumau_plugin_sdk::{Plugin, Rule, export_plugin};
use bieumau_quality::DATA_QUALITY;

/// The plugin.
#[derive(Debug)]
pub struct National;

impl Plugin for National {
    const RULES: &'static [Rule] = &[ASSESS_SECONDARY, ASSESS_PRIMARY, DATA_QUALITY];
}

export_plugin!(National);
