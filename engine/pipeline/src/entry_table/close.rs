//! Closes cells before anyone types into them, each with its reason.

use bieumau_model::definition::Code;
use bieumau_model::diagnostic::Diagnostic;
use bieumau_model::entry::Fields;
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use jiff::Timestamp;

use super::EntryTable;
use crate::problem::Problem;
use crate::records::Beforehand;
use crate::render::store_problem;
use crate::site::Site;

impl Site {
    /// Closes cells that nobody may fill in (exempt pupils, electives that a pupil did not choose,
    /// marks that a class does not give), and those that the caller may not write at `now`.
    pub(super) fn close(
        &self,
        caller: &Caller,
        table: &mut EntryTable<'_>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let subject = table.fixed.get("subject").cloned();
        if let Some(subject) =
            subject.filter(|_| table.is_of_pupils() && table.form.is_key("subject"))
        {
            self.close_exempt(caller, table, &subject)?;
            self.close_untaken(table, &subject)?;
            self.close_tests(caller, table, &subject)?;
        }
        self.close_guarded(caller, table, now)
    }

    /// Closes what the guards of every write would refuse: rights, locks, signatures.
    fn close_guarded(
        &self,
        caller: &Caller,
        table: &mut EntryTable<'_>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let columns: Vec<&str> = table.columns.iter().map(|field| field.id.as_str()).collect();
        let mut guards = Beforehand::new(self, caller, table.form, now);
        for row in 0..table.rows.len() {
            let fields = fields_of(table, row);
            let refused = guards.refusals(&fields, &columns)?;
            for (own, refused) in table.rows[row].closed.iter_mut().zip(refused) {
                if own.is_none() {
                    *own = refused;
                }
            }
        }
        Ok(())
    }

    fn close_exempt(
        &self,
        caller: &Caller,
        table: &mut EntryTable<'_>,
        subject: &Value,
    ) -> Result<(), Problem> {
        if !self.catalog().forms.contains_key("exemption") {
            return Ok(());
        }
        let reader = self.reader(caller)?;
        let filters = [
            ("school", table.fixed["school"].clone()),
            ("year", table.fixed.get("year").cloned().unwrap_or(Value::Missing)),
            ("subject", subject.clone()),
        ];
        let exempt = reader.records("exemption", &filters).map_err(store_problem)?;
        for row in &mut table.rows {
            let is_exempt =
                (0..exempt.rows()).any(|at| exempt.value(at, "pupil").as_ref() == row.key.first());
            if is_exempt {
                row.closed.fill(Some(Diagnostic::error(
                    super::CLOSED,
                    Text::both(
                        "Học sinh được miễn học môn này",
                        "the pupil is exempt from this subject",
                    ),
                )));
            }
        }
        Ok(())
    }

    /// Closes an elective of the class for those who did not choose it, whoever asks: what others may
    /// not see of the choices must not look as if nobody had chosen.
    fn close_untaken(&self, table: &mut EntryTable<'_>, subject: &Value) -> Result<(), Problem> {
        let fixed = |name: &str| table.fixed.get(name).cloned().unwrap_or(Value::Missing);
        let class = ["school", "year", "class"].map(|name| (name, fixed(name)));
        let forms = &self.catalog().forms;
        if !forms.contains_key("elective") || class.iter().any(|(_, own)| *own == Value::Missing) {
            return Ok(());
        }
        let [school, year, class] = class;
        let taught = [school.clone(), year.clone(), class, ("subject", subject.clone())];
        let taught = self.papers("teaching_assignment", &taught)?;
        if taught.value(0, "elective") != Some(Value::Boolean(true)) {
            return Ok(());
        }
        let chosen = [school, year, ("subject", subject.clone())];
        let chosen = self.papers("elective", &chosen)?;
        for row in &mut table.rows {
            let takes =
                (0..chosen.rows()).any(|at| chosen.value(at, "pupil").as_ref() == row.key.first());
            if !takes {
                row.closed.fill(Some(Diagnostic::error(
                    super::CLOSED,
                    Text::both(
                        "Học sinh không chọn học môn này",
                        "the pupil did not choose this subject",
                    ),
                )));
            }
        }
        Ok(())
    }

    /// Closes the score of a primary subject where no test is held at that point (TT27, Điều 7).
    fn close_tests(
        &self,
        caller: &Caller,
        table: &mut EntryTable<'_>,
        subject: &Value,
    ) -> Result<(), Problem> {
        let (Some(Value::Text(point)), Some(tests)) =
            (table.fixed.get("point").cloned(), self.catalog().code_lists.get("primary_test"))
        else {
            return Ok(());
        };
        let (Some(grade), Value::Text(subject)) = (self.grade(caller, table)?, subject) else {
            return Ok(());
        };
        let is = |code: &Code, name: &str, value: &str| {
            code.more.get(name).is_some_and(|own| own == value)
        };
        let grade = grade.to_string();
        let held = tests.codes.iter().any(|code| {
            is(code, "grade", &grade) && is(code, "point", &point) && is(code, "subject", subject)
        });
        let at = table.columns.iter().position(|field| field.id == "score");
        if let (false, Some(at)) = (held, at) {
            for row in &mut table.rows {
                row.closed[at].get_or_insert_with(|| {
                    Diagnostic::error(
                        super::CLOSED,
                        Text::both(
                            "Môn học này không có bài kiểm tra định kỳ ở thời điểm này",
                            "no periodic test is held in this subject at this point",
                        ),
                    )
                });
            }
        }
        Ok(())
    }
}

/// The fields of the record of a row that guards ask for: its key, what is the same in all rows,
/// and what it holds.
fn fields_of(table: &EntryTable<'_>, row: usize) -> Fields {
    let row = &table.rows[row];
    let held = table.columns.iter().zip(&row.values);
    let held = held.map(|(field, value)| (field.id.clone(), value.clone()));
    let fixed = table.fixed.iter().map(|(name, value)| (name.clone(), value.clone()));
    let key = table.row_key.iter().zip(&row.key);
    let key = key.map(|(field, value)| (field.id.clone(), value.clone()));
    held.chain(fixed).chain(key).collect()
}
