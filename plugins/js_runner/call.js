// A call of the contract as an author sees it: parameters by name, tables as lists of rows.

import { Failure } from "./failure.js";

export function readCall(call) {
    const parameters = {};
    for (const { name, value } of call.parameters) {
        parameters[name] = value;
    }
    const tables = {};
    for (const table of call.tables) {
        tables[table.name] = rows(table);
    }
    return { rule: call.rule, explain: call.explain, tables, parameters, ...readers(parameters) };
}

// Parameters are texts; these read them, in the words of the Rust kit when they are wrong.
function readers(parameters) {
    const read = (name, ofText, vi, en) => {
        const value = parameters[name];
        if (value === undefined) {
            throw new TypeError(`the rule has no parameter "${name}"; plugin.yaml declares them`);
        }
        const found = ofText(value.trim());
        if (found === null || found === undefined) {
            throw new Failure(
                "wrong_parameter",
                `tham số \`${name}\` là \`${value}\`, cần ${vi}`,
                `parameter \`${name}\` is \`${value}\`, expected ${en}`,
            );
        }
        return found;
    };
    const choice = (name, words) => {
        const list = words.join(", ");
        return read(name, (text) => words.find((word) => word === text), `một trong ${list}`, `one of ${list}`);
    };
    return {
        text: (name) => read(name, (text) => text, "văn bản", "a text"),
        integer: (name) =>
            read(name, (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : null), "số nguyên", "a whole number"),
        decimal: (name, scale) =>
            read(name, (text) => parseDecimal(text, scale), `số có nhiều nhất ${scale} chữ số sau dấu phẩy`,
                `a number with at most ${scale} digits behind the comma`),
        day: (name) => read(name, day, "ngày dạng 2026-05-31", "a day such as 2026-05-31"),
        flag: (name) => choice(name, ["true", "false"]) === "true",
        choice,
    };
}

// One loop made for the columns of the table: its rows share their shape, and are plain objects, so
// `{...row}` and `row.pupil` just work.
function rows(table) {
    const columns = table.columns.map((column) => cells(table, column));
    const locals = columns.map((_, at) => `c${at} = c[${at}]`).join(", ");
    const fields = table.columns.map(({ name }, at) => `${JSON.stringify(name)}: c${at}[i]`).join(", ");
    const make = Function("c", "list", `const n = list.length${locals && `, ${locals}`};
        for (let i = 0; i < n; i++) list[i] = {${fields}};`);
    const list = new Array(table.rows);
    make(columns, list);
    const has = (name) => table.columns.some((column) => column.name === name);
    Object.defineProperty(list, "has", { value: has });
    return list;
}

function cells(table, { name, present, cells: { tag, val } }) {
    let values;
    switch (tag) {
        case "text": values = texts(val.utf8, val.ends); break;
        case "decimal": values = exact(table, name, val.units); break;
        case "integer": values = exact(table, name, val); break;
        case "boolean": values = Array.from(val, (cell) => cell !== 0); break;
        default: values = Array.from(val);
    }
    for (let row = present.indexOf(0); row >= 0; row = present.indexOf(0, row + 1)) {
        values[row] = null;
    }
    return values;
}

// What is larger than a number of JavaScript can hold would be another number inside.
function exact(table, name, list) {
    const values = Array.from(list);
    if (!values.every(Number.isSafeInteger)) {
        const row = values.findIndex((value) => !Number.isSafeInteger(value));
        throw new Failure(
            "too_large",
            `bảng \`${table.name}\`, dòng ${row + 1}, cột \`${name}\`: số quá lớn`,
            `table \`${table.name}\`, row ${row + 1}, column \`${name}\`: the number is too large`,
            { table: table.name, row, column: name },
        );
    }
    return values;
}

// Cuts a text at byte offsets. No loop over characters: the interpreter is slow at those.
function texts(text, ends) {
    const list = new Array(ends.length);
    const isAscii = text.length === (ends.length > 0 ? ends[ends.length - 1] : 0);
    const bytes = isAscii ? text : utf8(text);
    // Names and codes come again and again.
    const known = new Map();
    let start = 0;
    for (let row = 0; row < ends.length; row += 1) {
        const end = ends[row];
        const cell = bytes.slice(start, end);
        start = end;
        if (isAscii) {
            list[row] = cell;
            continue;
        }
        let decoded = known.get(cell);
        if (decoded === undefined) {
            decoded = decodeURIComponent(escape(cell));
            known.set(cell, decoded);
        }
        list[row] = decoded;
    }
    return list;
}

// Returns the bytes of a text in UTF-8, each as one character.
export function utf8(text) {
    return unescape(encodeURIComponent(text));
}
