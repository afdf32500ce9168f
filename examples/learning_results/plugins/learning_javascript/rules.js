// Averages and learning results by Thông tư 22/2021, Điều 9.

const LEVELS = ["fail", "pass", "fair", "good"];
const NEEDED = ["pupil", "subject", "term", "mid_term", "end_of_term"];
const ONGOING = ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4"];

rule("learning_results", (call) => {
  const settings = {
    rounding: call.choice("rounding", ["half_up", "half_even", "down", "up"]),
    // What every scored subject and what enough of them must reach, from Tốt down to Đạt.
    bars: [
      { every: call.decimal("fair", 1), strong: call.decimal("good", 1), notPassed: 0 },
      { every: call.decimal("pass", 1), strong: call.decimal("fair", 1), notPassed: 0 },
      { every: call.decimal("low", 1), strong: call.decimal("pass", 1), notPassed: 1 },
    ],
    enough: call.integer("subjects"),
    adjust: call.flag("adjust"),
  };
  const findings = [];
  const pupils = new Map();
  readMarks(call.tables.marks, settings, pupils, findings);
  readComments(call.tables.comments ?? [], pupils, findings);

  const subjects = [];
  const results = [];
  for (const [pupil, own] of pupils) {
    const scores = [[], [], []];
    for (const [subject, [first, second]] of own.scored) {
      const year = first === null || second === null ? null : divide(first + 2 * second, 3, settings.rounding);
      subjects.push({ pupil, subject, average_1: first, average_2: second, average_year: year });
      [first, second, year].forEach((average, at) => scores[at].push(average));
    }
    const comments = [[], [], []];
    for (const [first, second] of own.comments.values()) {
      // The year's result of a comment subject is that of the second term.
      [first, second, second].forEach((passed, at) => comments[at].push(passed));
    }
    const level = (at) => learning(scores[at], comments[at], settings);
    results.push({ pupil, learning_1: level(0), learning_2: level(1), learning_year: level(2) });
  }
  return { tables: { subjects, pupils: results }, findings };
});

// Notes the average of each subject and term.
function readMarks(marks, { rounding }, pupils, findings) {
  marks.forEach((mark, row) => {
    if (lacks("marks", mark, row, findings)) {
      return;
    }
    let sum = 0;
    let count = 0;
    for (const name of ONGOING) {
      // A column that the report does not have is undefined, a missing mark null.
      const score = mark[name] ?? null;
      if (score !== null) {
        sum += score;
        count += 1;
      }
    }
    const whole = sum + 2 * mark.mid_term + 3 * mark.end_of_term;
    const average = count === 0 ? null : divide(whole, count + 5, rounding);
    note(of(pupils, mark.pupil).scored, mark, average);
  });
}

// Notes whether each subject and term was passed: every time, that is.
function readComments(comments, pupils, findings) {
  comments.forEach((comment, row) => {
    if (lacks("comments", comment, row, findings)) {
      return;
    }
    const given = [comment.ongoing_1 ?? null, comment.ongoing_2 ?? null, comment.mid_term, comment.end_of_term];
    const passed = given.every((level) => level === null || level === "pass");
    note(of(pupils, comment.pupil).comments, comment, passed);
  });
}

// Adds the finding about the first needed cell that is missing.
function lacks(table, cells, row, findings) {
  for (const column of NEEDED) {
    if (cells[column] === null) {
      findings.push(missingCell(table, row, column));
      return true;
    }
  }
  return false;
}

function of(pupils, pupil) {
  let own = pupils.get(pupil);
  if (own === undefined) {
    own = { scored: new Map(), comments: new Map() };
    pupils.set(pupil, own);
  }
  return own;
}

function note(subjects, { subject, term }, result) {
  let terms = subjects.get(subject);
  if (terms === undefined) {
    terms = [null, null];
    subjects.set(subject, terms);
  }
  if (term === 1 || term === 2) {
    terms[term - 1] = result;
  }
}

// Returns the learning result, null when something is missing.
function learning(scores, comments, settings) {
  const notPassed = comments.filter((passed) => passed === false).length;
  if (scores.includes(null) || comments.includes(null) || scores.length < settings.enough) {
    return null;
  }
  const base = level(scores, notPassed, settings);
  if (!settings.adjust || base > 1) {
    return LEVELS[base];
  }
  // The best level if one subject did not count.
  let best = notPassed > 0 ? level(scores, notPassed - 1, settings) : base;
  scores.forEach((_, left) => {
    const others = scores.filter((_, at) => at !== left);
    best = Math.max(best, level(others, notPassed, settings));
  });
  return LEVELS[best >= 2 && best >= base + 2 ? base + 1 : base];
}

function level(scores, notPassed, { bars, enough }) {
  const at = bars.findIndex(
    (bar) =>
      notPassed <= bar.notPassed &&
      scores.every((score) => score >= bar.every) &&
      scores.filter((score) => score >= bar.strong).length >= enough,
  );
  return at < 0 ? 0 : 3 - at;
}
