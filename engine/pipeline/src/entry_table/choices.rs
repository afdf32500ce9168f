//! What a person picks before filling in: the form, the school, the class, the subject, the term.

use bieumau_model::definition::{Field, FieldType, Form, FormScope};
use bieumau_model::scope::Caller;
use bieumau_model::table::Value;
use bieumau_model::text::Text;
use bieumau_store::Reader;

use super::bind::parameter_names;
use super::view::EntryForm;
use super::{labels::Labels, pupil_field};
use crate::flows::KEPT_FORMS;
use crate::parameters::RawParameters;
use crate::problem::Problem;
use crate::render::store_problem;
use crate::site::Site;
use crate::views::{ChoiceView, FieldView};

/// Which kind of subjects a form of results is for, by the teaching assignments.
const KINDS: [(&str, &str); 2] = [("mark", "score"), ("comment_result", "comment")];

impl Site {
    /// Lists the forms that people fill in; those with a grid of a class come first.
    pub fn entry_forms(&self) -> Vec<EntryForm> {
        let forms = self.catalog().forms.values();
        let mut forms: Vec<EntryForm> = forms
            .filter(|form| form.scope == FormScope::School)
            .filter(|form| !KEPT_FORMS.contains(&form.id.as_str()))
            .map(|form| EntryForm {
                id: form.id.clone(),
                title: form.title.clone(),
                version: form.version,
                is_grid: has_grid(form),
                parameters: parameter_names(form),
            })
            .collect();
        forms.sort_by_key(|form| !form.is_grid);
        forms
    }

