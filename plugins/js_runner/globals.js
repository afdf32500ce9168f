// The globals of an author: what JavaScript must not have is taken away, exact helpers are added.

import { Failure } from "./failure.js";

const ROUNDINGS = ["half_up", "half_even", "down", "up"];

// Whole numbers below this are exact in every step of a division.
const EXACT = 2 ** 51;

export function install(rule) {
    takeAway();
    const helpers = {
        rule, divide, roundHalfUp, avg, formatDecimal, parseDecimal, day, formatDay, dayParts, weekday,
        fail, missingCell,
    };
    for (const [name, value] of Object.entries(helpers)) {
        Object.defineProperty(globalThis, name, { value, writable: false, configurable: false });
    }
}

// A rule has the same answer years later, so it has no clock and no chance.
function takeAway() {
    refuse(globalThis, "Date", "days come with the call; see day() and weekday()");
    refuse(Math, "random", "the same call has the same answer, always");
    refuse(globalThis, "setTimeout", "a rule answers at once");
    refuse(globalThis, "setInterval", "a rule answers at once");
    refuse(globalThis, "queueMicrotask", "a rule answers at once");
    refuse(globalThis, "Promise", "a rule answers at once");
    refuse(globalThis, "fetch", "what a rule needs comes with the call");
    refuse(globalThis, "crypto", "the same call has the same answer, always");
    refuse(globalThis, "performance", "a rule has no clock");
    refuse(globalThis, "console", "a rule prints nothing; give a finding, or an explanation");
    refuse(globalThis, "WeakRef", "a rule does not see when memory is freed");
    refuse(globalThis, "FinalizationRegistry", "a rule does not see when memory is freed");
}

function refuse(owner, name, why) {
    const no = () => {
        throw new TypeError(`${name} cannot be used in a rule: ${why}`);
    };
    const value = new Proxy(function () {}, { apply: no, construct: no, get: no, set: no, has: no });
    Object.defineProperty(owner, name, { value, writable: false, configurable: false });
}

function whole(value, what) {
    if (typeof value === "bigint" || Number.isSafeInteger(value)) {
        return value;
    }
    throw new TypeError(`${what} is ${show(value)}, not a whole number; a mark of 7,5 is 75`);
}

export function show(value) {
    if (typeof value === "string") {
        return JSON.stringify(value);
    }
    if (typeof value === "object" && value !== null) {
        return Array.isArray(value) ? "a list" : "an object";
    }
    return typeof value === "function" ? "a function" : String(value);
}

// As `divide` of the Rust kit: exact, null when the divisor is not positive.
function divide(sum, divisor, rounding = "half_up") {
    if (rounding === "half_up" && Number.isSafeInteger(sum) && Number.isSafeInteger(divisor) &&
        sum >= 0 && sum < EXACT && divisor > 0 && divisor < EXACT) {
        // What nearly every call is.
        const rest = sum % divisor;
        return (sum - rest) / divisor + (2 * rest >= divisor ? 1 : 0);
    }
    whole(sum, "the sum");
    whole(divisor, "the divisor");
    if (!ROUNDINGS.includes(rounding)) {
        throw new TypeError(`the rounding is ${show(rounding)}, not one of ${ROUNDINGS.join(", ")}`);
    }
    if (divisor <= 0) {
        return null;
    }
    const isBig = typeof sum === "bigint" || typeof divisor === "bigint";
    if (!isBig && Math.abs(sum) < EXACT && divisor < EXACT) {
        let rest = sum % divisor;
        if (rest < 0) {
            rest += divisor;
        }
        const floor = (sum - rest) / divisor;
        return floor + (goesUp(2 * rest, divisor, rounding, floor % 2 !== 0) ? 1 : 0);
    }
    const [dividend, by] = [BigInt(sum), BigInt(divisor)];
    const rest = ((dividend % by) + by) % by;
    const floor = (dividend - rest) / by;
    const result = floor + (goesUp(2n * rest, by, rounding, floor % 2n !== 0n) ? 1n : 0n);
    return isBig ? result : whole(Number(result), "the result");
}

