//! The fields of a report as a person fills them in: lists narrowed by what is given already.

use bieumau_model::definition::{Catalog, Form, Parameter, ParameterType, Report};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::{Locale, Text};
use bieumau_store::Reader;
use indexmap::IndexMap;

use crate::parameters::{Parameters, RawParameters, allowed_codes, bind, school_year};
use crate::problem::{Problem, ProblemKind};
use crate::render::{plain, store_problem};
use crate::site::Site;
use crate::views::{ChoiceView, FieldView, ReportView, format_word};

/// The greatest number of values that a list shows.
const LONGEST_LIST: usize = 2_000;

impl Site {
    /// Returns the fields of a report, with lists that fit `given` and what `caller` may see.
    pub fn report_view(
        &self,
        caller: &Caller,
        id: &str,
        given: &RawParameters,
    ) -> Result<ReportView, Problem> {
        let report = self.report(id)?;
        let reader = self.reader(caller)?;
        let mut settled = RawParameters::new();
        let mut fields = Vec::with_capacity(report.parameters.len());
        for parameter in &report.parameters {
            let mut field = self.field(&reader, report, parameter, &settled)?;
            field.value = given
                .get(&parameter.id)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty());
            // Only one school, or the year that the site is in: nobody should have to pick it.
            if !given.contains_key(&parameter.id) {
                field.value = self.usual(parameter, &field);
            }
            // A value that is not in the list belongs to an earlier choice.
            if field.lists
                && let Some(value) = &field.value
            {
                let canonical = match parameter.kind {
                    ParameterType::SchoolYear => school_year(value).map(|year| year.to_string()),
                    _ => Some(value.clone()),
                };
                field.value = canonical
                    .filter(|value| field.choices.iter().any(|choice| choice.value == *value));
            }
            // What the report takes when nothing is chosen is shown as chosen.
            if field.value.is_none() {
                field.value = parameter.default.clone();
            }
            if let Some(value) = &field.value {
                settled.insert(parameter.id.clone(), value.clone());
            }
            fields.push(field);
        }
        let bound = bind(report, &settled, self.catalog());
        if let Err(problem) = &bound {
            for field in &mut fields {
                let here = format!("/parameters/{}", field.id);
                if field.value.is_some() && problem.pointer.as_ref() == Some(&here) {
                    field.error = problem.findings.iter().next().map(|f| f.message.clone());
                }
            }
        }
        Ok(ReportView {
            id: report.id.clone(),
            title: report.title.clone(),
            source: report.source.clone(),
            formats: report.formats.iter().copied().map(format_word).collect(),
            figures: !report.indicators.is_empty(),
            ready: bound.is_ok(),
            fields,
        })
    }

    /// The value that a field has before a person chooses one.
    fn usual(&self, parameter: &Parameter, field: &FieldView) -> Option<String> {
        let config = self.config();
        match (&parameter.kind, field.choices.as_slice()) {
            (ParameterType::SchoolYear, _) => config?.year.map(|year| year.to_string()),
            (ParameterType::Reference { to, .. }, [only]) if to == "school" => {
                Some(only.value.clone())
            }
            (ParameterType::Reference { to, .. }, _) if to == "school" => config?.school.clone(),
            _ => None,
        }
    }

    fn field(
        &self,
        reader: &Reader,
        report: &Report,
        parameter: &Parameter,
        settled: &RawParameters,
    ) -> Result<FieldView, Problem> {
        let mut field = FieldView {
            id: parameter.id.clone(),
            title: parameter.title.clone(),
            required: parameter.required && parameter.default.is_none(),
            has_default: parameter.default.is_some(),
            value: None,
            lists: false,
            choices: Vec::new(),
            depends: Vec::new(),
            waits: false,
            date: parameter.kind == ParameterType::Date,
            number: parameter.kind == ParameterType::Integer,
            error: None,
        };
        match &parameter.kind {
            ParameterType::Text | ParameterType::Integer | ParameterType::Date => {}
            ParameterType::Choice { codes, only } => {
                field.lists = true;
                field.choices = allowed_codes(self.catalog(), codes, only)
                    .into_iter()
                    .map(|(value, label)| ChoiceView { value, label })
                    .collect();
            }
            ParameterType::SchoolYear => {
                field.lists = true;
                field.choices = self.school_years(reader)?;
            }
            ParameterType::Reference { to, only } => {
                field.lists = true;
                self.list_records(reader, report, parameter, (to, only), settled, &mut field)?;
            }
        }
        Ok(field)
    }

    /// Lists the school years of the site, the latest first.
    fn school_years(&self, reader: &Reader) -> Result<Vec<ChoiceView>, Problem> {
        let years = reader.choices("school_year", &[]).map_err(store_problem)?;
        let mut years: Vec<i64> =
            years.into_iter().filter_map(|choice| choice.key.parse().ok()).collect();
        years.sort_unstable_by(|a, b| b.cmp(a));
        Ok(years
            .into_iter()
            .map(|year| ChoiceView {
                value: year.to_string(),
                label: Text::from(format!("{year}-{}", year + 1)),
            })
            .collect())
    }

    fn list_records(
        &self,
        reader: &Reader,
        report: &Report,
        parameter: &Parameter,
        (to, only): (&str, &IndexMap<String, String>),
        settled: &RawParameters,
        field: &mut FieldView,
    ) -> Result<(), Problem> {
        let Some(form) = self.catalog().forms.get(to) else { return Ok(()) };
        let mut filters: Vec<(&str, Value)> = Vec::new();
        for other in narrowing(report, parameter, form, self.catalog()) {
            field.depends.push(other.id.clone());
            match settled.get(&other.id) {
                Some(value) => filters.push((&other.id, read_filter(other, value))),
                // Without what it hangs on, the list would be everything.
                None if other.required => {
                    field.waits = true;
                    return Ok(());
                }
                None => {}
            }
        }
        filters.extend(only.iter().map(|(name, value)| (&**name, Value::Text(value.clone()))));
        let levels = if to == "school" { report.levels.as_slice() } else { &[] };
        let mut choices = Vec::new();
        for level in levels {
            filters.push(("level", Value::Text(level.clone())));
            choices.extend(reader.choices(to, &filters).map_err(store_problem)?);
            filters.pop();
        }
        if levels.is_empty() {
            choices = reader.choices(to, &filters).map_err(store_problem)?;
        }
        choices.truncate(LONGEST_LIST);
        field.choices = choices
            .into_iter()
            .map(|choice| ChoiceView { value: choice.key, label: Text::from(choice.label) })
            .collect();
        Ok(())
    }

    /// Makes sure that every record that a parameter names is there for the caller.
    pub(crate) fn find_references(
        &self,
        reader: &Reader,
        report: &Report,
        parameters: &Parameters,
    ) -> Result<(), Problem> {
        for parameter in &report.parameters {
            let ParameterType::Reference { to, only } = &parameter.kind else { continue };
            let Some(form) = self.catalog().forms.get(to) else { continue };
            let Some(key) = form.key.last() else { continue };
            let value = &parameters[&parameter.id];
            if *value == Value::Missing {
                continue;
            }
            let mut filters: Vec<(&str, Value)> = vec![(key, value.clone())];
            for other in narrowing(report, parameter, form, self.catalog()) {
                filters.push((&other.id, parameters[&other.id].clone()));
            }
            filters.extend(only.iter().map(|(name, value)| (&**name, Value::Text(value.clone()))));
            if reader.choices(to, &filters).map_err(store_problem)?.is_empty() {
                return Err(not_found(parameter, value));
            }
        }
        Ok(())
    }
}

