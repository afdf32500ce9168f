//! Makes the minutes of an account handover out of the rights that accounts have.
//!
//! The minutes and the commitment of each recipient are the report `minutes_account_handover`;
//! here its records are written, so that the paper says what the system does.

use bieumau_model::access::{Action, Area, Target};
use bieumau_model::scope::Caller;
use bieumau_model::table::{Cells, Column, Table, Value};
use bieumau_model::text::Locale;
use bieumau_store::UserStatus;
use jiff::Timestamp;
use jiff::civil::Date;

use super::explain::place_words;
use super::users::bad;
use crate::init::vietnam_day;
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::{Site, load};

/// What the minutes say beside the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverRequest {
    /// School.
    pub school: String,
    /// School year: its first calendar year.
    pub year: i64,
    /// Accounts that are handed over; empty means all of the school that may be used.
    pub users: Vec<String>,
    /// Who gives, as a code among the staff.
    pub giver: String,
    /// Who receives the minutes for the school, as a code among the staff.
    pub receiver: String,
    /// The day.
    pub held_on: Date,
    /// Hours and minutes of begin and end.
    pub hours: ((i64, i64), (i64, i64)),
    /// Where it was.
    pub place: String,
}

/// One account in the minutes.
struct Line {
    staff: String,
    login: String,
    role: String,
}

/// The most characters of a role in the minutes.
const LONGEST_ROLE: usize = 200;

impl Site {
    /// Writes the records of the minutes; returns their number.
    pub fn hand_over_accounts(
        &self,
        caller: &Caller,
        request: &HandoverRequest,
        now: Timestamp,
    ) -> Result<i64, Problem> {
        self.allow(
            caller,
            Action::ManageAccounts,
            &Target::school(Area::Staff, &*request.school),
            now,
        )?;
        self.allow(caller, Action::Write, &Target::school(Area::Office, &*request.school), now)?;
        let lines = self.lines(request, now)?;
        if lines.is_empty() {
            return Err(bad(
                "Không có tài khoản nào để bàn giao".to_owned(),
                "there is no account to hand over".to_owned(),
            )
            .help(
                "Tài khoản phải gắn với một người trong danh sách nhân sự của trường",
                "an account must belong to somebody among the staff of the school",
            ));
        }
        let number = self.next_number(caller, request)?;
        let tables = [
            ("handover", minutes(request, number)),
            ("handover_account", accounts(self, request, number, &lines)),
        ];
        let mut store = self.store();
        load(&mut store, self.catalog(), caller, &tables, now, "bàn giao tài khoản")?;
        Ok(number)
    }

    fn lines(&self, request: &HandoverRequest, now: Timestamp) -> Result<Vec<Line>, Problem> {
        let today = vietnam_day(now);
        let rows = self.accounts().users().map_err(store_problem)?;
        for wanted in &request.users {
            if !rows.iter().any(|row| row.name == *wanted) {
                return Err(super::sign_in::no_user(wanted));
            }
        }
        let mut lines = Vec::new();
        for row in rows {
            let Some((school, staff)) = &row.staff else { continue };
            let wanted = request.users.is_empty() || request.users.contains(&row.name);
            if *school != request.school || row.status != UserStatus::Active || !wanted {
                continue;
            }
            let (_, person) = self.person(&row.name, today)?;
            let name = |code: &str| code.to_owned();
            let roles: Vec<String> = person
                .grants
                .iter()
                .filter(|grant| grant.validity.has(today))
                .map(|grant| {
                    let place = place_words(grant, &name);
                    let title = grant.role.title();
                    // The school stands in the heading of the minutes.
                    let place = place.get(Locale::Vi).replace(&format!(", {school}"), "");
                    match place == *school {
                        true => title.get(Locale::Vi).to_owned(),
                        false => format!("{} {place}", title.get(Locale::Vi)),
                    }
                })
                .collect();
            let mut role = roles.join("; ");
            if role.is_empty() {
                "Chưa được giao quyền".clone_into(&mut role);
            }
            if role.chars().count() > LONGEST_ROLE {
                role = role.chars().take(LONGEST_ROLE - 1).chain(['…']).collect();
            }
            lines.push(Line { staff: staff.clone(), login: row.name.clone(), role });
        }
        Ok(lines)
    }

    fn next_number(&self, caller: &Caller, request: &HandoverRequest) -> Result<i64, Problem> {
        let reader = self.reader(caller)?;
        let filters = [
            ("school", Value::Text(request.school.clone())),
            ("year", Value::Integer(request.year)),
        ];
        let known = reader.records("handover", &filters).map_err(store_problem)?;
        let numbers = (0..known.rows()).filter_map(|row| match known.value(row, "number") {
            Some(Value::Integer(number)) => Some(number),
            _ => None,
        });
        Ok(numbers.max().unwrap_or(0) + 1)
    }
}

fn minutes(request: &HandoverRequest, number: i64) -> Table {
    let ((starts_hour, starts_minute), (ends_hour, ends_minute)) = request.hours;
    table(
        "handover",
        vec![
            text("school", vec![request.school.clone()]),
            number_column("year", vec![request.year]),
            number_column("number", vec![number]),
            text("kind", vec!["accounts".to_owned()]),
            date_column("held_on", vec![request.held_on]),
            number_column("starts_hour", vec![starts_hour]),
            number_column("starts_minute", vec![starts_minute]),
            number_column("ends_hour", vec![ends_hour]),
            number_column("ends_minute", vec![ends_minute]),
            text("place", vec![request.place.clone()]),
            text("giver", vec![request.giver.clone()]),
            text("receiver", vec![request.receiver.clone()]),
            number_column("copies", vec![2]),
        ],
    )
}

fn accounts(site: &Site, request: &HandoverRequest, number: i64, lines: &[Line]) -> Table {
    let count = lines.len();
    let title = site.title().get(Locale::Vi).chars().take(100).collect::<String>();
    table(
        "handover_account",
        vec![
            text("school", vec![request.school.clone(); count]),
            number_column("year", vec![request.year; count]),
            number_column("number", vec![number; count]),
            number_column("line", (1..=count as i64).collect()),
            text("staff", lines.iter().map(|line| line.staff.clone()).collect()),
            text("system", vec![title; count]),
            text("login", lines.iter().map(|line| line.login.clone()).collect()),
            text("role", lines.iter().map(|line| line.role.clone()).collect()),
            date_column("handed_on", vec![request.held_on; count]),
        ],
    )
}

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table::new(name, columns).expect("as many cells in each of different columns")
}

fn text(name: &str, values: Vec<String>) -> Column {
    let cells = Cells::Text(values.into_iter().map(Some).collect());
    Column { name: name.to_owned(), cells }
}

fn number_column(name: &str, values: Vec<i64>) -> Column {
    let cells = Cells::Integer(values.into_iter().map(Some).collect());
    Column { name: name.to_owned(), cells }
}

fn date_column(name: &str, values: Vec<Date>) -> Column {
    let cells = Cells::Date(values.into_iter().map(Some).collect());
    Column { name: name.to_owned(), cells }
}
