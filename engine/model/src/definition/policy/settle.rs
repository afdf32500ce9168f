//! Lays the layers of policy over each other, and answers what follows from the result.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::words::{Point, Reporter};
use super::{Basis, CalendarSection, Heading, Hierarchy, Policy, PolicyLayer, Ruled};
use crate::calendar::{self, Deadline, WorkCalendar};
use crate::definition::Manifest;

/// The days of one school year.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SchoolCalendar {
    /// Khai giảng.
    pub opens: Option<Ruled<Date>>,
    /// Last day of term I.
    pub term_1_ends: Option<Ruled<Date>>,
    /// First day of term II.
    pub term_2_begins: Option<Ruled<Date>>,
    /// Last day of the school year.
    pub ends: Option<Ruled<Date>>,
    /// Weeks of term I.
    pub weeks_1: Option<Ruled<u8>>,
    /// Weeks of term II.
    pub weeks_2: Option<Ruled<u8>>,
    /// First and last day of each assessment.
    pub points: IndexMap<Point, Ruled<(Date, Date)>>,
}

/// Whether marks may be corrected on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrectionWindow {
    /// No windows are set: always.
    Always,
    /// The day is within the window of a point.
    Open {
        /// Point of the year.
        point: Point,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// The day is in no window.
    Closed {
        /// The next window of this school year, with its first day.
        next: Option<(Point, Date)>,
    },
    /// Windows are set, but the calendar does not say when they are.
    Undated,
}

/// Names of places, as headings have them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// Commune with its kind, such as `Phường Lê Chân`.
    pub commune: &'a str,
    /// District with its kind, until 30/6/2025.
    pub district: &'a str,
    /// Short name of the province, such as `Hải Phòng`.
    pub province: &'a str,
}

impl Policy {
    /// Settles the policy for a province, a level and a school year.
    ///
    /// Layers of plugins for every province come first, then those of plugins for `province`; in
    /// each plugin in the order of its manifest. What a later layer sets replaces what an earlier
    /// one set, key by key and entry by entry.
    pub fn of<'a>(
        plugins: impl IntoIterator<Item = &'a Manifest>,
        province: Option<&str>,
        level: Option<&str>,
        year: i16,
    ) -> Self {
        let mut policy = Self::unruled(province, level, year);
        let serves = |plugin: &Manifest| {
            province.is_some_and(|province| plugin.provinces.iter().any(|own| own == province))
        };
        let (general, own): (Vec<_>, Vec<_>) = plugins
            .into_iter()
            .filter(|plugin| plugin.provinces.is_empty() || serves(plugin))
            .partition(|plugin| plugin.provinces.is_empty());
        for layer in general.into_iter().chain(own).flat_map(|plugin| &plugin.policy) {
            if layer.applies.holds(level, Some(i64::from(year))) {
                policy.settle(layer);
            }
        }
        policy.work_calendar = policy.calendar();
        policy
    }

    fn unruled(province: Option<&str>, level: Option<&str>, year: i16) -> Self {
        Self {
            province: province.map(str::to_owned),
            level: level.map(str::to_owned),
            year,
            periods: IndexMap::new(),
            lock: Default::default(),
            correction: Default::default(),
            attendance: Default::default(),
            update: Default::default(),
            backup: Default::default(),
            approval: Default::default(),
            monitoring: Default::default(),
            accounts: Default::default(),
            quality: Default::default(),
            signatures: IndexMap::new(),
            print_points: IndexMap::new(),
            denominators: Default::default(),
            percent: Default::default(),
            score: Default::default(),
            nil: Default::default(),
            sort: Default::default(),
            headings: Ruled::unruled(Vec::new()),
            hierarchy: Ruled::unruled(Vec::new()),
            work_week: Default::default(),
            holidays: IndexMap::new(),
            work_calendar: WorkCalendar::default(),
            school_calendar: SchoolCalendar::default(),
            reviews: IndexMap::new(),
            notices: IndexMap::new(),
        }
    }

    fn settle(&mut self, layer: &PolicyLayer) {
        let (says, basis) = (&layer.sections, &layer.basis);
        self.lock.settle(&says.lock, basis);
        self.correction.settle(&says.correction, basis);
        self.attendance.settle(&says.attendance, basis);
        self.update.settle(&says.update, basis);
        self.backup.settle(&says.backup, basis);
        self.approval.settle(&says.approval, basis);
        self.monitoring.settle(&says.monitoring, basis);
        self.accounts.settle(&says.accounts, basis);
        self.quality.settle(&says.quality, basis);
        self.denominators.settle(&says.denominators, basis);
        self.percent.settle(&says.percent, basis);
        self.score.settle(&says.score, basis);
        self.nil.settle(&says.nil, basis);
        self.sort.settle(&says.sort, basis);
        self.work_week.settle(&says.work_week, basis);
        put(&mut self.periods, &says.periods, basis, |period| period.id.clone());
        put(&mut self.signatures, &says.signatures, basis, |entry| entry.form.clone());
        put(&mut self.print_points, &says.print_points, basis, |entry| entry.form.clone());
        put(&mut self.reviews, &says.reviews, basis, |review| review.id.clone());
        put(&mut self.notices, &says.notices, basis, |notice| notice.id.clone());
        put(&mut self.holidays, &says.holidays, basis, |year| year.year);
        // Validity dates of a list go together, so such a list is replaced whole.
        if !says.headings.is_empty() {
            self.headings = Ruled { value: says.headings.clone(), basis: basis.clone() };
        }
        if !says.hierarchy.is_empty() {
            self.hierarchy = Ruled { value: says.hierarchy.clone(), basis: basis.clone() };
        }
        self.school_calendar.settle(&says.school_calendar, self.year, basis);
    }

    fn calendar(&self) -> WorkCalendar {
        let weekend = self.work_week.weekend.iter().map(|day| (*day).into());
        let mut calendar = WorkCalendar::new(weekend);
        for holidays in self.holidays.values() {
            let days = holidays.days.iter().flat_map(|holiday| {
                let name = holiday.name.clone();
                let last = holiday.to;
                holiday
                    .from
                    .series(1.day())
                    .take_while(move |day| *day <= last)
                    .map(move |day| (day, name.clone()))
            });
            calendar.add_year(holidays.year, days, holidays.working.iter().copied());
        }
        calendar
    }

    /// Returns until when `by` hands in the report of `period`.
    pub fn deadline(&self, period: &str, by: Reporter) -> Option<Deadline> {
        self.periods.get(period)?.deadline(by, self.year)
    }

    /// Returns the last day on which a change of `changed` is in time.
    pub fn update_deadline(&self, changed: Date) -> Deadline {
        Deadline::end_of(self.work_calendar.plus(changed, *self.update.max_working_days))
    }

    /// Returns the last day on which the absences of the month of `day` are in time.
    pub fn attendance_deadline(&self, day: Date) -> Deadline {
        Deadline::end_of(calendar::attendance_deadline(day, *self.attendance.close_days))
    }

    /// Returns the day until which the data must be copied again after a copy on `last`.
    pub fn backup_deadline(&self, last: Date) -> Deadline {
        Deadline::end_of(calendar::months_after(last, *self.backup.max_interval_months))
    }

    /// Returns whether marks may be corrected on `day`.
    pub fn correction_window(&self, day: Date) -> CorrectionWindow {
        if self.correction.windows.is_empty() {
            return CorrectionWindow::Always;
        }
        let after = i64::from(*self.correction.window_days).days();
        let dated: Vec<(Point, Date, Date)> = self
            .correction
            .windows
            .iter()
            .filter_map(|point| {
                let (from, to) = self.school_calendar.points.get(point)?.value;
                Some((*point, from, to.saturating_add(after)))
            })
            .collect();
        if dated.is_empty() {
            return CorrectionWindow::Undated;
        }
        let open = dated.iter().find(|(_, from, to)| (*from..=*to).contains(&day));
        if let Some(&(point, from, to)) = open {
            return CorrectionWindow::Open { point, from, to };
        }
        let coming = dated.iter().filter(|(_, from, _)| *from > day);
        let next = coming.min_by_key(|(_, from, _)| *from).map(|(point, from, _)| (*point, *from));
        CorrectionWindow::Closed { next }
    }

    /// Returns what stood above the name of a school of this level on `day`, in capitals.
    pub fn superior(&self, day: Date, place: Place<'_>) -> Option<String> {
        let found =
            self.headings.iter().find(|heading| heading.holds(self.level.as_deref(), day))?;
        let filled = found
            .superior
            .replace("{commune}", place.commune)
            .replace("{district}", place.district)
            .replace("{province}", place.province);
        Some(filled.to_uppercase())
    }

    /// Returns through which units reports of a school of this level went on `day`, from the school.
    pub fn chain(&self, day: Date) -> &[Reporter] {
        let found = self.hierarchy.iter().find(|way| way.holds(self.level.as_deref(), day));
        found.map_or(&[], |way| &way.chain)
    }
}

