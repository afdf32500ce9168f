// The marks grid: moves by keyboard, reads what is typed, saves row by row, and keeps what is not
// saved yet on this machine until the server has confirmed it.
//
// What a mark is worth is decided by the server; `entry.js` only spares the way for slips.
import { read, shown, pickByKey, splitBlock } from "/assets/entry.js";
import { Journal } from "/assets/journal.js";

const frame = document.querySelector("[data-grid]");
const words = JSON.parse(document.querySelector("#words").textContent);
const lang = document.documentElement.lang;
const say = (text) => (typeof text === "string" ? text : text?.[lang] ?? text?.vi ?? "");
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const RETRY = [1000, 2000, 5000, 10000, 20000];
const PAUSE = 350; // ms between the last change of a row and its way to the server
const WAYS = 4; // rows on their way at once

let grid; // what the server gave
let rows = []; // by place: {data, cells, revision, timer, busy, average}
let journal;
let offline = false;
let failures = 0;
let lastSaved = null;
const waiting = new Set(); // rows that want to go

async function start() {
  if (!frame) return;
  const answer = await fetch(`/api/v1/grids/${frame.dataset.grid}?${frame.dataset.query}`, accept()).catch(() => null);
  if (!answer?.ok) return fail(answer);
  grid = await answer.json();
  journal = await Journal.open([frame.dataset.person, frame.dataset.grid, frame.dataset.query].join("|"));
  draw();
  restore();
  status();
  addEventListener("beforeunload", (event) => {
    if (unsaved().length) event.preventDefault();
  });
  addEventListener("pagehide", () => journal.leave());
  addEventListener("online", () => retry());
}

const accept = (more = {}) => ({ headers: { Accept: "application/json", "Accept-Language": lang, ...more } });

async function fail(answer) {
  const problem = await answer?.json().catch(() => null);
  frame.replaceChildren(notice(problem?.title ?? words.cannot_load, problem?.detail ?? words.try_again));
}

