"""Assesses pupils a second time and compares every value with what the program said.

    recompute.py generate FOLDER    writes NN.RULE.call.json, calls of `bieumau plugin call`
    recompute.py compare FOLDER     reads them with NN.RULE.answer.json, and the records and documents of
                                    a site: FORM.csv, documents.json

`compare` ends with the number of values it compared, or lists what differs and fails.
"""

import csv
import json
import sys
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import circulars as rules
from classes import calls

SECONDARY = ["circular", "learning_1", "learning_2", "learning_year", "learning_final", "conduct_1",
             "conduct_2", "conduct_year", "conduct_final", "overall_1", "overall_2", "overall_year",
             "outcome", "promoted", "title"]
SUBJECT = ["average_1", "average_2", "average_year", "level_1", "level_2", "level_year", "exempt"]
PRIMARY = ["circular", "result", "result_before", "programme_completed", "promoted", "title"]


def number(value):
    """A mark as it is written, with comma or point; nothing is None."""
    return None if value in (None, "") else Fraction(str(value).replace(",", "."))


def plain(value):
    return number(value) if isinstance(value, str) and value[:1].isdigit() else value


# The tables of a call, in the hands of the circulars ---------------------------------------------

def subject_term(row, kind, governs, has_left):
    """The result of a term: an average, or a level."""
    if row.get("exempt"):
        return None
    ongoing = [row.get(f"ongoing_{at}") for at in range(1, 6)]
    ongoing = [one for one in ongoing if one not in (None, "")]
    middle, final = row.get("mid_term"), row.get("end_of_term")
    if kind == "comment":
        if governs != "TT22":
            return rules.tt58_comment_term(ongoing, [middle or None], final or None)
        # Who left in the middle of a term has a gap, and nobody holds it against them.
        if has_left and not (middle and final):
            return None
        return rules.tt22_comment_term(ongoing, middle or None, final or None)
    ongoing, middle, final = [number(one) for one in ongoing], number(middle), number(final)
    needed = rules.ongoing_needed(int(row["periods"])) if row.get("periods") not in (None, "") else 1
    # Who misses a test without another gets 0, which is entered; an empty cell is a book with a gap.
    if len(ongoing) < needed or middle is None or final is None:
        return None
    further = [number(row.get(f"periodic_{at}")) for at in range(2, 6)] if governs == "TT58" else []
    middles = [middle, *(one for one in further if one is not None)]
    return rules.tenths(rules.weighted(ongoing, middles, final))


def year_of(first, second, kind):
    """Điều 9.1: (I + 2 × II) / 3 of the rounded averages; a comment subject is what term II says."""
    if kind == "comment":
        return second
    if first is None or second is None:
        return None
    return rules.tenths((first + 2 * second) / 3)


def subjects_of(tables, governs, gone):
    """By pupil and year: the subjects with their results, as `circulars` wants them."""
    found = defaultdict(dict)
    for name, kind in (("marks", "score"), ("comments", "comment")):
        for row in tables.get(name, []):
            key = row["pupil"], row["year"]
            one = found[key].setdefault(row["subject"], {
                "subject": row["subject"], "kind": kind, "optional": bool(row.get("optional")),
                "exempt": bool(row.get("exempt")), "first": None, "second": None})
            one["first" if row["term"] == 1 else "second"] = subject_term(
                row, kind, governs[key], key in gone)
    for row in tables.get("subject_results", []):
        read, names = (number, ("average_1", "average_2", "average_year")) if row["kind"] == "score" else (
            lambda level: level, ("level_1", "level_2", "level_year"))
        one = {"subject": row["subject"], "kind": row["kind"], "optional": bool(row.get("optional")),
               "exempt": bool(row.get("exempt"))}
        for part, name in zip(("first", "second", "given"), names):
            one[part] = None if one["exempt"] else read(row.get(name))
        found[row["pupil"], row["year"]][row["subject"]] = one
    for subjects in found.values():
        for one in subjects.values():
            computed = year_of(one["first"], one["second"], one["kind"])
            one["year"] = one.get("given") if one.get("given") is not None else computed
    return found


