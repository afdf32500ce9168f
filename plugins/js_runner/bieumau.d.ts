// What the text of a JavaScript plugin (`rules.js`) finds, beside the language itself.
//
// There is no clock, no random number, no file, no network and no waiting: `Date`, `Math.random`,
// `Promise`, `setTimeout`, `console` and the like end the rule with a sentence that says so. The same
// call has the same answer, years later too.
//
// Whole numbers only: a mark of 7,5 in a column `decimal(1)` is 75. Divide with `divide`, `roundHalfUp`
// or `avg`, which are exact; `/` makes a binary fraction, and an answer with one is refused.

/** A cell: `null` when it is missing. Decimals are whole units, days are counted from 1/1/1970. */
type Cell = string | number | boolean | null;

/** A row: its columns by name, as `plugin.yaml` declares them. A copy; change it as you like. */
type Row = Record<string, any>;

/** A table: an ordinary array of rows. */
interface Table extends Array<Row> {
  /** Whether the report has this optional column. */
  has(column: string): boolean;
}

/** One call of a rule, for a whole class or batch. */
interface Call {
  /** Id of the rule. */
  readonly rule: string;
  /** Whether explanations are wanted; else leave them out, they cost time. */
  readonly explain: boolean;
  /** Tables by name; an optional table that the report does not have is `undefined`. */
  readonly tables: Record<string, Table>;
  /** Parameters as texts: of the call, else the defaults of `plugin.yaml`. */
  readonly parameters: Record<string, string>;
  /** A parameter as text. */
  text(name: string): string;
  /** A parameter as whole number. */
  integer(name: string): number;
  /** A parameter as decimal, in units: `decimal("from", 1)` of `8.0` is 80. */
  decimal(name: string, scale: number): number;
  /** A parameter as day, counted from 1/1/1970. */
  day(name: string): number;
  /** A parameter that is `true` or `false`. */
  flag(name: string): boolean;
  /** A parameter that is one of these words. */
  choice<W extends string>(name: string, words: W[]): W;
}

/** A sentence in both languages. */
interface Sentence { vi: string; en: string }

/** A place: in the tables of the call (findings) or of the answer (explanations). Rows count from 0. */
interface Place { table?: string; row?: number; column?: string }

/** A remark about the data, for the person who can mend them. */
interface Finding {
  /** Stable code, such as `HP-01`. */
  code: string;
  /** `error` when left out. */
  severity?: "note" | "warning" | "error";
  message: Sentence;
  help?: Sentence;
  at?: Place;
  /** Facts such as `{pupil: "HS1", subject: "TOAN"}`. */
  about?: Record<string, string | number>;
}

/** How one value came about, as one would write it on paper. */
interface Explanation {
  at: Place;
  /** The article that was applied. */
  rule: string;
  inputs?: Record<string, string | number>;
  steps?: string[];
  result: string;
}

/** What a rule returns. */
interface Answer {
  /** The tables that `plugin.yaml` declares under `gives`. A row has every column; a missing cell is `null`. */
  tables: Record<string, Record<string, Cell>[]>;
  findings?: Finding[];
  explanations?: Explanation[];
}

type Rounding = "half_up" | "half_even" | "down" | "up";

/** Adds a rule of `plugin.yaml`. */
declare function rule(id: string, apply: (call: Call) => Answer): void;

/** Divides whole numbers exactly and rounds; `null` when the divisor is not positive. */
declare function divide(sum: number, divisor: number, rounding?: Rounding): number | null;
declare function divide(sum: bigint, divisor: bigint, rounding?: Rounding): bigint | null;

/** Divides whole numbers exactly; a half goes up. */
declare function roundHalfUp(sum: number, divisor: number): number | null;

/**
 * The weighted average in the units of the values, exact, a half goes up; a `null` is left out with its
 * weight, and `null` comes out when nothing is left. `avg([80, 75, 79], [1, 1, 2])` is 78.
 */
declare function avg(values: (number | null)[], weights?: number[], rounding?: Rounding): number | null;

/** `formatDecimal(80, 1)` is `"8,0"`. */
declare function formatDecimal(units: number | bigint, scale: number): string;

/** `parseDecimal("8,0", 1)` is 80; `null` when it is no such number. */
declare function parseDecimal(text: string, scale: number): number | null;

/** `"2026-05-31"` as days since 1/1/1970; `null` when there is no such day. */
declare function day(text: string): number | null;

/** Days since 1/1/1970 as `"2026-05-31"`. */
declare function formatDay(days: number): string;

/** Days since 1/1/1970 as year, month and day of the month. */
declare function dayParts(days: number): { year: number; month: number; day: number };

/** Monday is 1, Sunday 7. */
declare function weekday(days: number): number;

/** Ends the rule without an answer, because the call is wrong. Wrong data are no failure: they give findings. */
declare function fail(code: string, vi: string, en: string, place?: Place): never;

/** The usual finding about a needed cell that is missing. */
declare function missingCell(table: string, row: number, column: string): Finding;
