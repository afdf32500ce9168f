// Reads what a person types into a cell of a grid: decimals with comma or point, tenths without
// either, codes by one key, blocks from a spreadsheet. Pure: no page, no server.

/// Reads a text for a column; gives {text} as it is kept, and {error} when it is not right.
export function read(typed, column, tenths, words) {
  const text = typed.normalize("NFC").trim().replace(/\s+/g, " ");
  if (text === "") return { text: "" };
  if (column.choices.length) return readChoice(text, column, words);
  if (column.type === "decimal" || column.type === "integer") return readNumber(text, column, tenths, words);
  if (column.max_length && [...text].length > column.max_length) {
    return { error: put(words.too_long, { most: column.max_length }) };
  }
  return { text };
}

function readNumber(text, column, tenths, words) {
  const match = /^(-?)(\d+)(?:[.,](\d+))?$/.exec(text);
  if (!match) return { error: words.no_number };
  const [, sign, whole, fraction = ""] = match;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > column.scale) {
    return { error: column.scale ? put(words.too_precise, { most: column.scale }) : words.no_whole };
  }
  let units = Number(whole + kept.padEnd(column.scale, "0")) * (sign ? -1 : 1);
  // `75` is 7,5 where the column takes tenths up to ten; `10` is ten.
  const isShort = tenths && column.scale === 1 && !fraction && !sign && column.max !== null && units > column.max;
  if (isShort && Number(whole) <= column.max) units = Number(whole);
  if ((column.min !== null && units < column.min) || (column.max !== null && units > column.max)) {
    return { error: bounds(column, words) };
  }
  return { text: written(units, column.scale) };
}

/// Writes units of 10^-scale as a person would: 7,5 and 8.
function written(units, scale) {
  if (!scale) return String(units);
  const digits = String(Math.abs(units)).padStart(scale + 1, "0");
  const whole = digits.slice(0, -scale);
  const fraction = digits.slice(-scale).replace(/0+$/, "");
  return (units < 0 ? "-" : "") + whole + (fraction && `,${fraction}`);
}

function bounds(column, words) {
  const of = (units) => (units === null ? "" : written(units, column.scale));
  if (column.min !== null && column.max !== null) return put(words.between, { min: of(column.min), max: of(column.max) });
  return column.min !== null ? put(words.at_least, { min: of(column.min) }) : put(words.at_most, { max: of(column.max) });
}

function readChoice(text, column, words) {
  const wanted = fold(text);
  const exact = column.choices.find((choice) => [choice.label, choice.name, choice.code].some((own) => fold(own) === wanted));
  if (exact) return { text: exact.label };
  return { error: put(words.no_choice, { list: column.choices.map((choice) => choice.label).join(", ") }) };
}

/// The choice that one key stands for: `d` or `đ` for Đ, `c` for CĐ; the next one when several fit.
export function pickByKey(choices, key) {
  const wanted = plain(key);
  return choices.find((choice) => plain(choice.label) === wanted) ?? choices.find((choice) => plain(choice.label).startsWith(wanted));
}

/// Cuts what a spreadsheet puts on the clipboard into lines and cells.
export function splitBlock(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return lines.map((line) => line.split("\t").map((cell) => cell.replace(/^"(.*)"$/s, "$1")));
}

export const shown = (value, words) => (value === "" ? words.empty : value);

// The letter of another alphabet that looks like Đ counts as Đ.
const fold = (text) => text.normalize("NFC").replace(/\u00d0/g, "Đ").toLowerCase().replace(/\s+/g, "");
const plain = (text) => fold(text).replace(/đ/g, "d").normalize("NFD").replace(/\p{M}/gu, "");
const put = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
