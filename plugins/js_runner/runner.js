// Runs the text of a JavaScript plugin: tables in as rows, rows out as checked tables.
//
// Built once into `runner.wasm`, which every JavaScript plugin shares. What an author sees is
// described in `bieumau.d.ts`. Nothing here knows a clock, a file or a random number, and what
// JavaScript has of them is taken away below.

import { install } from "./globals.js";
import { readCall } from "./call.js";
import { writeAnswer } from "./answer.js";
import { Failure, explainError } from "./failure.js";

const rules = new Map();
const declared = new Map();
let loading = false;

install((id, apply) => {
    if (!loading) {
        throw new TypeError("rule(…) is called while the text is read, not inside a rule");
    }
    if (typeof id !== "string" || typeof apply !== "function") {
        throw new TypeError('rule("id", (call) => …) needs the id of the rule and a function');
    }
    if (rules.has(id)) {
        throw new TypeError(`the rule "${id}" comes twice`);
    }
    rules.set(id, apply);
});

function load(source, declarations) {
    loading = true;
    try {
        // An indirect call: the text sees the globals and nothing of this file.
        (0, eval)(`"use strict";${source}`);
    } catch (error) {
        throw explainError(error).en;
    } finally {
        loading = false;
    }
    for (const rule of declarations) {
        if (!rules.has(rule.id)) {
            const known = [...rules.keys()].join(", ") || "none";
            throw `there is no rule("${rule.id}", …) in the text, but in plugin.yaml; rules of the text: ${known}`;
        }
        declared.set(rule.id, rule.gives);
    }
}

function apply(call) {
    const rule = rules.get(call.rule);
    if (rule === undefined) {
        throw new Failure("unknown_rule", `không có quy tắc \`${call.rule}\``, `there is no rule \`${call.rule}\``).wire();
    }
    try {
        return writeAnswer(rule(readCall(call)), declared.get(call.rule) ?? []);
    } catch (error) {
        throw error instanceof Failure ? error.wire() : broken(error);
    }
}

// The engine knows this code: the plugin is at fault, not the data.
function broken(error) {
    const { vi, en } = explainError(error);
    return new Failure("script_error", vi, en).wire();
}

export const script = { load };
const exported = { apply };
export { exported as rules };
