//! A policy as lines that a person reads: key, value, source, certainty.

use serde::Serialize;

use super::words::{Certainty, Spoken};
use super::{Basis, Policy};
use crate::format::date_short;
use crate::text::Locale;

/// One value of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyLine {
    /// Key, as it is written in `plugin.yaml`: `lock.decided_by`, `periods.begin_of_year`.
    pub key: String,
    /// Value in words.
    pub value: String,
    /// Plugin that set it; empty when none did.
    pub plugin: String,
    /// Decision, circular or document.
    pub source: String,
    /// How certain it is.
    pub certainty: Certainty,
}

struct Lines {
    locale: Locale,
    lines: Vec<PolicyLine>,
}

impl Lines {
    fn add(&mut self, key: String, value: String, basis: &Basis) {
        self.lines.push(PolicyLine {
            key,
            value,
            plugin: basis.plugin.clone(),
            source: basis.source.clone(),
            certainty: basis.certainty,
        });
    }

    fn section(&mut self, section: &str, keys: Vec<(&'static str, String, &Basis)>) {
        for (key, value, basis) in keys {
            self.add(format!("{section}.{key}"), value, basis);
        }
    }
}

impl Policy {
    /// Returns every value as a line, in the order of the reference.
    pub fn lines(&self, locale: Locale) -> Vec<PolicyLine> {
        let mut lines = Lines { locale, lines: Vec::new() };
        self.periods_to(&mut lines);
        lines.section("lock", self.lock.spoken(locale));
        lines.section("correction", self.correction.spoken(locale));
        lines.section("attendance", self.attendance.spoken(locale));
        lines.section("update", self.update.spoken(locale));
        lines.section("backup", self.backup.spoken(locale));
        lines.section("approval", self.approval.spoken(locale));
        lines.section("monitoring", self.monitoring.spoken(locale));
        lines.section("accounts", self.accounts.spoken(locale));
        lines.section("quality", self.quality.spoken(locale));
        self.documents_to(&mut lines);
        lines.section("denominators", self.denominators.spoken(locale));
        lines.section("percent", self.percent.spoken(locale));
        lines.section("score", self.score.spoken(locale));
        lines.section("nil", self.nil.spoken(locale));
        lines.section("sort", self.sort.spoken(locale));
        self.places_to(&mut lines);
        self.calendars_to(&mut lines);
        self.conduct_to(&mut lines);
        lines.lines
    }

    fn periods_to(&self, lines: &mut Lines) {
        let locale = lines.locale;
        for (id, period) in &self.periods {
            let due: Vec<String> = period
                .deadlines
                .iter()
                .filter_map(|own| {
                    let deadline = period.deadline(own.by, self.year)?;
                    Some(format!("{} {deadline}", own.by.say(locale)))
                })
                .collect();
            let due = if due.is_empty() { "?".to_owned() } else { due.join("; ") };
            let state = match (period.cut_off, locale) {
                (None, _) => String::new(),
                (Some(day), locale) => {
                    let day = date_short(day.in_school_year(self.year));
                    let words = if locale == Locale::Vi { "số liệu đến" } else { "data at" };
                    format!(" ({words} {day})")
                }
            };
            let value = format!("{}: {due}{state}", period.title.get(locale));
            lines.add(format!("periods.{id}"), value, &period.basis);
        }
    }

    fn documents_to(&self, lines: &mut Lines) {
        let locale = lines.locale;
        for (form, entry) in &self.signatures {
            let points = if entry.points.is_empty() {
                String::new()
            } else {
                format!(" ({})", entry.points.say(locale))
            };
            let value = format!("{}{points}", entry.roles.say(locale));
            lines.add(format!("signatures.{form}"), value, &entry.basis);
        }
        for (form, entry) in &self.print_points {
            lines.add(format!("print_points.{form}"), entry.points.say(locale), &entry.basis);
        }
    }

    fn places_to(&self, lines: &mut Lines) {
        let locale = lines.locale;
        let days = |from: Option<_>, to: Option<_>| {
            let side = |day: Option<_>| day.map(date_short).unwrap_or_default();
            format!("{} – {}", side(from), side(to))
        };
        for heading in self.headings.iter() {
            let value = format!(
                "[{}] {}: {}",
                heading.levels.join(", "),
                days(heading.valid_from, heading.valid_to),
                heading.superior
            );
            lines.add("headings".to_owned(), value, &self.headings.basis);
        }
        for way in self.hierarchy.iter() {
            let chain: Vec<String> = way.chain.iter().map(|unit| unit.say(locale)).collect();
            let value = format!(
                "[{}] {}: {}",
                way.levels.join(", "),
                days(way.valid_from, way.valid_to),
                chain.join(" → ")
            );
            lines.add("hierarchy".to_owned(), value, &self.hierarchy.basis);
        }
    }

    fn calendars_to(&self, lines: &mut Lines) {
        lines.section("work_week", self.work_week.spoken(lines.locale));
        for (year, holidays) in &self.holidays {
            let days: Vec<String> = holidays
                .days
                .iter()
                .map(|holiday| match holiday.from == holiday.to {
                    true => format!("{} {}", holiday.name, date_short(holiday.from)),
                    false => format!(
                        "{} {} – {}",
                        holiday.name,
                        date_short(holiday.from),
                        date_short(holiday.to)
                    ),
                })
                .collect();
            lines.add(format!("holidays.{year}"), days.join("; "), &holidays.basis);
        }
        let calendar = &self.school_calendar;
        for (key, day) in [
            ("opens", &calendar.opens),
            ("term_1_ends", &calendar.term_1_ends),
            ("term_2_begins", &calendar.term_2_begins),
            ("ends", &calendar.ends),
        ] {
            if let Some(day) = day {
                lines.add(format!("school_calendar.{key}"), date_short(day.value), &day.basis);
            }
        }
        for (key, weeks) in [("weeks_1", &calendar.weeks_1), ("weeks_2", &calendar.weeks_2)] {
            if let Some(weeks) = weeks {
                lines.add(format!("school_calendar.{key}"), weeks.value.to_string(), &weeks.basis);
            }
        }
        for (point, days) in &calendar.points {
            let value = format!("{} – {}", date_short(days.value.0), date_short(days.value.1));
            lines.add(format!("school_calendar.points.{}", point.as_str()), value, &days.basis);
        }
    }

    fn conduct_to(&self, lines: &mut Lines) {
        let locale = lines.locale;
        for (id, review) in &self.reviews {
            for (position, step) in review.steps.iter().enumerate() {
                let number = position + 1;
                let value = format!("{}: {}", step.by.say(locale), step.does.get(locale));
                lines.add(format!("reviews.{id}.{number}"), value, &review.basis);
            }
        }
        for (id, notice) in &self.notices {
            lines.add(format!("notices.{id}"), notice.text.get(locale).to_owned(), &notice.basis);
        }
    }
}
