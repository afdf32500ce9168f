//! What is said about one record: right, complete, clean, alive; each problem names the record.

use std::collections::HashMap;

use bieumau_plugin_sdk::{Date, Finding};

use crate::data::Settings;
use crate::tables::PersonRow;

const TABLE: &str = "records";

/// The verdict on a record.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// As in the legal records; nothing when nobody has compared.
    pub right: Option<bool>,
    /// How many required fields are empty.
    pub missing: i64,
    /// Identifier well-formed, verified, and only here.
    pub clean: bool,
    /// Up to date in time; nothing when there was no change.
    pub alive: Option<bool>,
    /// Until when a change had to be there.
    pub deadline: Option<Date>,
    /// All problems in words.
    pub problems: Option<String>,
}

/// Records that may be about one person.
pub struct Twins<'a> {
    by_id: HashMap<&'a str, Vec<&'a str>>,
    by_birth: HashMap<(String, Date), Vec<&'a str>>,
}

impl<'a> Twins<'a> {
    /// Groups the records by identifier, and by kind, name and date of birth.
    pub fn of(people: &[(usize, PersonRow<'a>)]) -> Self {
        let mut twins = Self { by_id: HashMap::new(), by_birth: HashMap::new() };
        for (_, person) in people {
            if let Some(id) = person.personal_id {
                twins.by_id.entry(id).or_default().push(person.record);
            }
            if let Some(key) = birth_key(person) {
                twins.by_birth.entry(key).or_default().push(person.record);
            }
        }
        twins
    }

    fn others(all: Option<&Vec<&'a str>>, record: &str) -> Vec<&'a str> {
        all.into_iter().flatten().copied().filter(|other| *other != record).collect()
    }
}

/// Two persons of one kind with one name, one date of birth and one class are taken for the same.
fn birth_key(person: &PersonRow<'_>) -> Option<(String, Date)> {
    let words: Vec<&str> = person.full_name?.split_whitespace().collect();
    let class = person.class.unwrap_or_default();
    Some((
        format!("{} {class} {}", person.kind, words.join(" ").to_lowercase()),
        person.birth_date?,
    ))
}

/// Judges a record.
pub fn judge(
    settings: &Settings,
    at: usize,
    person: &PersonRow<'_>,
    missing: &[&str],
    twins: &Twins<'_>,
    findings: &mut Vec<Finding>,
) -> Verdict {
    let mut remarks = Remarks { at, person, problems: Vec::new(), findings };
    let right = remarks.right();
    remarks.complete(missing);
    let clean = remarks.clean(settings, twins);
    let (alive, deadline) = remarks.alive(settings);
    let problems = (!remarks.problems.is_empty()).then(|| remarks.problems.join("; "));
    let missing = i64::try_from(missing.len()).unwrap_or(i64::MAX);
    Verdict { right, missing, clean, alive, deadline, problems }
}

struct Remarks<'p, 'a> {
    at: usize,
    person: &'p PersonRow<'a>,
    problems: Vec<String>,
    findings: &'p mut Vec<Finding>,
}

impl Remarks<'_, '_> {
    fn add(&mut self, code: &str, column: &str, vi: String, en: String, help: [&str; 2]) {
        let mut finding = Finding::error(code, vi.clone(), en).help(help[0], help[1]);
        finding = finding.at(TABLE, self.at, column).about("record", self.person.record);
        if let Some(class) = self.person.class {
            finding = finding.about("class", class);
        }
        self.findings.push(finding);
        self.problems.push(vi);
    }

    /// Đúng: as in the legal records, which somebody has compared.
    fn right(&mut self) -> Option<bool> {
        if let Some(wrong) = self.person.wrong {
            self.add(
                "DQ-01",
                "wrong",
                format!("Sai so với hồ sơ gốc: {wrong}"),
                format!("Differs from the legal record: {wrong}"),
                [
                    "Sửa theo hồ sơ gốc rồi xác nhận lại.",
                    "Mend it by the legal record and confirm.",
                ],
            );
            return Some(false);
        }
        self.person.confirmed
    }

    /// Đủ: every required field.
    fn complete(&mut self, missing: &[&str]) {
        if !missing.is_empty() {
            let listed = missing.join(", ");
            self.add(
                "DQ-02",
                "record",
                format!("Thiếu {listed}"),
                format!("{listed} missing"),
                ["Bổ sung các trường này.", "Fill in these fields."],
            );
        }
    }

    /// Sạch: an identifier of 12 digits, verified, and no second record of the same person.
    fn clean(&mut self, settings: &Settings, twins: &Twins<'_>) -> bool {
        let before = self.problems.len();
        let verify =
            ["Xác thực với cơ sở dữ liệu dân cư.", "Verify it with the population database."];
        match self.person.personal_id {
            None => self.add(
                "DQ-03",
                "personal_id",
                "Chưa có số định danh cá nhân".to_owned(),
                "No personal identifier".to_owned(),
                ["Nhập số định danh cá nhân.", "Enter the personal identifier."],
            ),
            Some(id) if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) => self
                .add(
                    "DQ-04",
                    "personal_id",
                    "Số định danh cá nhân không đủ 12 chữ số".to_owned(),
                    "The personal identifier does not have 12 digits".to_owned(),
                    ["Sửa theo căn cước hoặc giấy khai sinh.", "Mend it by the identity card."],
                ),
            Some(_) if self.person.verified != Some(true) => self.add(
                "DQ-05",
                "verified",
                "Số định danh cá nhân chưa xác thực".to_owned(),
                "The personal identifier is not verified".to_owned(),
                verify,
            ),
            Some(_) => {}
        }
        if settings.no_duplicates {
            self.unique(twins);
        }
        self.problems.len() == before
    }

    fn unique(&mut self, twins: &Twins<'_>) {
        let record = self.person.record;
        let by_id = self.person.personal_id.and_then(|id| twins.by_id.get(id));
        let mut others = Twins::others(by_id, record);
        let mut column = "personal_id";
        if others.is_empty() {
            let key = birth_key(self.person);
            others = Twins::others(key.and_then(|key| twins.by_birth.get(&key)), record);
            column = "full_name";
        }
        if !others.is_empty() {
            let listed = others.join(", ");
            self.add(
                "DQ-06",
                column,
                format!("Trùng với hồ sơ {listed}"),
                format!("The same person as record {listed}"),
                [
                    "Giữ một hồ sơ, đổi trạng thái hồ sơ kia; không xóa.",
                    "Keep one record and change the status of the other; nothing is deleted.",
                ],
            );
        }
    }

    /// Sống: a change is there within so many working days.
    fn alive(&mut self, settings: &Settings) -> (Option<bool>, Option<Date>) {
        let Some(changed) = self.person.changed else { return (None, None) };
        let deadline = settings.calendar.deadline(changed, settings.most);
        let is_late = match (self.person.updated, settings.as_of) {
            (Some(updated), _) => updated > deadline,
            (None, Some(today)) if today > deadline => true,
            // Not there yet, and not due as far as anyone says.
            (None, _) => return (None, Some(deadline)),
        };
        if is_late {
            let [vi, en] = match self.person.updated {
                Some(updated) => [
                    format!("Cập nhật ngày {}, quá hạn {}", updated.short(), deadline.short()),
                    format!("Updated on {updated}, due {deadline}"),
                ],
                None => [
                    format!("Chưa cập nhật, quá hạn {}", deadline.short()),
                    format!("Not updated, due {deadline}"),
                ],
            };
            let help = [
                "Cập nhật ngay khi có thay đổi.",
                "Bring data up to date as soon as something changes.",
            ];
            self.add("DQ-07", "updated", vi, en, help);
        }
        (Some(!is_late), Some(deadline))
    }
}
