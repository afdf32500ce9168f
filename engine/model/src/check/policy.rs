//! Checks the `policy` of a plugin's manifest: days, hours, names, and what they refer to.

use std::sync::Arc;

use jiff::civil::{Date, Time};

use super::plugin::{applies, levels};
use super::words::{repeats, twice, unknown};
use super::world::World;
use super::{Sink, days};
use crate::calendar::SchoolDay;
use crate::codes;
use crate::definition::PolicyLayer;
use crate::definition::policy::{
    Basis, CalendarSection, Heading, Hierarchy, Holiday, Notice, Period, PeriodDeadline, PointDays,
    PrintPoints, Review, ReviewStep, Sections, Signatures, YearHolidays,
};
use crate::diagnostic::Diagnostic;
use crate::raw::{
    RawDeadline, RawHeading, RawHierarchy, RawHolidays, RawPeriod, RawPolicyLayer, RawReview,
    RawSchoolCalendar, texts,
};
use crate::text::Text;
use crate::yaml::At;

/// Names that a heading may have in braces.
const PLACES: [&str; 3] = ["commune", "district", "province"];

pub(super) fn layers(
    raw: Vec<RawPolicyLayer>,
    plugin: &str,
    at: At<'_>,
    sink: &mut Sink<'_>,
) -> Vec<PolicyLayer> {
    repeats(raw.iter().map(|layer| layer.id.0.as_str()), |position, name| {
        let span = at.item(position).get("id").span();
        sink.push(twice(span, ("lớp chính sách", "policy layer"), name));
    });
    let layers = raw.into_iter().enumerate();
    layers.map(|(position, raw)| layer(raw, plugin, at.item(position), sink)).collect()
}

fn layer(raw: RawPolicyLayer, plugin: &str, at: At<'_>, sink: &mut Sink<'_>) -> PolicyLayer {
    let basis = Basis {
        plugin: plugin.to_owned(),
        layer: raw.id.0,
        source: raw.source,
        certainty: raw.certainty,
    };
    let sections = Sections {
        periods: each(raw.periods, at.get("periods"), sink, period),
        lock: raw.lock,
        correction: raw.correction,
        attendance: raw.attendance,
        update: raw.update,
        backup: raw.backup,
        approval: raw.approval,
        monitoring: raw.monitoring,
        accounts: raw.accounts,
        quality: raw.quality,
        signatures: each(raw.signatures, at.get("signatures"), sink, |raw, _, _| Signatures {
            form: raw.form.0,
            roles: raw.roles,
            points: raw.points,
        }),
        print_points: each(raw.print_points, at.get("print_points"), sink, |raw, _, _| {
            PrintPoints { form: raw.form.0, points: raw.points }
        }),
        denominators: raw.denominators,
        percent: raw.percent,
        score: raw.score,
        nil: raw.nil,
        sort: raw.sort,
        headings: each(raw.headings, at.get("headings"), sink, heading),
        hierarchy: each(raw.hierarchy, at.get("hierarchy"), sink, hierarchy),
        work_week: raw.work_week,
        holidays: each(raw.holidays, at.get("holidays"), sink, holidays),
        school_calendar: calendar(raw.school_calendar, at.get("school_calendar"), sink),
        reviews: each(raw.reviews, at.get("reviews"), sink, |raw, _, _| review(raw)),
        notices: each(raw.notices, at.get("notices"), sink, |raw, _, _| Notice {
            id: raw.id.0,
            text: raw.text,
        }),
    };
    named_once(&sections, at, sink);
    let applies = applies(raw.applies, at.get("applies"), sink);
    PolicyLayer { basis: Arc::new(basis), applies, sections }
}

fn each<R, D>(
    raw: Vec<R>,
    at: At<'_>,
    sink: &mut Sink<'_>,
    mut read: impl FnMut(R, At<'_>, &mut Sink<'_>) -> D,
) -> Vec<D> {
    let entries = raw.into_iter().enumerate();
    entries.map(|(position, raw)| read(raw, at.item(position), sink)).collect()
}

/// Reports entries of one list that have the same name.
fn named_once(sections: &Sections, at: At<'_>, sink: &mut Sink<'_>) {
    let mut check = |list: &str, key: &str, what, names: Vec<String>| {
        repeats(names.iter().map(String::as_str), |position, name| {
            let span = at.get(list).item(position).get(key).span();
            sink.push(twice(span, what, name));
        });
    };
    let periods = sections.periods.iter().map(|period| period.id.clone());
    check("periods", "id", ("kỳ báo cáo", "period"), periods.collect());
    let signatures = sections.signatures.iter().map(|entry| entry.form.clone());
    check("signatures", "form", ("chữ ký của", "signatures of"), signatures.collect());
    let prints = sections.print_points.iter().map(|entry| entry.form.clone());
    check("print_points", "form", ("lần in của", "printing of"), prints.collect());
    let years = sections.holidays.iter().map(|year| year.year.to_string());
    check("holidays", "year", ("ngày lễ năm", "holidays of"), years.collect());
    let reviews = sections.reviews.iter().map(|review| review.id.clone());
    check("reviews", "id", ("đợt rà soát", "review"), reviews.collect());
    let notices = sections.notices.iter().map(|notice| notice.id.clone());
    check("notices", "id", ("điều nhắc", "notice"), notices.collect());
}