def secondary(tables, how):
    """Expected values: of pupils by (pupil, year), of subjects by (pupil, year, subject)."""
    governs = {(row["pupil"], row["year"]): rules.circular(row["grade"], row["year"])
               for row in tables["pupils"]}
    gone = {(row["pupil"], row["year"]) for row in tables["pupils"] if row.get("has_left")}
    subjects, summer = subjects_of(tables, governs, gone), defaultdict(dict)
    for row in tables.get("reassessments", []):
        new = row.get("level") or number(row.get("score"))
        summer[row["pupil"], row["year"]][row["subject"]] = new
    people, results = {}, {}
    for row in tables["pupils"]:
        key = row["pupil"], row["year"]
        pupil = {name: row.get(name) or None for name in
                 ("conduct_1", "conduct_2", "conduct_year", "conduct_summer", "principal_decision")}
        pupil |= {"grade": row["grade"], "absences": int(row.get("absences") or 0),
                  "has_left": bool(row.get("has_left")), "circular": governs[key]}
        if row.get("not_assessed"):
            decided = {"promote": True, "hold": False}.get(pupil["principal_decision"])
            judge = rules.tt22_pupil if governs[key] == "TT22" else rules.tt58_pupil
            # Conduct is said of them too; what becomes of the year is what the principal decides.
            said = judge(pupil, [], {}, how)
            said |= {"promoted": decided, "title": None, "outcome": "undecided" if decided is None else
                     "not_promoted" if not decided else "completed"
                     if row["grade"] in (9, 12) and governs[key] == "TT22" else "promoted"}
        else:
            judge = rules.tt22_pupil if governs[key] == "TT22" else rules.tt58_pupil
            said = judge(pupil, list(subjects[key].values()), summer[key], how)
        people[key] = {name: said.get(name) for name in SECONDARY} | {"circular": governs[key]}
        for subject, one in subjects[key].items():
            if row.get("not_assessed"):
                continue
            year = None if pupil["has_left"] else one["year"]
            names = ("average", "level") if one["kind"] == "score" else ("level", "average")
            values = {"exempt": one["exempt"]}
            for end, value in (("1", one["first"]), ("2", one["second"]), ("year", year)):
                values[f"{names[0]}_{end}"], values[f"{names[1]}_{end}"] = value, None
            results[key + (subject,)] = values
    return people, results


def primary(tables):
    subjects, qualities = defaultdict(list), defaultdict(dict)
    for row in tables["subjects"]:
        if row["point"] == "end_2":
            subjects[row["pupil"], row["year"]].append(row)
    for row in tables["qualities"]:
        if row["point"] == "end_2":
            qualities[row["pupil"], row["year"]] = row
    people = {}
    for row in tables["pupils"]:
        key = row["pupil"], row["year"]
        governs = rules.circular(row["grade"], row["year"])
        said = rules.tt27_pupil(row | {"circular": governs}, subjects[key], qualities[key])
        people[key] = {"circular": governs, **said}
    return people


def totals(people, rows, how, items):
    """Counts of each year by item and code, with their share of those who are assessed."""
    gone = {(row["pupil"], row["year"]) for row in rows if row.get("has_left")}
    aside = {(row["pupil"], row["year"]) for row in rows if row.get("not_assessed")}
    counted, sizes = Counter(), Counter()
    for key, said in people.items():
        if key in gone:
            continue
        if key not in aside or how.get("exclude_not_assessed") == "false":
            sizes[key[1]] += 1
        if key not in aside:
            for item in items:
                if said.get(item) is not None:
                    counted[key[1], item, said[item]] += 1
    return {key: (count, rules.share(count, sizes[key[0]])) for key, count in counted.items()}


# Comparing ------------------------------------------------------------------------------------

class Comparison:
    def __init__(self):
        self.compared, self.seen, self.wrong = 0, Counter(), []

    def one(self, where, name, found, expected):
        self.compared += 1
        self.seen[name, expected if isinstance(expected, (str, bool)) else None] += 1
        if plain(found) != expected:
            self.wrong.append(f"{where} {name}: program {show(found)}, here {show(expected)}")


def show(value):
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def rows_of(answer, table):
    own = answer["tables"][table]
    return [dict(zip(own["columns"], row)) for row in own["rows"]]


