//! Hải Phòng: the national assessment, and the deadlines of QĐ 1323/QĐ-SGDĐT (22/9/2020).

mod attendance_timeliness;

use bieumau_assessment::{ASSESS_PRIMARY, ASSESS_SECONDARY};
use bieumau_plugin_sdk::{Plugin, Rule, export_plugin};
use bieumau_quality::DATA_QUALITY;

/// The plugin.
#[derive(Debug)]
pub struct HaiPhong;

impl Plugin for HaiPhong {
    const RULES: &'static [Rule] =
        &[ASSESS_SECONDARY, ASSESS_PRIMARY, DATA_QUALITY, attendance_timeliness::RULE];
}

export_plugin!(HaiPhong);
