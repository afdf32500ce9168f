//! Sends a slip: finds its cells, reads their new values, checks what must be with it.

use std::collections::BTreeMap;

use bieumau_model::access::Action;
use bieumau_model::correction::{self, State};
use bieumau_model::definition::Form;
use bieumau_model::entry::{Given, Validator};
use bieumau_model::lock::vietnam_day;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Locale;
use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::cells::{cell_text, record_text};
use super::evidence::MOST_FILES;
use super::refused_problem;
use crate::flows::papers::{Paper, day, maybe, moment, number, rows, text};
use crate::flows::who::{Place, must, role_title, roles};
use crate::problem::{Problem, ProblemKind};
use crate::records::NewFile;
use crate::site::Site;

/// A slip that is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCorrection {
    /// School.
    pub school: String,
    /// School year.
    pub year: i64,
    /// Form of the records, such as `mark`.
    pub form: String,
    /// Why.
    pub reason: String,
    /// What shows it: a reference to the paper.
    #[serde(default)]
    pub evidence: String,
    /// Cells.
    pub lines: Vec<NewLine>,
}

/// A cell that a slip asks to change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// Key of the record beside school and year: `{"term": "1", "pupil": "…", "subject": "TOAN"}`.
    pub record: BTreeMap<String, String>,
    /// Field.
    pub field: String,
    /// The new value as typed; empty takes the value away.
    pub value: String,
}

/// A cell as it was found.
struct Line {
    key: Vec<Value>,
    revision: i64,
    pupil: String,
    field: String,
    title: String,
    old: Value,
    new: Value,
    about: About,
}

/// What all lines of a slip have in common.
#[derive(Clone, PartialEq, Eq)]
struct About {
    class: String,
    subject: Option<String>,
    term: Option<i64>,
}