impl SchoolCalendar {
    fn settle(&mut self, says: &CalendarSection, year: i16, basis: &Arc<Basis>) {
        let ruled = |value: Date| Some(Ruled { value, basis: basis.clone() });
        for (own, said) in [
            (&mut self.opens, says.opens),
            (&mut self.term_1_ends, says.term_1_ends),
            (&mut self.term_2_begins, says.term_2_begins),
            (&mut self.ends, says.ends),
        ] {
            if let Some(day) = said {
                *own = ruled(day.in_school_year(year));
            }
        }
        for (own, said) in [(&mut self.weeks_1, says.weeks_1), (&mut self.weeks_2, says.weeks_2)] {
            if let Some(value) = said {
                *own = Some(Ruled { value, basis: basis.clone() });
            }
        }
        for days in &says.points {
            let value = (days.from.in_school_year(year), days.to.in_school_year(year));
            self.points.insert(days.point, Ruled { value, basis: basis.clone() });
        }
    }
}

impl Heading {
    fn holds(&self, level: Option<&str>, day: Date) -> bool {
        fits(&self.levels, level) && within(self.valid_from, self.valid_to, day)
    }
}

impl Hierarchy {
    fn holds(&self, level: Option<&str>, day: Date) -> bool {
        fits(&self.levels, level) && within(self.valid_from, self.valid_to, day)
    }
}

fn fits(levels: &[String], level: Option<&str>) -> bool {
    levels.is_empty() || level.is_none_or(|level| levels.iter().any(|own| own == level))
}

fn within(from: Option<Date>, to: Option<Date>, day: Date) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
}

fn put<K: std::hash::Hash + Eq, T: Clone>(
    all: &mut IndexMap<K, Ruled<T>>,
    says: &[T],
    basis: &Arc<Basis>,
    key: impl Fn(&T) -> K,
) {
    for value in says {
        all.insert(key(value), Ruled { value: value.clone(), basis: basis.clone() });
    }
}