function notice(title, detail) {
  const box = element("div", { className: "notice problem", role: "alert" });
  box.append(element("h2", { textContent: title }), element("p", { textContent: detail ?? "" }));
  return box;
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

// ---- drawing ---------------------------------------------------------------------------------

function draw() {
  const table = element("table", { className: "grid" });
  const head = table.createTHead().insertRow();
  const heading = (text, kind, hint) => {
    const cell = element("th", { scope: "col", textContent: text, className: kind });
    if (hint) cell.title = hint;
    head.append(cell);
  };
  heading(words.number, "number");
  heading(words.name, "name");
  for (const column of grid.columns) heading(say(column.title), column.type, say(column.hint));
  if (grid.average) heading(say(grid.average), "average");
  heading(words.state, "state");
  const body = table.createTBody();
  rows = grid.rows.map((data, at) => drawRow(body.insertRow(), data, at));
  const box = element("div", { className: "grid-frame", tabIndex: -1 });
  box.append(table);
  frame.replaceChildren(box);
  if (!rows.length) frame.replaceChildren(notice(words.no_pupils, words.no_pupils_help));
  document.querySelector("#tenths")?.addEventListener("change", (event) => {
    localStorage.setItem("bieumau.tenths", event.target.checked ? "1" : "0");
    firstOpen()?.focus();
  });
  const tenths = document.querySelector("#tenths");
  if (tenths) tenths.checked = localStorage.getItem("bieumau.tenths") !== "0";
  firstOpen()?.focus({ preventScroll: true });
}

function drawRow(line, data, at) {
  line.insertCell().textContent = at + 1;
  line.cells[0].className = "number";
  const name = element("th", { scope: "row", className: "name", textContent: data.name });
  if (data.birth_date) name.title = `${data.birth_date} · ${data.pupil}`;
  if (data.status) name.append(element("span", { className: "tag", textContent: say(data.status) }));
  line.append(name);
  const row = { data, at, line, cells: [], revision: data.revision, timer: null, busy: false };
  row.cells = grid.columns.map((column, place) => drawCell(line, row, column, place));
  if (grid.average) {
    row.average = line.insertCell();
    row.average.className = "average";
    row.average.textContent = data.average ?? "";
  }
  row.state = line.insertCell();
  row.state.className = "state";
  return row;
}

function drawCell(line, row, column, place) {
  const box = line.insertCell();
  const saved = row.data.values[column.id] ?? "";
  const input = element("input", {
    value: saved,
    autocomplete: "off",
    spellcheck: column.type === "text",
    enterKeyHint: "next",
  });
  input.dataset.field = column.id;
  input.dataset.pupil = row.data.pupil;
  input.inputMode = column.type === "decimal" ? "decimal" : column.type === "integer" ? "numeric" : "text";
  input.setAttribute("aria-label", `${row.data.name}, ${say(column.title)}`);
  if (column.max_length) input.maxLength = column.max_length;
  const cell = { row, column, place, box, input, saved, value: saved, sending: null, half: false, state: "", message: "" };
  const why = row.data.closed[column.id];
  box.className = column.type;
  box.append(input);
  if (why) close(cell, say(why));
  input.addEventListener("focus", () => enter(cell));
  input.addEventListener("blur", () => leave(cell));
  input.addEventListener("input", () => typing(cell));
  input.addEventListener("keydown", (event) => key(cell, event));
  input.addEventListener("paste", (event) => paste(cell, event));
  return cell;
}

function close(cell, why) {
  cell.input.readOnly = true;
  mark(cell, "locked", why);
}

function mark(cell, state, message = "") {
  cell.state = state;
  cell.message = message;
  cell.box.dataset.state = state;
  cell.input.toggleAttribute("aria-invalid", state === "invalid" || state === "conflict");
  cell.box.title = message;
  // What keeps a mark from being saved stands at its cell as long as that has the focus.
  if (["invalid", "locked", "locked-new", "conflict"].includes(state)) cell.box.dataset.said = message;
  else delete cell.box.dataset.said;
  if (document.activeElement === cell.input) explain(cell);
}

// ---- keyboard --------------------------------------------------------------------------------

function enter(cell) {
  cell.before = cell.value;
  cell.input.select();
  explain(cell);
}

function leave(cell) {
  commit(cell);
  // Leaving the row sends it at once; within a row the next cell may follow.
  requestAnimationFrame(() => {
    if (!cell.row.line.contains(document.activeElement)) send(cell.row, 0);
  });
}

function typing(cell) {
  cell.half = false;
  // Every letter is kept, so that a power cut takes nothing that was typed.
  journal.put(cell.row.data.pupil, cell.column.id, cell.input.value, cell.saved, true);
}

function key(cell, event) {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const go = (down, right) => {
    event.preventDefault();
    move(cell, down, right);
  };
  // With these keys a person says that what came back half typed is right.
  if (event.key === "Enter" || event.key === "Tab") cell.half = false;
  const { input, column } = cell;
  const atEdge = (edge) =>
    column.type !== "text" ||
    (input.selectionStart === 0 && input.selectionEnd === input.value.length) ||
    (input.selectionStart === input.selectionEnd && input.selectionStart === edge);
  if (event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey)) return go(-1, 0);
  if (event.key === "ArrowDown" || event.key === "Enter") return go(1, 0);
  if (event.key === "ArrowLeft" && atEdge(0)) return go(0, -1);
  if (event.key === "ArrowRight" && atEdge(input.value.length)) return go(0, 1);
  if (event.key === "Tab") {
    const next = neighbour(cell, 0, event.shiftKey ? -1 : 1) ?? wrapped(cell, event.shiftKey ? -1 : 1);
    if (next) {
      event.preventDefault();
      next.input.focus();
    }
    return;
  }
  if (event.key === "Escape") {
    event.preventDefault();
    return undo(cell);
  }
  if (cell.input.readOnly) return;
  if (column.choices.length && event.key.length === 1) {
    const choice = pickByKey(column.choices, event.key);
    event.preventDefault();
    if (choice) {
      input.value = choice.label;
      typing(cell);
      commit(cell);
      input.select();
    }
  }
}

function undo(cell) {
  cell.input.value = cell.before ?? cell.saved;
  cell.input.select();
  typing(cell);
  commit(cell);
}

function move(cell, down, right) {
  const next = neighbour(cell, down, right);
  if (next) next.input.focus();
  else commit(cell);
}

// The nearest open cell in a direction; closed ones are passed over sideways only, so that going
// down never changes the column.
function neighbour(cell, down, right) {
  let at = cell.row.at + down;
  let place = cell.place + right;
  while (rows[at]?.cells[place]) {
    const next = rows[at].cells[place];
    if (!next.input.readOnly || down) return next;
    place += right;
  }
  return null;
}