impl Site {
    /// Sends a slip with its evidence files; returns its number. Nothing is changed by it.
    pub fn request_correction(
        &self,
        caller: &Caller,
        wanted: &NewCorrection,
        files: &[NewFile<'_>],
        now: Timestamp,
    ) -> Result<i64, Problem> {
        let form = self.correctable(&wanted.form)?;
        let lines = self.lines_of(form, wanted, now)?;
        let about = common(&lines)?;
        let place = Place {
            school: &wanted.school,
            class: Some((wanted.year, &about.class)),
            subject: about.subject.as_deref(),
        };
        must(caller, Action::RequestCorrection, &place, now)?;
        let policy = self.school_policy(&wanted.school, wanted.year)?;
        let rules = self.correction_rules(&wanted.school, wanted.year)?;
        rules.check_window(vietnam_day(now)).map_err(|refused| refused_problem(&refused))?;
        let needs_evidence = policy.correction.needs_evidence.value;
        check_request(wanted, files, needs_evidence)?;
        let held = roles(caller, Action::RequestCorrection, &place, now);
        let signer = self.signer(caller)?;
        let position = held.first().map(|role| role_title(role).get(Locale::Vi).to_owned());
        let names = self.names_of(&wanted.school, &lines)?;
        let key = (wanted.school.as_str(), wanted.year);
        let reason = format!("Phiếu đề nghị sửa điểm: {}", wanted.reason.trim());
        let (file_names, first_hash) = described(files);
        self.file_with_evidence(caller, "correction", key, (&reason, files), now, |next| {
            let head = [
                ("school", text(&wanted.school)),
                ("year", Value::Integer(wanted.year)),
                ("number", Value::Integer(next)),
            ];
            let mut fields = head.to_vec();
            fields.extend([
                ("for_form", text(&wanted.form)),
                ("for_class", text(&about.class)),
                ("for_subject", maybe(about.subject.as_deref())),
                ("term", number(about.term)),
                ("requested_by", text(&signer.user)),
                ("requester_name", text(&signer.name)),
                ("requester_position", maybe(position.as_deref())),
                ("requested_at", moment(now)),
                ("requested_on", day(Some(vietnam_day(now)))),
                ("reason", text(&wanted.reason)),
                ("evidence", text(&wanted.evidence)),
                ("evidence_file", text(&file_names)),
                ("evidence_sha256", text(&first_hash)),
                ("state", text(State::Waiting.code())),
                ("step", Value::Integer(0)),
            ]);
            let mut papers = vec![Paper { form: "correction", fields }];
            for (at, line) in lines.iter().enumerate() {
                let mut fields = head.to_vec();
                let name = names.get(&line.pupil).cloned();
                fields.extend([
                    ("class", text(&about.class)),
                    ("subject", maybe(about.subject.as_deref())),
                    ("term", number(about.term)),
                ]);
                fields.extend(line_fields(at, line, &name.unwrap_or_else(|| line.pupil.clone())));
                papers.push(Paper { form: "correction_line", fields });
            }
            papers
        })
    }

    /// Finds the cells of a request, and reads their new values.
    fn lines_of(
        &self,
        form: &Form,
        wanted: &NewCorrection,
        now: Timestamp,
    ) -> Result<Vec<Line>, Problem> {
        let validator = Validator::new(form, self.catalog(), vietnam_day(now));
        let mut lines = Vec::new();
        for (at, line) in wanted.lines.iter().enumerate() {
            let pointer = format!("/lines/{at}");
            lines.push(self.line_of(form, &validator, wanted, line, &pointer)?);
        }
        Ok(lines)
    }

    fn line_of(
        &self,
        form: &Form,
        validator: &Validator<'_>,
        wanted: &NewCorrection,
        line: &NewLine,
        pointer: &str,
    ) -> Result<Line, Problem> {
        let mut given: BTreeMap<String, Given> = line
            .record
            .iter()
            .map(|(name, value)| (name.clone(), Given::Text(value.clone())))
            .collect();
        given.insert("school".to_owned(), Given::Text(wanted.school.clone()));
        given.insert("year".to_owned(), Given::Value(Value::Integer(wanted.year)));
        given.insert(line.field.clone(), Given::Text(line.value.clone()));
        let field = form
            .field(&line.field)
            .filter(|field| !form.key.contains(&field.id) && field.lock.is_some())
            .ok_or_else(|| {
                Problem::new(
                    ProblemKind::BadInput,
                    "J220",
                    format!("Trường `{}` không sửa bằng phiếu này được", line.field),
                    format!("field `{}` cannot be corrected by a slip", line.field),
                )
                .at(format!("{pointer}/field"))
            })?;
        let read = validator.read(&given);
        let wrong: Vec<_> = read.findings.iter().filter(|finding| finding.blocks(&[])).collect();
        if !wrong.is_empty() {
            let mut findings = bieumau_model::diagnostic::Diagnostics::default();
            wrong.iter().for_each(|finding| findings.push(finding.diagnostic.clone()));
            return Err(crate::flows::locks::all_of(findings).at(pointer));
        }
        let key: Vec<Value> = form
            .key
            .iter()
            .map(|name| read.fields.get(name).cloned().unwrap_or(Value::Missing))
            .collect();
        let record = self.record_for(form, &key)?.ok_or_else(|| {
            Problem::new(
                ProblemKind::NotFound,
                "J221",
                "Chưa có bản ghi này để sửa",
                "there is no such record to correct",
            )
            .help("Điểm chưa nhập thì nhập như thường, không cần phiếu", "enter it the usual way")
            .at(format!("{pointer}/record"))
        })?;
        let of = |name: &str| match record.field(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let old = record.field(&line.field).cloned().unwrap_or(Value::Missing);
        let new = read.fields.get(&line.field).cloned().unwrap_or(Value::Missing);
        if old == new {
            return Err(Problem::new(
                ProblemKind::BadInput,
                "J222",
                "Giá trị mới giống giá trị đang có",
                "the new value is the one that is there",
            )
            .at(format!("{pointer}/value")));
        }
        let pupil = of("pupil").unwrap_or_default();
        let class = match of("class") {
            Some(class) => class,
            None => self.class_of_pupil(&wanted.school, wanted.year, &pupil)?.unwrap_or_default(),
        };
        let term = match record.field("term") {
            Some(Value::Integer(term)) => Some(*term),
            _ => None,
        };
        Ok(Line {
            key,
            revision: record.revision,
            pupil,
            field: line.field.clone(),
            title: field.title.get(Locale::Vi).to_owned(),
            old,
            new,
            about: About { class, subject: of("subject"), term },
        })
    }

    fn class_of_pupil(
        &self,
        school: &str,
        year: i64,
        pupil: &str,
    ) -> Result<Option<String>, Problem> {
        let filters =
            [("school", text(school)), ("year", Value::Integer(year)), ("pupil", text(pupil))];
        let table = self.papers("enrolment", &filters)?;
        Ok(rows(&table).find_map(|row| row.maybe("class")))
    }

    fn names_of(&self, school: &str, lines: &[Line]) -> Result<BTreeMap<String, String>, Problem> {
        let mut names = BTreeMap::new();
        for line in lines {
            if !names.contains_key(&line.pupil) {
                let filters = [("school", text(school)), ("pupil", text(&line.pupil))];
                let table = self.papers("pupil", &filters)?;
                let name = rows(&table).find_map(|row| row.maybe("full_name"));
                names.insert(line.pupil.clone(), name.unwrap_or_else(|| line.pupil.clone()));
            }
        }
        Ok(names)
    }
}

fn line_fields(at: usize, line: &Line, name: &str) -> Vec<(&'static str, Value)> {
    let (old, old_words) = correction::written(&line.old);
    let (new, new_words) = correction::written(&line.new);
    vec![
        ("line", Value::Integer(i64::try_from(at).unwrap_or(0) + 1)),
        ("pupil", text(&line.pupil)),
        ("pupil_name", text(name)),
        ("record", Value::Text(record_text(&line.key))),
        ("revision", Value::Integer(line.revision)),
        ("field", text(&line.field)),
        ("column_title", text(&line.title)),
        ("old_value", maybe(cell_text(&line.old).as_deref())),
        ("old_written", text(old)),
        ("old_words", maybe(old_words.as_deref())),
        ("new_value", maybe(cell_text(&line.new).as_deref())),
        ("new_written", text(new)),
        ("new_words", maybe(new_words.as_deref())),
    ]
}

/// All lines of a slip are of one class, subject and term.
fn common(lines: &[Line]) -> Result<About, Problem> {
    let Some(first) = lines.first() else {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J225",
            "Phiếu chưa có ô điểm nào",
            "the slip has no cell",
        )
        .at("/lines"));
    };
    if lines.iter().any(|line| line.about != first.about) {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J226",
            "Một phiếu chỉ sửa điểm của một lớp, một môn, một học kì",
            "a slip is about one class, one subject and one term",
        )
        .help("Lập mỗi lớp, môn một phiếu", "send one slip for each class and subject")
        .at("/lines"));
    }
    let mut cells: Vec<_> =
        lines.iter().map(|line| (record_text(&line.key), &line.field)).collect();
    cells.sort();
    if cells.windows(2).any(|two| two[0] == two[1]) {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J227",
            "Một ô điểm có hai dòng trong phiếu",
            "a cell stands twice in the slip",
        )
        .at("/lines"));
    }
    Ok(first.about.clone())
}