    /// Returns the choices before `form` can be filled in, each narrowed by the ones before it.
    pub fn entry_fields(
        &self,
        caller: &Caller,
        form: &str,
        given: &RawParameters,
    ) -> Result<Vec<FieldView>, Problem> {
        let form = self.form(form)?;
        let reader = self.reader(caller)?;
        let mut settled: Vec<(String, Value)> = Vec::new();
        let mut fields = Vec::new();
        let enrolment = self.catalog().forms.get("enrolment");
        for name in parameter_names(form) {
            let declared =
                form.field(&name).or_else(|| enrolment.and_then(|form| form.field(&name)));
            let Some(declared) = declared else { continue };
            let mut field = blank(declared);
            field.required = name != "class" || pupil_field(form).is_some();
            let waits =
                needs(&name).iter().any(|need| !settled.iter().any(|(own, _)| own == *need));
            field.depends = needs(&name).iter().map(|need| (*need).to_owned()).collect();
            if waits {
                field.waits = true;
                fields.push(field);
                continue;
            }
            field.choices = self.entry_choices(&reader, form, declared, &settled)?;
            let wanted = given.get(&name).cloned().filter(|value| !value.is_empty());
            let usual = self.usual_value(&name).filter(|_| wanted.is_none());
            let value = wanted
                .or(usual)
                .filter(|value| field.choices.iter().any(|choice| choice.value == *value));
            // A list of one is no choice.
            let only = (field.choices.len() == 1).then(|| field.choices[0].value.clone());
            field.value = value.or(only);
            if let Some(value) = &field.value {
                settled.push((name, typed(declared, value)));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn usual_value(&self, name: &str) -> Option<String> {
        let config = self.config()?;
        match name {
            "school" => config.school.clone(),
            "year" => config.year.map(|year| year.to_string()),
            _ => None,
        }
    }

    fn entry_choices(
        &self,
        reader: &Reader,
        form: &Form,
        field: &Field,
        settled: &[(String, Value)],
    ) -> Result<Vec<ChoiceView>, Problem> {
        let filters: Vec<(&str, Value)> =
            settled.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        match &field.kind {
            FieldType::Reference { to } => {
                let choices = reader.choices(to, &filters).map_err(store_problem)?;
                Ok(choices
                    .into_iter()
                    .map(|choice| view(choice.key, Text::from(choice.label)))
                    .collect())
            }
            FieldType::Integer { .. } if field.id == "year" => {
                let years = reader.choices("school_year", &[]).map_err(store_problem)?;
                let mut years: Vec<i64> =
                    years.iter().filter_map(|choice| choice.key.parse().ok()).collect();
                years.sort_unstable_by(|a, b| b.cmp(a));
                let shown = |year: i64| Text::from(format!("{year}-{}", year + 1));
                Ok(years.into_iter().map(|year| view(year.to_string(), shown(year))).collect())
            }
            FieldType::Integer { min: Some(min), max: Some(max) } if max - min < 20 => Ok((*min
                ..=*max)
                .map(|number| view(number.to_string(), number_text(field, number)))
                .collect()),
            FieldType::Choice { codes } if field.id == "subject" => {
                self.subjects(reader, form, codes, &filters)
            }
            FieldType::Choice { codes } => {
                let labels = Labels::of(self.catalog(), codes, self.today());
                let entries = labels.entries.into_iter();
                Ok(entries.map(|entry| view(entry.code, Text::from(entry.name))).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Lists the subjects that the class is taught, in the order of the gradebook.
    fn subjects(
        &self,
        reader: &Reader,
        form: &Form,
        codes: &str,
        filters: &[(&str, Value)],
    ) -> Result<Vec<ChoiceView>, Problem> {
        let own = filters.iter().filter(|(name, _)| ["school", "year", "class"].contains(name));
        let own: Vec<_> = own.cloned().collect();
        let table = reader.records("teaching_assignment", &own).map_err(store_problem)?;
        let wanted = KINDS.iter().find(|(id, _)| *id == form.id).map(|(_, kind)| *kind);
        let mut taught: Vec<(Option<Value>, String)> = (0..table.rows())
            .filter(|row| match (wanted, table.value(*row, "kind")) {
                (Some(wanted), Some(Value::Text(kind))) => kind == wanted,
                _ => true,
            })
            .filter_map(|row| match table.value(row, "subject") {
                Some(Value::Text(subject)) => Some((table.value(row, "position"), subject)),
                _ => None,
            })
            .collect();
        taught.sort_by_key(|(position, _)| match position {
            Some(Value::Integer(position)) => *position,
            _ => i64::MAX,
        });
        let list = self.catalog().code_lists.get(codes);
        let name = |code: &str| {
            let entry = list.and_then(|list| list.any(code));
            entry.map_or_else(|| Text::from(code), |entry| entry.name.clone())
        };
        Ok(taught.into_iter().map(|(_, code)| view(code.clone(), name(&code))).collect())
    }
}

/// Returns whether a form is filled in as a grid of a class.
fn has_grid(form: &Form) -> bool {
    !form.grids.is_empty()
        || pupil_field(form).is_some()
            && form.field("class").is_some()
            && form.key.iter().all(|name| !["day", "session", "kind"].contains(&name.as_str()))
}

/// What must be chosen before this one.
fn needs(name: &str) -> &'static [&'static str] {
    match name {
        "class" => &["school", "year"],
        "subject" => &["school", "year", "class"],
        "school" => &[],
        _ => &["school"],
    }
}

fn number_text(field: &Field, number: i64) -> Text {
    match field.id.as_str() {
        "term" if number == 1 => Text::both("Học kì I", "Term I"),
        "term" if number == 2 => Text::both("Học kì II", "Term II"),
        _ => Text::from(number.to_string()),
    }
}

fn typed(field: &Field, value: &str) -> Value {
    match &field.kind {
        FieldType::Integer { .. } => value.parse().map_or(Value::Missing, Value::Integer),
        _ => Value::Text(value.to_owned()),
    }
}

fn view(value: String, label: Text) -> ChoiceView {
    ChoiceView { value, label }
}

fn blank(field: &Field) -> FieldView {
    FieldView {
        id: field.id.clone(),
        title: field.title.clone(),
        required: true,
        has_default: false,
        value: None,
        lists: true,
        choices: Vec::new(),
        depends: Vec::new(),
        waits: false,
        date: false,
        number: false,
        error: None,
    }
}
