//! Takes from a call what the plugin was not granted, before anything of it is encoded.

use bieumau_model::definition::{Need, Needs, RuleDeclaration, RuleTable};
use bieumau_model::table::Table;

use crate::error::CallError;

/// Returns the tables with the columns that are granted.
///
/// What the rule can do without is left out, as if it had not been given; what it needs and a
/// parameter that is given without a grant are an error. Defaults of parameters are the plugin's
/// own and need no grant.
pub fn restricted(
    rule: &RuleDeclaration,
    parameters: &[(String, String)],
    tables: &[Table],
    grant: &Needs,
) -> Result<Vec<Table>, CallError> {
    if let Some((name, _)) = parameters.iter().find(|(name, _)| !grant.has_parameter(name)) {
        return Err(CallError::NotGranted { need: Need::Parameter(name.clone()) });
    }
    let mut restricted = Vec::with_capacity(tables.len());
    for table in tables {
        let Some(declared) = rule.takes.iter().find(|own| own.name == table.name()) else {
            // The call does not fit the rule, which is told elsewhere.
            restricted.push(table.clone());
            continue;
        };
        match columns(declared, table, grant) {
            Err(CallError::NotGranted { .. }) if declared.optional => {}
            table => restricted.push(table?),
        }
    }
    Ok(restricted)
}

fn columns(declared: &RuleTable, table: &Table, grant: &Needs) -> Result<Table, CallError> {
    let mut kept = Vec::with_capacity(declared.columns.len());
    for column in &declared.columns {
        let granted = grant.has_column(&declared.name, &column.name);
        if !granted && !column.optional {
            let (table, column) = (declared.name.clone(), column.name.clone());
            return Err(CallError::NotGranted { need: Need::Column { table, column } });
        }
        let own = table.columns().iter().find(|own| own.name == column.name);
        kept.extend(own.filter(|_| granted).cloned());
    }
    Ok(Table::new(table.name(), kept).expect("columns of one table, each once"))
}
