//! Checks the grids and repeats of a form against the forms that they show.

use super::Sink;
use super::words::{self, repeats, unknown};
use super::world::World;
use crate::codes;
use crate::definition::{Form, Grid, Repeat};
use crate::raw::{RawGrid, texts};
use crate::yaml::At;

/// Makes the grids of a form, whose fields they name.
pub(super) fn grids(raw: Vec<RawGrid>, form: &Form, at: At<'_>, sink: &mut Sink<'_>) -> Vec<Grid> {
    repeats(raw.iter().map(|grid| grid.id.0.as_str()), |position, name| {
        let span = at.item(position).get("id").span();
        sink.push(words::twice(span, ("bảng nhập", "grid"), name));
    });
    raw.into_iter()
        .enumerate()
        .map(|(position, raw)| {
            let grid = Grid {
                id: raw.id.0,
                title: raw.title,
                fixed: texts(raw.fixed),
                rows: raw.rows.form.0,
                field: raw.rows.field.0,
                columns: texts(raw.columns),
            };
            fields(&grid, form, at.item(position), sink);
            grid
        })
        .collect()
}

/// Checks that a grid names each field once, and every field of the key.
fn fields(grid: &Grid, form: &Form, at: At<'_>, sink: &mut Sink<'_>) {
    let known = || form.fields().map(|field| field.id.as_str());
    let places = grid.fixed.iter().enumerate().map(|(at_, name)| (name, at.get("fixed").item(at_)));
    let places = places.chain([(&grid.field, at.get("rows").get("field"))]).chain(
        grid.columns.iter().enumerate().map(|(at_, name)| (name, at.get("columns").item(at_))),
    );
    let places: Vec<(&String, At<'_>)> = places.collect();
    for (name, place) in &places {
        if form.field(name).is_none() && !name.is_empty() {
            sink.push(unknown(codes::GRID, place.span(), words::FIELD, name, known()));
        }
    }
    repeats(places.iter().map(|(name, _)| name.as_str()), |position, name| {
        sink.push(words::twice(places[position].1.span(), words::FIELD, name));
    });
    for key in &form.key {
        if !grid.fixed.contains(key) && grid.field != *key {
            sink.error(
                codes::GRID,
                at.get("fixed").span(),
                format!("bảng nhập thiếu trường khóa `{key}`"),
                format!("the grid lacks the key field `{key}`"),
            );
        }
    }
    let entered = grid.columns.iter().enumerate();
    for (position, name) in entered.filter(|(_, name)| form.is_key(name)) {
        sink.error(
            codes::GRID,
            at.get("columns").item(position).span(),
            format!("trường khóa `{name}` không phải cột để nhập"),
            format!("the key field `{name}` is no column to enter"),
        );
    }
}

/// Checks grids and repeats against the forms that they name.
pub(super) fn references(form: &Form, at: At<'_>, world: &World<'_>, sink: &mut Sink<'_>) {
    for (position, grid) in form.grids.iter().enumerate() {
        let rows = at.get("grids").item(position).get("rows");
        let Some(target) = world.form(&grid.rows, rows.get("form"), sink) else { continue };
        if target.field(&grid.field).is_none() && !grid.field.is_empty() {
            let known = target.fields().map(|field| field.id.as_str());
            let span = rows.get("field").span();
            sink.push(unknown(codes::GRID, span, words::FIELD, &grid.field, known));
        }
        if !grid.fixed.iter().any(|name| target.field(name).is_some()) {
            sink.error(
                codes::GRID,
                rows.get("form").span(),
                format!("`{}` không có trường cố định nào của bảng nhập", grid.rows),
                format!("`{}` has none of the fixed fields of the grid", grid.rows),
            );
        }
    }
    for (position, section) in form.sections.iter().enumerate() {
        let Some(repeat) = &section.repeat else { continue };
        let at = at.get("sections").item(position).get("repeat");
        let Some(target) = world.form(&repeat.form, at.get("form"), sink) else { continue };
        lines(repeat, form, target, at, sink);
    }
}

fn lines(repeat: &Repeat, form: &Form, target: &Form, at: At<'_>, sink: &mut Sink<'_>) {
    let belongs = target.key.split_last().is_some_and(|(_, before)| before == form.key);
    if !belongs || target.scope != form.scope {
        let key = form.key.join(", ");
        sink.error(
            codes::REPEAT,
            at.get("form").span(),
            format!("khóa của `{}` phải là [{key}, …]", target.id),
            format!("the key of `{}` must be [{key}, …]", target.id),
        );
    }
    if repeat.most.is_some_and(|most| most < repeat.least) {
        sink.error(
            codes::REPEAT,
            at.get("most").span(),
            "`most` nhỏ hơn `least`".to_owned(),
            "`most` is less than `least`".to_owned(),
        );
    }
}
