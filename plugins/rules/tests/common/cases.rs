//! Reading case files: lines of fields between bars.

/// Returns the cases of a file: lines of fields between bars, without comments.
pub fn cases(text: &str) -> Vec<Vec<&str>> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect()
}

/// Returns the items of a field between semicolons; `5x 8,0` repeats.
pub fn items(field: &str) -> Vec<&str> {
    let mut items = Vec::new();
    for item in field.split(';').map(str::trim).filter(|item| !item.is_empty()) {
        match item.split_once("x ") {
            Some((count, item)) => {
                items.extend(vec![item.trim(); count.trim().parse().unwrap()]);
            }
            None => items.push(item),
        }
    }
    items
}