def compare_call(comparison, path):
    given = json.loads(path.read_text(encoding="utf-8"))
    answer = json.loads(Path(str(path).replace(".call.", ".answer.")).read_text(encoding="utf-8"))
    tables = {name: table["rows"] for name, table in given["tables"].items()}
    how, name = given["parameters"], path.name.split(".")[0]
    if ".assess_primary." in path.name:
        people, results, fields = primary(tables), {}, PRIMARY
        items = ["result", "title"]
    else:
        (people, results), fields = secondary(tables, how), SECONDARY
        items = [*SECONDARY[1:9], "outcome", "title"]
    answered = {(row["pupil"], row["year"]): row for row in rows_of(answer, "pupils")}
    assert answered.keys() == people.keys(), "the answer has other pupils"
    for key, expected in people.items():
        for field in fields:
            comparison.one(f"{name} {key}", field, answered[key][field], expected[field])
    if results:
        found = {(row["pupil"], row["year"], row["subject"]): row for row in rows_of(answer, "subjects")}
        for key, expected in results.items():
            for field in SUBJECT:
                comparison.one(f"{name} {key}", field, found[key][field], expected[field])
    expected = totals(people, tables["pupils"], how, items)
    for row in rows_of(answer, "totals"):
        if row["item"] in items:
            key = row["year"], row["item"], row["code"]
            count, percent = expected.pop(key, (0, None))
            comparison.one(f"{name} {key}", "count", row["count"], count)
            if count:
                comparison.one(f"{name} {key}", "percent", row["percent"], percent)
    comparison.wrong += [f"{name} {key}: not in the totals" for key in expected]


# The records of a site, told as tables of a call --------------------------------------------------

def load(folder, form):
    with open(folder / f"{form}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def indexed(rows, *names):
    found = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in names)].append(row)
    return found


def stored(row):
    """Marks are stored in tenths."""
    names = [f"ongoing_{at}" for at in range(1, 6)] + ["mid_term", "end_of_term", "score"]
    own = {name: Fraction(int(row[name]), 10) for name in names if row.get(name)}
    return {**row, **{name: own.get(name) for name in names if name in row}}


class Records:
    def __init__(self, folder):
        read = lambda form, *names: indexed(load(folder, form), *names)
        person = ("school", "year", "pupil")
        self.classes = read("class", "school", "year", "class")
        self.rolls = read("enrolment", "school", "year", "class")
        self.taught = read("teaching_assignment", "school", "year", "class")
        self.by_pupil = {form: read(form, *person) for form in [
            "conduct", "year_record", "attendance", "elective", "exemption", "mark", "comment_result",
            "reassessment", "primary_year", "primary_result", "quality_result"]}

    def of(self, form, key):
        return self.by_pupil[form].get(key, [])

    def one(self, form, key):
        return (self.of(form, key) or [{}])[0]

    def secondary(self, school, year, room):
        tables = {"pupils": [], "marks": [], "comments": [], "reassessments": []}
        grade = int(self.classes[school, year, room][0]["grade"])
        for own in self.rolls[school, year, room]:
            key = school, year, own["pupil"]
            base = {"pupil": own["pupil"], "year": int(year)}
            conduct, absent = self.one("conduct", key), self.of("attendance", key)
            tables["pupils"].append(base | {
                "grade": grade, "not_assessed": own["not_assessed"] == "1",
                "has_left": own["status"] in ("04", "05", "08", "09"),
                "conduct_1": conduct.get("term_1"), "conduct_2": conduct.get("term_2"),
                "conduct_summer": conduct.get("summer"),
                # A day counts once, however many of its sessions were missed (A8).
                "absences": len({row["day"] for row in absent}),
                "principal_decision": self.one("year_record", key).get("principal_decision")})
            chosen = {row["subject"] for row in self.of("elective", key)}
            exempt = {row["subject"] for row in self.of("exemption", key)}
            for form, table, kind in (("mark", "marks", "score"), ("comment_result", "comments", "comment")):
                entered = {(row["subject"], row["term"]): row for row in self.of(form, key)}
                for line in self.taught[school, year, room]:
                    subject = line["subject"]
                    if line["kind"] != kind or (line["elective"] == "1" and subject not in chosen):
                        continue
                    for term in (1, 2):
                        row = entered.get((subject, str(term)), {})
                        row = stored(row) if kind == "score" else row
                        tables[table].append({**row, **base, "subject": subject, "term": term,
                                              "periods": line["periods"], "exempt": subject in exempt,
                                              "optional": line["optional"] == "1"})
            for row in self.of("reassessment", key):
                tables["reassessments"].append({**stored(row), **base})
        return tables

    def primary(self, school, year, room):
        tables = {"pupils": [], "subjects": [], "qualities": []}
        grade = int(self.classes[school, year, room][0]["grade"])
        whole = lambda text: int(text) if text else None
        for own in self.rolls[school, year, room]:
            key = school, year, own["pupil"]
            base, record = {"pupil": own["pupil"], "year": int(year)}, self.one("primary_year", key)
            tables["pupils"].append(base | {
                "grade": grade, "not_assessed": own["not_assessed"] == "1",
                "outstanding": record.get("outstanding") == "1",
                "recognised": record.get("recognised") == "1",
                "principal_decision": record.get("principal_decision")})
            for row in self.of("primary_result", key):
                tables["subjects"].append({
                    **base, "subject": row["subject"], "point": row["point"],
                    "level": row["level"] or None, "score": whole(row["score"]),
                    "supplementary_level": row["supplementary_level"] or None,
                    "supplementary_score": whole(row["supplementary_score"])})
            for row in self.of("quality_result", key):
                tables["qualities"].append({**{name: text or None for name, text in row.items()}, **base})
        return tables