function goesUp(twiceRest, divisor, rounding, isOdd) {
    switch (rounding) {
        case "half_up": return twiceRest >= divisor;
        case "half_even": return twiceRest > divisor || (twiceRest === divisor && isOdd);
        case "up": return twiceRest > 0;
        default: return false;
    }
}

function roundHalfUp(sum, divisor) {
    return divide(sum, divisor, "half_up");
}

// The weighted average; null when nothing is there. A missing value is left out with its weight.
function avg(values, weights = null, rounding = "half_up") {
    if (!Array.isArray(values) || (weights !== null && weights.length !== values.length)) {
        throw new TypeError("avg(values, weights) needs two lists of equal length");
    }
    let sum = 0;
    let divisor = 0;
    for (let at = 0; at < values.length; at += 1) {
        if (values[at] === null) {
            continue;
        }
        const weight = weights === null ? 1 : whole(weights[at], "a weight");
        sum += whole(values[at], "a value") * weight;
        divisor += weight;
    }
    return divide(sum, divisor, rounding);
}

// 80 with scale 1 is "8,0".
function formatDecimal(units, scale) {
    whole(units, "the number");
    const digits = String(units < 0 ? -units : units).padStart(scale + 1, "0");
    const cut = digits.length - scale;
    const fraction = scale > 0 ? `,${digits.slice(cut)}` : "";
    return `${units < 0 ? "-" : ""}${digits.slice(0, cut)}${fraction}`;
}

// "8,0" or "8.0" with scale 1 is 80; null when it is no such number.
function parseDecimal(text, scale) {
    const parts = /^(-?)(\d{1,15})(?:[.,](\d*))?$/.exec(String(text).trim());
    if (parts === null) {
        return null;
    }
    const fraction = (parts[3] ?? "").replace(/0+$/, "");
    if (fraction.length > scale) {
        return null;
    }
    const units = Number(parts[2] + fraction.padEnd(scale, "0"));
    return Number.isSafeInteger(units) ? (parts[1] === "-" ? -units : units) : null;
}

// "2026-05-31" as days since 1 January 1970; null when there is no such day.
function day(text) {
    const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(String(text));
    if (parts === null) {
        return null;
    }
    const [year, month, dayOfMonth] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
    if (month < 1 || month > 12 || dayOfMonth < 1) {
        return null;
    }
    // Years that begin in March have the leap day at their end.
    const shifted = month <= 2 ? year - 1 : year;
    const era = Math.floor(shifted / 400);
    const yearOfEra = shifted - era * 400;
    const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + dayOfMonth - 1;
    const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
    const days = era * 146097 + dayOfEra - 719468;
    return formatDay(days) === text ? days : null;
}

// Days since 1970 as { year, month, day }.
function dayParts(days) {
    const shifted = whole(days, "the day") + 719468;
    const era = Math.floor(shifted / 146097);
    const dayOfEra = shifted - era * 146097;
    const yearOfEra = Math.floor(
        (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
    );
    const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
    const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
    const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    return {
        year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
        month,
        day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    };
}

function formatDay(days) {
    const { year, month, day: dayOfMonth } = dayParts(days);
    const two = (number) => String(number).padStart(2, "0");
    return `${String(year).padStart(4, "0")}-${two(month)}-${two(dayOfMonth)}`;
}

// Monday is 1, Sunday 7.
function weekday(days) {
    return (((whole(days, "the day") + 3) % 7) + 7) % 7 + 1;
}

// Ends the rule without an answer: the call is wrong, not the data.
function fail(code, vi, en, place) {
    throw new Failure(code, vi, en, place);
}

// The usual finding about a cell that is needed and missing.
function missingCell(table, row, column) {
    return {
        code: "missing_cell",
        severity: "error",
        message: {
            vi: `Bảng \`${table}\`, dòng ${row + 1}: thiếu \`${column}\`; dòng này không được dùng`,
            en: `Table \`${table}\`, row ${row + 1}: \`${column}\` is missing; the row is not used`,
        },
        at: { table, row, column },
    };
}