function wrapped(cell, way) {
  const row = rows[cell.row.at + way];
  if (!row) return null;
  const open = row.cells.filter((own) => !own.input.readOnly);
  return way > 0 ? open[0] : open[open.length - 1];
}

const firstOpen = () => rows[0]?.cells.find((cell) => !cell.input.readOnly)?.input;

function paste(cell, event) {
  const text = event.clipboardData.getData("text/plain");
  const block = splitBlock(text);
  if (block.length === 1 && block[0].length === 1) return;
  event.preventDefault();
  let lost = 0;
  block.forEach((line, down) =>
    line.forEach((value, right) => {
      const own = rows[cell.row.at + down]?.cells[cell.place + right];
      if (!own || own.input.readOnly) {
        if (value.trim()) lost += 1;
        return;
      }
      // Nothing is guessed about what was not typed here.
      own.input.value = value;
      typing(own);
      commit(own, false);
      own.before = own.input.value;
    }),
  );
  cell.input.select();
  tell(lost ? fill(words.pasted_lost, { count: lost }) : words.pasted);
}

// ---- entries ---------------------------------------------------------------------------------

function commit(cell, typed = true) {
  if (cell.input.readOnly || cell.half) return;
  const tenths = typed && document.querySelector("#tenths")?.checked;
  const result = read(cell.input.value, cell.column, tenths, words);
  if (result.text !== undefined) {
    cell.input.value = result.text;
    cell.value = result.text;
  } else {
    cell.value = cell.input.value;
  }
  if (cell.value === cell.saved && cell.sending === null) {
    journal.drop(cell.row.data.pupil, cell.column.id);
    if (cell.state !== "saved") mark(cell, "");
  } else if (result.error) {
    journal.put(cell.row.data.pupil, cell.column.id, cell.value, cell.saved);
    mark(cell, "invalid", result.error);
  } else if (cell.value !== cell.sending && cell.state !== "conflict") {
    journal.put(cell.row.data.pupil, cell.column.id, cell.value, cell.saved);
    mark(cell, "unsaved", words.unsaved);
    send(cell.row, PAUSE);
  }
  rowState(cell.row);
  status();
}

// What was typed before a refresh or a power cut comes back; if somebody else has changed the cell
// since, both values are shown. `1` may have been on its way to `10`: what is half typed waits for the
// person.
function restore() {
  let count = 0;
  for (const { pupil, field, value, base, half } of journal.entries()) {
    const cell = rows.find((row) => row.data.pupil === pupil)?.cells.find((own) => own.column.id === field);
    if (!cell || cell.saved === value || cell.input.readOnly) {
      journal.drop(pupil, field);
      continue;
    }
    count += 1;
    cell.input.value = value;
    if (cell.saved !== base) conflict(cell, value, cell.saved);
    else if (half) halfTyped(cell);
    else commit(cell, false);
  }
  if (count) tell(fill(words.restored, { count }));
}

function halfTyped(cell) {
  cell.half = true;
  mark(cell, "invalid", words.half_typed);
  rowState(cell.row);
}

function conflict(cell, mine, theirs) {
  cell.value = mine;
  cell.theirs = theirs;
  mark(cell, "conflict", fill(words.conflict, { mine: shown(mine, words), theirs: shown(theirs, words) }));
  rowState(cell.row);
}

function settle(cell, keep) {
  cell.saved = cell.theirs;
  cell.state = "";
  cell.input.value = keep ? cell.value : cell.theirs;
  commit(cell, false);
  cell.input.focus();
  explain(cell);
}

// ---- saving ----------------------------------------------------------------------------------

function send(row, pause) {
  clearTimeout(row.timer);
  if (!row.cells.some((cell) => cell.state === "unsaved")) return;
  row.timer = setTimeout(() => {
    waiting.add(row);
    pump();
  }, pause);
}

function pump() {
  for (const row of waiting) {
    if (offline || rows.filter((own) => own.busy).length >= WAYS) return;
    if (row.busy) continue;
    waiting.delete(row);
    save(row);
  }
}

