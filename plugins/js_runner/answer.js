// What a rule returned, checked cell by cell against the manifest, as an answer of the contract.
//
// The engine checks again; but here a mistake still has its row and column in the author's words.

import { utf8 } from "./call.js";
import { WrongAnswer, wirePlace } from "./failure.js";
import { show } from "./globals.js";

const SEVERITIES = ["note", "warning", "error"];

export function writeAnswer(answer, gives) {
    if (typeof answer?.then === "function") {
        wrong("quy tắc không được là hàm async", "the rule must not be an async function");
    }
    object(answer, "kết quả của quy tắc", "the answer of the rule");
    keys(answer, ["tables", "findings", "explanations"], "kết quả", "the answer");
    const given = answer.tables ?? {};
    object(given, "`tables`", "`tables`");
    keys(given, gives.map(({ name }) => name), "`tables`", "`tables`");
    const tables = [];
    for (const declared of gives) {
        const rows = given[declared.name];
        if (rows === undefined && declared.optional) {
            continue;
        }
        if (!Array.isArray(rows)) {
            wrong(`bảng \`${declared.name}\` phải là danh sách các dòng, không phải ${show(rows)}`,
                `the table \`${declared.name}\` must be a list of rows, not ${show(rows)}`);
        }
        tables.push(table(declared, rows));
    }
    return {
        tables,
        findings: list(answer, "findings").map(finding),
        explanations: list(answer, "explanations").map(explanation),
    };
}

function wrong(vi, en) {
    throw new WrongAnswer(vi, en);
}

function object(value, vi, en) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        wrong(`${vi} phải là một đối tượng, không phải ${show(value)}`, `${en} must be an object, not ${show(value)}`);
    }
}

function keys(value, known, vi, en) {
    for (const key of Object.keys(value)) {
        if (!known.includes(key)) {
            wrong(`${vi} có \`${key}\`, nhưng chỉ được có ${known.join(", ")}`,
                `${en} has \`${key}\`, but may only have ${known.join(", ")}`);
        }
    }
}

function list(owner, name) {
    const value = owner[name] ?? [];
    if (!Array.isArray(value)) {
        wrong(`\`${name}\` phải là một danh sách`, `\`${name}\` must be a list`);
    }
    return value;
}

function table(declared, rows) {
    const used = declared.columns.filter(
        (column) => !column.optional || rows.some((row) => row?.[column.name] !== undefined),
    );
    checkRows(declared, rows, used.length);
    const columns = used.map((column) => ({ name: column.name, ...cells(declared.name, column, rows) }));
    return { name: declared.name, rows: rows.length, columns };
}

function checkRows(declared, rows, columns) {
    for (let at = 0; at < rows.length; at += 1) {
        const row = rows[at];
        if (typeof row !== "object" || row === null || Array.isArray(row)) {
            wrong(`bảng \`${declared.name}\`, dòng ${at + 1}: phải là một đối tượng, không phải ${show(row)}`,
                `table \`${declared.name}\`, row ${at + 1}: must be an object, not ${show(row)}`);
        }
        const keys = Object.keys(row);
        if (keys.length > columns) {
            const key = keys.find((key) => !declared.columns.some(({ name }) => name === key));
            if (key !== undefined) {
                wrong(`bảng \`${declared.name}\`, dòng ${at + 1}: không có cột \`${key}\` trong plugin.yaml`,
                    `table \`${declared.name}\`, row ${at + 1}: plugin.yaml declares no column \`${key}\``);
            }
        }
    }
}

// Takes a column out of the rows. What is plainly right is seen in the loop, all else by `read`.
function cells(tableName, column, rows) {
    const { read, plain, empty, write, vi, en } = KINDS[column.kind];
    const values = new Array(rows.length);
    const present = new Uint8Array(rows.length).fill(1);
    const take = Function("rows", "values", "present", "read", "empty", `
        const n = rows.length, isSafe = Number.isSafeInteger;
        for (let i = 0; i < n; i++) {
            const x = rows[i][${JSON.stringify(column.name)}];
            if (${plain}) { values[i] = x; continue; }
            if (x === null) { values[i] = empty; present[i] = 0; continue; }
            const y = x === undefined ? undefined : read(x);
            if (y === undefined) return i;
            values[i] = y;
        }
        return -1;`);
    const bad = take(rows, values, present, read, empty);
    if (bad >= 0) {
        badCell(tableName, column, bad, rows[bad][column.name], vi, en);
    }
    const isWhole = !present.includes(0);
    const fail = (row) => badCell(tableName, column, row, values[row], vi, en);
    return { present: isWhole ? new Uint8Array(0) : present, cells: write(values, column, fail) };
}