fn period(raw: RawPeriod, at: At<'_>, sink: &mut Sink<'_>) -> Period {
    Period {
        id: raw.id.0,
        title: raw.title,
        cut_off: raw.cut_off.and_then(|text| school_day(&text, at.get("cut_off"), sink)),
        deadlines: each(raw.deadlines, at.get("deadlines"), sink, deadline)
            .into_iter()
            .flatten()
            .collect(),
    }
}

fn deadline(raw: RawDeadline, at: At<'_>, sink: &mut Sink<'_>) -> Option<PeriodDeadline> {
    let time = raw.time.and_then(|text| hour(&text, at.get("time"), sink));
    let due = school_day(&raw.due, at.get("due"), sink)?;
    Some(PeriodDeadline { by: raw.by, due, time })
}

fn heading(raw: RawHeading, at: At<'_>, sink: &mut Sink<'_>) -> Heading {
    let (valid_from, valid_to) =
        days::validity(raw.valid_from.as_deref(), raw.valid_to.as_deref(), at, sink);
    placeholders(&raw.superior, at.get("superior"), sink);
    Heading { levels: texts(raw.levels), valid_from, valid_to, superior: raw.superior }
}

fn hierarchy(raw: RawHierarchy, at: At<'_>, sink: &mut Sink<'_>) -> Hierarchy {
    let (valid_from, valid_to) =
        days::validity(raw.valid_from.as_deref(), raw.valid_to.as_deref(), at, sink);
    Hierarchy { levels: texts(raw.levels), valid_from, valid_to, chain: raw.chain }
}

/// Reports names in braces that are no places.
fn placeholders(text: &str, at: At<'_>, sink: &mut Sink<'_>) {
    for part in text.split('{').skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !PLACES.contains(&name) {
            sink.push(unknown(codes::BAD_VALUE, at.span(), ("địa danh", "place"), name, PLACES));
        }
    }
}

fn holidays(raw: RawHolidays, at: At<'_>, sink: &mut Sink<'_>) -> YearHolidays {
    let days_at = at.get("days");
    let year = raw.year;
    let outside = |day: Date, at: At<'_>, sink: &mut Sink<'_>| {
        sink.error(
            codes::BAD_DATE,
            at.span(),
            format!("ngày {day} không thuộc năm {year}"),
            format!("{day} is not in {year}"),
        );
    };
    let mut days = Vec::new();
    for (position, raw) in raw.days.into_iter().enumerate() {
        let at = days_at.item(position);
        let Some(from) = days::day(&raw.from, at.get("from"), sink) else { continue };
        let to = raw.to.map_or(Some(from), |text| days::day(&text, at.get("to"), sink));
        let Some(to) = to else { continue };
        if to < from || (to - from).get_days() > 60 {
            sink.error(
                codes::BAD_DATE,
                at.get("to").span(),
                "kỳ nghỉ phải có ngày cuối không trước ngày đầu và dài không quá 60 ngày"
                    .to_owned(),
                "a holiday ends on or after its first day and is at most 60 days long".to_owned(),
            );
            continue;
        }
        // A holiday at the turn of the year may begin in the year before.
        if from.year() != year && to.year() != year {
            outside(from, at.get("from"), sink);
        }
        days.push(Holiday { name: raw.name, from, to });
    }
    let working_at = at.get("working");
    let working = raw.working.iter().enumerate();
    let working: Vec<Date> = working
        .filter_map(|(position, text)| {
            let at = working_at.item(position);
            let day = days::day(text, at, sink)?;
            if day.year() != year {
                outside(day, at, sink);
            }
            Some(day)
        })
        .collect();
    YearHolidays { year, days, working }
}

