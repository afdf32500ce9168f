//! Thành phố Hồ Chí Minh: the national assessment, and the deadline for keeping data alive.

mod update_timeliness;

use bieumau_assessment::{ASSESS_PRIMARY, ASSESS_SECONDARY};
use bieumau_plugin_sdk::{Plugin, Rule, export_plugin};
use bieumau_quality::DATA_QUALITY;

/// The plugin.
#[derive(Debug)]
pub struct HoChiMinh;

impl Plugin for HoChiMinh {
    const RULES: &'static [Rule] =
        &[ASSESS_SECONDARY, ASSESS_PRIMARY, DATA_QUALITY, update_timeliness::RULE];
}

export_plugin!(HoChiMinh);