/// The parameters before `parameter` that narrow its list: a school and year its classes, a class
/// its pupils (through their enrolment).
fn narrowing<'a>(
    report: &'a Report,
    parameter: &'a Parameter,
    form: &'a Form,
    catalog: &'a Catalog,
) -> impl Iterator<Item = &'a Parameter> {
    let enrolment = catalog.forms.get("enrolment").filter(|_| form.id == "pupil");
    let tied = move |name: &str| {
        form.field(name).is_some() || enrolment.is_some_and(|form| form.field(name).is_some())
    };
    let earlier = report.parameters.iter().take_while(|other| other.id != parameter.id);
    earlier.filter(move |other| tied(&other.id))
}

fn not_found(parameter: &Parameter, value: &Value) -> Problem {
    let value = plain(value).unwrap_or_default();
    let (vi, en) = (parameter.title.get(Locale::Vi), parameter.title.get(Locale::En));
    Problem::new(
        ProblemKind::NotFound,
        "J013",
        format!("Không có `{value}` ({vi}) trong phạm vi của bạn"),
        format!("there is no `{value}` ({en}) within your scope"),
    )
    .help(
        "Xem lại mã và các tham số đứng trước, hoặc hỏi người quản trị về phạm vi được xem",
        "check it and the parameters before it, or ask the administrator what you may see",
    )
    .at(format!("/parameters/{}", parameter.id))
}

fn read_filter(parameter: &Parameter, value: &str) -> Value {
    match parameter.kind {
        ParameterType::SchoolYear => school_year(value).map_or(Value::Missing, Value::Integer),
        ParameterType::Integer => value.parse().map_or(Value::Missing, Value::Integer),
        _ => Value::Text(value.to_owned()),
    }
}