function badCell(tableName, column, row, cell, vi, en) {
    const place = [`bảng \`${tableName}\`, dòng ${row + 1}, cột \`${column.name}\``,
        `table \`${tableName}\`, row ${row + 1}, column \`${column.name}\``];
    if (cell === undefined) {
        wrong(`${place[0]}: không có; ô trống viết là null`, `${place[1]}: is not there; an empty cell is null`);
    }
    const unit = column.kind === "decimal" ? formatDecimal(1, column.scale) : "";
    const hint = column.kind === "decimal"
        ? [` theo đơn vị ${unit} (${formatDecimal(75, column.scale)} là 75)`,
            ` of units of ${unit} (${formatDecimal(75, column.scale)} is 75)`]
        : ["", ""];
    wrong(`${place[0]}: ${show(cell)} không phải ${vi}${hint[0]}`, `${place[1]}: ${show(cell)} is not ${en}${hint[1]}`);
}

function wholeNumber(cell) {
    const number = typeof cell === "bigint" ? Number(cell) : cell;
    return Number.isSafeInteger(number) ? number : undefined;
}

function dayNumber(cell) {
    const days = typeof cell === "string" ? day(cell) : cell;
    return Number.isInteger(days) && Math.abs(days) < 4_000_000 ? days : undefined;
}

// `plain` is what a cell `x` most often is.
const KINDS = {
    text: {
        vi: "văn bản", en: "a text", empty: "", plain: 'typeof x === "string"',
        read: () => undefined,
        write: (values, _, fail) => ({ tag: "text", val: textCells(values, fail) }),
    },
    integer: {
        vi: "số nguyên", en: "a whole number", empty: 0, plain: "isSafe(x)", read: wholeNumber,
        write: (val) => ({ tag: "integer", val }),
    },
    decimal: {
        vi: "số nguyên", en: "a whole number", empty: 0, plain: "isSafe(x)", read: wholeNumber,
        write: (units, { scale }) => ({ tag: "decimal", val: { scale, units } }),
    },
    date: {
        vi: "ngày (số ngày, hoặc \"2026-05-31\")", en: "a day (a number of days, or \"2026-05-31\")", empty: 0,
        plain: "false", read: dayNumber, write: (val) => ({ tag: "date", val }),
    },
    boolean: {
        vi: "true hoặc false", en: "true or false", empty: false, plain: "x === true || x === false",
        read: () => undefined,
        write: (values) => ({ tag: "boolean", val: Uint8Array.from(values, Number) }),
    },
};

function textCells(values, fail) {
    const text = values.join("");
    const ends = new Array(values.length);
    const isAscii = text.isWellFormed() && utf8(text).length === text.length;
    // Names and codes come again and again.
    const lengths = new Map();
    let bytes = 0;
    for (let row = 0; row < values.length; row += 1) {
        const value = values[row];
        if (isAscii) {
            bytes += value.length;
        } else {
            let length = lengths.get(value);
            if (length === undefined) {
                if (!value.isWellFormed()) {
                    fail(row);
                }
                length = utf8(value).length;
                lengths.set(value, length);
            }
            bytes += length;
        }
        ends[row] = bytes;
    }
    return { utf8: text, ends };
}

function sentence(value, vi, en) {
    if (typeof value?.vi !== "string" || typeof value?.en !== "string") {
        wrong(`${vi} phải có \`vi\` và \`en\``, `${en} must have \`vi\` and \`en\``);
    }
    return { vi: value.vi.toWellFormed(), en: value.en.toWellFormed() };
}

function finding(value, at) {
    const [vi, en] = [`nhận xét ${at + 1}`, `finding ${at + 1}`];
    object(value, vi, en);
    keys(value, ["code", "severity", "message", "help", "at", "about"], vi, en);
    if (typeof value.code !== "string") {
        wrong(`${vi} không có \`code\``, `${en} has no \`code\``);
    }
    const severity = value.severity ?? "error";
    if (!SEVERITIES.includes(severity)) {
        wrong(`${vi}: \`severity\` là ${show(severity)}, cần một trong ${SEVERITIES.join(", ")}`,
            `${en}: \`severity\` is ${show(severity)}, not one of ${SEVERITIES.join(", ")}`);
    }
    return {
        code: value.code,
        severity,
        message: sentence(value.message, `${vi}: \`message\``, `${en}: \`message\``),
        help: value.help == null ? null : sentence(value.help, `${vi}: \`help\``, `${en}: \`help\``),
        place: place(value.at, vi, en),
        about: named(value.about),
    };
}

function explanation(value, at) {
    const [vi, en] = [`giải thích ${at + 1}`, `explanation ${at + 1}`];
    object(value, vi, en);
    keys(value, ["at", "rule", "inputs", "steps", "result"], vi, en);
    return {
        place: place(value.at, vi, en),
        rule: String(value.rule ?? ""),
        inputs: named(value.inputs),
        steps: list(value, "steps").map(String),
        result: String(value.result ?? ""),
    };
}

function place(value, vi, en) {
    if (value != null) {
        object(value, `${vi}: \`at\``, `${en}: \`at\``);
        keys(value, ["table", "row", "column"], `${vi}: \`at\``, `${en}: \`at\``);
        if (value.row != null && !(Number.isInteger(value.row) && value.row >= 0)) {
            wrong(`${vi}: \`at.row\` đếm từ 0`, `${en}: \`at.row\` counts from 0`);
        }
    }
    return wirePlace(value);
}

function named(value) {
    return Object.entries(value ?? {}).map(([name, text]) => ({ name, value: String(text) }));
}