fn calendar(raw: RawSchoolCalendar, at: At<'_>, sink: &mut Sink<'_>) -> CalendarSection {
    let mut day =
        |text: &Option<String>, key: &str| school_day(text.as_deref()?, at.get(key), sink);
    let opens = day(&raw.opens, "opens");
    let term_1_ends = day(&raw.term_1_ends, "term_1_ends");
    let term_2_begins = day(&raw.term_2_begins, "term_2_begins");
    let ends = day(&raw.ends, "ends");
    let order = [
        ("opens", opens),
        ("term_1_ends", term_1_ends),
        ("term_2_begins", term_2_begins),
        ("ends", ends),
    ];
    let set: Vec<_> = order.iter().filter_map(|(key, day)| Some((*key, (*day)?))).collect();
    for pair in set.windows(2) {
        let [(first, from), (second, to)] = pair else { continue };
        in_order((*first, *from), (*second, *to), at, sink);
    }
    let points_at = at.get("points");
    repeats(raw.points.iter().map(|raw| raw.point.as_str()), |position, name| {
        let span = points_at.item(position).get("point").span();
        sink.push(twice(span, ("thời điểm", "point"), name));
    });
    let points = each(raw.points, points_at, sink, |raw, at, sink| {
        let from = school_day(&raw.from, at.get("from"), sink)?;
        let to = school_day(&raw.to, at.get("to"), sink)?;
        in_order(("from", from), ("to", to), at, sink);
        Some(PointDays { point: raw.point, from, to })
    });
    CalendarSection {
        opens,
        term_1_ends,
        term_2_begins,
        ends,
        weeks_1: raw.weeks_1,
        weeks_2: raw.weeks_2,
        points: points.into_iter().flatten().collect(),
    }
}

fn in_order(
    (first, from): (&str, SchoolDay),
    (second, to): (&str, SchoolDay),
    at: At<'_>,
    sink: &mut Sink<'_>,
) {
    if from.in_school_year(2024) > to.in_school_year(2024) {
        sink.error(
            codes::BAD_DATE,
            at.get(second).span(),
            format!("`{second}` {to} trước `{first}` {from}"),
            format!("`{second}` {to} is before `{first}` {from}"),
        );
    }
}

fn review(raw: RawReview) -> Review {
    let steps = raw.steps.into_iter().map(|step| ReviewStep {
        by: step.by,
        does: step.does,
        evidence: step.evidence.map(|id| id.0),
    });
    Review { id: raw.id.0, title: raw.title, steps: steps.collect() }
}

fn school_day(text: &str, at: At<'_>, sink: &mut Sink<'_>) -> Option<SchoolDay> {
    let read = SchoolDay::parse(text);
    if read.is_none() && !text.is_empty() {
        let message = Text::both(
            format!("`{text}` không phải ngày và tháng như \"10/01\""),
            format!("`{text}` is not a day and month such as \"10/01\""),
        );
        let help = Text::both(
            "viết ngày trước, tháng sau, không có năm: \"10/01\" là ngày 10 tháng 01",
            "write the day, then the month, no year: \"10/01\" is 10 January",
        );
        sink.push(Diagnostic::error(codes::BAD_DATE, message).help(help).at(at.span()));
    }
    read
}

fn hour(text: &str, at: At<'_>, sink: &mut Sink<'_>) -> Option<Time> {
    let parts = || {
        let (hour, minute) = text.split_once(':')?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let whole = digits(hour) && digits(minute);
        whole.then(|| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()).flatten()
    };
    let read = parts();
    if read.is_none() && !text.is_empty() {
        sink.error(
            codes::BAD_VALUE,
            at.span(),
            format!("`{text}` không phải giờ như \"17:00\""),
            format!("`{text}` is not a time such as \"17:00\""),
        );
    }
    read
}

/// Checks levels, reports and forms that a policy names.
pub(super) fn references(all: &[PolicyLayer], at: At<'_>, world: &World<'_>, sink: &mut Sink<'_>) {
    for (position, layer) in all.iter().enumerate() {
        let (at, says) = (at.item(position), &layer.sections);
        levels(&layer.applies.levels, at.get("applies").get("levels"), world, sink);
        for (position, heading) in says.headings.iter().enumerate() {
            let at = at.get("headings").item(position).get("levels");
            levels(&heading.levels, at, world, sink);
        }
        for (position, way) in says.hierarchy.iter().enumerate() {
            levels(&way.levels, at.get("hierarchy").item(position).get("levels"), world, sink);
        }
        for (position, entry) in says.signatures.iter().enumerate() {
            let at = at.get("signatures").item(position).get("form");
            world.report_or_form(&entry.form, at, sink);
        }
        for (position, entry) in says.print_points.iter().enumerate() {
            let at = at.get("print_points").item(position).get("form");
            world.report_or_form(&entry.form, at, sink);
        }
        if let Some(form) = &says.correction.form {
            world.report_or_form(form, at.get("correction").get("form"), sink);
        }
        for (position, review) in says.reviews.iter().enumerate() {
            let at = at.get("reviews").item(position).get("steps");
            for (position, step) in review.steps.iter().enumerate() {
                if let Some(report) = &step.evidence {
                    world.report_or_form(report, at.item(position).get("evidence"), sink);
                }
            }
        }
    }
}