async function save(row, confirmed = [], reason = "") {
  const cells = row.cells.filter((cell) => cell.state === "unsaved");
  if (!cells.length) return;
  row.busy = true;
  const fields = {};
  for (const cell of cells) {
    fields[cell.column.id] = cell.value;
    cell.sending = cell.value;
    mark(cell, "saving", words.saving);
  }
  rowState(row);
  status();
  const version = row.revision === null ? { "If-None-Match": "*" } : { "If-Match": `"${row.revision}"` };
  const path = `/api/v1/grids/${grid.form}/rows/${encodeURIComponent(row.data.pupil)}?${frame.dataset.query}`;
  const answer = await fetch(path, {
    method: "PUT",
    body: JSON.stringify({ fields, confirm: confirmed, reason }),
    ...accept({ "Content-Type": "application/json", ...version }),
  }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  row.busy = false;
  const sent = cells.map((cell) => ({ cell, value: fields[cell.column.id] }));
  for (const { cell } of sent) cell.sending = null;
  if (answer?.ok && body) taken(row, sent, body);
  else if (answer?.status === 412 && body?.row) overtaken(row, sent, body.row);
  else if (answer && answer.status < 500 && answer.status !== 429 && body) refused(row, sent, body, answer.status);
  else unreachable(sent);
  rowState(row);
  status();
  pump();
}

// The server has it: only now the copy on this machine may go.
function taken(row, sent, body) {
  online();
  lastSaved = new Date();
  row.revision = body.row.revision;
  for (const { cell, value } of sent) {
    cell.saved = body.row.values[cell.column.id] ?? "";
    if (cell.value === value && document.activeElement !== cell.input) {
      cell.input.value = cell.saved;
      cell.value = cell.saved;
    }
    if (cell.value === value || cell.value === cell.saved) {
      cell.value = cell.saved;
      journal.drop(row.data.pupil, cell.column.id);
      mark(cell, "saved", words.saved);
    } else {
      journal.put(row.data.pupil, cell.column.id, cell.value, cell.saved);
      mark(cell, "unsaved", words.unsaved);
    }
  }
  adopt(row, body.row);
  if (row.average) row.average.textContent = body.row.average ?? "";
  send(row, PAUSE);
}

// Somebody else was faster: what they changed is shown, what only this person changed goes again.
function overtaken(row, sent, theirs) {
  online();
  row.revision = theirs.revision;
  for (const { cell, value } of sent) {
    const now = theirs.values[cell.column.id] ?? "";
    if (now === cell.saved || now === value) {
      cell.saved = now;
      mark(cell, now === value ? "saved" : "unsaved", words.unsaved);
      if (now === value) journal.drop(row.data.pupil, cell.column.id);
    } else {
      journal.put(row.data.pupil, cell.column.id, value, cell.saved);
      conflict(cell, value, now);
    }
  }
  adopt(row, theirs);
  if (row.average) row.average.textContent = theirs.average ?? "";
  send(row, 0);
}

// Takes over what the server has in cells that nobody touches here.
function adopt(row, theirs) {
  for (const cell of row.cells) {
    const now = theirs.values[cell.column.id] ?? "";
    const why = theirs.closed?.[cell.column.id];
    if (["unsaved", "saving", "invalid", "conflict"].includes(cell.state)) continue;
    if (now !== cell.saved && cell.value === cell.saved && document.activeElement !== cell.input) {
      const before = cell.saved;
      cell.input.value = now;
      cell.value = cell.saved = now;
      mark(cell, "other", fill(words.other, { before: shown(before, words), now: shown(now, words) }));
    }
    if (why && !cell.input.readOnly) close(cell, say(why));
  }
}

function refused(row, sent, body, httpStatus) {
  online();
  const findings = body.findings ?? [];
  const confirmable = findings.filter((finding) => finding.confirm);
  const blocking = findings.filter((finding) => !finding.confirm && finding.severity === "error");
  for (const { cell } of sent) {
    const own = findings.find((finding) => finding.field === cell.column.id);
    const general = blocking.find((finding) => !finding.field);
    if (own && !own.confirm) mark(cell, own.locked ? "locked-new" : "invalid", own.message);
    else if (own?.confirm) mark(cell, "invalid", own.message);
    else if (general || !findings.length) {
      mark(cell, httpStatus === 423 ? "locked-new" : "invalid", general?.message ?? body.title);
    } else mark(cell, "unsaved", words.unsaved);
    if (own?.help) mark(cell, cell.state, `${cell.message}. ${own.help}`);
  }
  const left = row.cells.filter((cell) => cell.state === "unsaved");
  if (confirmable.length && !blocking.length) return ask(row, sent, confirmable);
  // The cells that are right do not wait for those that are not.
  if (left.length && left.length < sent.length) send(row, 0);
  else left.forEach((cell) => mark(cell, "invalid", body.title));
}

function unreachable(sent) {
  for (const { cell } of sent) mark(cell, "unsaved", words.offline_cell);
  for (const { cell } of sent) waiting.add(cell.row);
  offline = true;
  setTimeout(retry, RETRY[Math.min(failures, RETRY.length - 1)]);
  failures += 1;
}

function retry() {
  if (!offline) return;
  offline = false;
  pump();
}

function online() {
  offline = false;
  failures = 0;
}

// Warnings are confirmed with a reason; the dialog names each of them.
function ask(row, sent, findings) {
  const dialog = document.querySelector("#confirm");
  const list = dialog.querySelector("ul");
  list.replaceChildren(...findings.map((own) => element("li", { textContent: own.message })));
  dialog.querySelector("[data-who]").textContent = row.data.name;
  const reason = dialog.querySelector("input");
  reason.value = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes" || !reason.value.trim()) return;
    for (const { cell } of sent) if (cell.state === "invalid") mark(cell, "unsaved", words.unsaved);
    save(row, findings.map((own) => own.confirm), reason.value.trim());
  };
  dialog.showModal();
}

