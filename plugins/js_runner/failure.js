// Why a rule gives no answer: a failure that the author threw, or an error of the script.

export class Failure extends Error {
    constructor(code, vi, en, place = {}) {
        super(en);
        this.code = code;
        this.sentence = { vi, en };
        this.place = place;
    }

    wire() {
        return { code: this.code, message: this.sentence, place: wirePlace(this.place) };
    }
}

// An answer that is not what the manifest declares; has both languages.
export class WrongAnswer extends Error {
    constructor(vi, en) {
        super(en);
        this.vi = vi;
    }
}

export function wirePlace(place) {
    const { table = null, row = null, column = null } = place ?? {};
    return { table, row, column };
}

// Returns what went wrong with the line and column of the text.
export function explainError(error) {
    if (error instanceof WrongAnswer) {
        return { vi: error.vi, en: error.message };
    }
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const place = /<(?:input|evalScript)>:(\d+)(?::(\d+))?/.exec(error?.stack ?? "");
    if (place === null) {
        return { vi: `rules.js dừng vì lỗi: ${what}`, en: `rules.js: ${what}` };
    }
    // The text begins behind `"use strict";` on the first line.
    const line = Number(place[1]);
    const column = Number(place[2] ?? 1) - (line === 1 ? 13 : 0);
    return {
        vi: `rules.js dòng ${line} cột ${column}: ${what}`,
        en: `rules.js line ${line} column ${column}: ${what}`,
    };
}