fn check_request(
    wanted: &NewCorrection,
    files: &[NewFile<'_>],
    needs_evidence: bool,
) -> Result<(), Problem> {
    if wanted.reason.trim().is_empty() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J228",
            "Chưa ghi lý do sửa điểm",
            "the reason is missing",
        )
        .at("/reason"));
    }
    if files.len() > MOST_FILES {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J392",
            format!("Mỗi phiếu kèm nhiều nhất {MOST_FILES} tệp"),
            format!("a slip has at most {MOST_FILES} files"),
        )
        .at("/files"));
    }
    for file in files {
        file.check().map_err(|problem| problem.at("/files"))?;
    }
    if needs_evidence && wanted.evidence.trim().is_empty() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J229",
            "Phiếu sửa điểm phải có minh chứng",
            "a correction slip needs evidence",
        )
        .help(
            "Ghi minh chứng là gì (bài kiểm tra, biên bản …)",
            "say what the evidence is (the test, minutes …)",
        )
        .at("/evidence"));
    }
    if needs_evidence && files.is_empty() {
        return Err(Problem::new(
            ProblemKind::BadInput,
            "J229",
            "Quy định của tỉnh: phiếu sửa điểm phải kèm tệp minh chứng",
            "the province asks for an evidence file with every slip",
        )
        .help(
            "Đính kèm ảnh chụp hoặc bản quét bài kiểm tra, biên bản (tệp đến 10 MB)",
            "attach a photo or scan of the test or the minutes (up to 10 MB)",
        )
        .at("/files"));
    }
    Ok(())
}

/// Names of the files as the slip prints them, and the hash of the first one.
fn described(files: &[NewFile<'_>]) -> (String, String) {
    let names: Vec<&str> = files.iter().map(|file| file.name.trim()).collect();
    let names: String = names.join(", ").chars().take(200).collect();
    let hash = files.first().map(|file| {
        Sha256::digest(file.content).iter().map(|byte| format!("{byte:02x}")).collect()
    });
    (names, hash.unwrap_or_default())
}