// ---- what is told ----------------------------------------------------------------------------

function rowState(row) {
  const states = row.cells.map((cell) => cell.state);
  const has = (state) => states.includes(state);
  const [state, word] = has("conflict")
    ? ["conflict", words.state_conflict]
    : has("invalid")
      ? ["invalid", words.state_invalid]
      : has("locked-new")
        ? ["locked", words.state_locked]
        : has("saving")
          ? ["saving", words.state_saving]
          : has("unsaved")
            ? ["unsaved", offline ? words.state_offline : words.state_unsaved]
            : has("other")
              ? ["other", words.state_other]
              : has("saved")
                ? ["saved", words.state_saved]
                : states.length && states.every((own) => own === "locked")
                  ? ["locked", words.state_locked]
                  : ["", ""];
  row.state.dataset.state = state;
  row.state.textContent = word;
}

const unsaved = () =>
  rows.flatMap((row) => row.cells).filter((cell) => ["unsaved", "saving", "invalid", "conflict", "locked-new"].includes(cell.state));

function status() {
  const line = document.querySelector("#status");
  const all = rows.flatMap((row) => row.cells);
  const count = (...states) => all.filter((cell) => states.includes(cell.state)).length;
  const parts = [];
  const open = count("unsaved", "saving");
  if (offline) parts.push(fill(words.offline, { count: unsaved().length }));
  else if (open) parts.push(fill(words.status_saving, { count: open }));
  if (count("invalid")) parts.push(fill(words.status_invalid, { count: count("invalid") }));
  if (count("locked-new")) parts.push(fill(words.status_locked, { count: count("locked-new") }));
  if (count("conflict")) parts.push(fill(words.status_conflict, { count: count("conflict") }));
  if (!parts.length) {
    const time = lastSaved?.toLocaleTimeString(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    parts.push(time ? fill(words.status_saved, { time }) : words.status_ready);
  }
  line.textContent = parts.join(" · ");
  line.dataset.state = offline ? "offline" : unsaved().length ? "unsaved" : "saved";
  line.dataset.unsaved = unsaved().length;
}

function explain(cell) {
  const line = document.querySelector("#explain");
  const who = `${cell.row.data.name} · ${say(cell.column.title)}`;
  const hint = cell.message || say(cell.column.hint) || (cell.column.choices.length ? choicesHint(cell.column) : "");
  line.replaceChildren(element("strong", { textContent: who }), ` ${hint}`);
  line.dataset.state = cell.state;
  if (cell.state === "conflict") {
    const mine = element("button", { type: "button", textContent: fill(words.keep_mine, { value: shown(cell.value, words) }) });
    const theirs = element("button", { type: "button", className: "plain", textContent: fill(words.take_theirs, { value: shown(cell.theirs, words) }) });
    mine.addEventListener("click", () => settle(cell, true));
    theirs.addEventListener("click", () => settle(cell, false));
    line.append(" ", mine, " ", theirs);
  }
}

const choicesHint = (column) => column.choices.map((choice) => `${choice.label}: ${choice.name}`).join(" · ");

function tell(sentence) {
  const line = document.querySelector("#explain");
  line.textContent = sentence;
  line.dataset.state = "";
}

start();