def value_of(cell):
    """A cell of a document: a value, or a code with its name."""
    return cell["code"] if isinstance(cell, dict) and "code" in cell else cell


def compare_documents(comparison, folder):
    records, papers = Records(folder), json.loads((folder / "documents.json").read_text(encoding="utf-8"))
    for paper in papers:
        school, year, room = paper["school"], paper["year"], paper["class"]
        if paper["report"] == "primary_class_summary":
            people, results, fields = primary(records.primary(school, year, room)), {}, PRIMARY
        else:
            (people, results), fields = secondary(records.secondary(school, year, room), {}), SECONDARY
        told = 0
        for pupil in paper["data"]["pupils"]:
            key, result = (pupil["pupil"], int(year)), pupil["result"]
            # The summary assesses nobody who has left; the gradebook has a row for everyone.
            if result is None:
                continue
            told += 1
            for field in fields:
                where = f"{school} {year} {room} {pupil['pupil']}"
                comparison.one(where, field, value_of(result[field]), people[key][field])
            for subject, cell in (pupil.get("subjects") or {}).items():
                expected = results.get(key + (subject,))
                if expected and cell["result"]:
                    for field in SUBJECT:
                        comparison.one(f"{where} {subject}", field, value_of(cell["result"][field]),
                                       expected[field])
        comparison.wrong += [f"{school} {year} {room}: nobody has a result"] if not told else []


# What must have come up, so that the comparison is one.
WANTED = [("outcome", one) for one in [
    "promoted", "promoted_after_reassessment", "promoted_after_training", "needs_reassessment",
    "needs_training", "not_promoted", "completed", "undecided"]]
WANTED += [("title", one) for one in ["excellent", "good", "advanced", "outstanding"]]
WANTED += [("learning_final", one) for one in [*rules.TT22_ORDER, *rules.TT58_ORDER]]
WANTED += [("result", one) for one in ["excellent", "good", "completed", "not_completed"]]
WANTED += [("conduct_year", one) for one in [*rules.TT22_ORDER, *rules.CONDUCT58]]


def main():
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "generate":
        for at, (rule, call) in enumerate(calls(2026), 1):
            path = folder / f"{at:02}.{rule}.call.json"
            path.write_text(json.dumps(call, ensure_ascii=False), encoding="utf-8")
        return
    comparison = Comparison()
    for path in sorted(folder.glob("*.call.json")):
        compare_call(comparison, path)
    compare_documents(comparison, folder)
    missing = [pair for pair in WANTED if not comparison.seen[pair]]
    if comparison.wrong or missing:
        print(*comparison.wrong[:60], sep="\n")
        sys.exit(f"{len(comparison.wrong)} of {comparison.compared} values differ; never seen: {missing}")
    print(f"values compared: {comparison.compared}")


main()
