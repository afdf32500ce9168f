"""Computes the statistical forms a second time, from exported CSV, and compares cell by cell.

Independent of the engine: it reads records as they are stored and knows the forms by the names of
their rows and columns only. Standard library only. Usage: recompute.py FOLDER
"""

import csv
import json
import re
import sys
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

folder = Path(sys.argv[1])


def load(name):
    with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


T = {name: load(name) for name in [
    "school", "class", "enrolment", "pupil", "school_year", "staff", "staff_qualification",
    "facility", "identity_check", "health", "equipment", "equipment_use", "primary_result",
    "quality_result", "primary_year", "age_population", "rules"]}

SCHOOLS = {row["school"]: row for row in T["school"]}
CLASSES = {(r["school"], r["year"], r["class"]): r for r in T["class"]}
PUPILS = {(r["school"], r["pupil"]): r for r in T["pupil"]}
YEARS = {r["year"]: r for r in T["school_year"]}
STUDYING, ARRIVED, RETURNED = {"01"}, {"02", "06", "10"}, {"03", "07"}
MOVED, DROPPED = {"04", "08", "11"}, {"05", "09", "12"}
SCALES = {"height_cm": 1, "weight_kg": 1, "area": 1, "bmi": 1}


def yes(text):
    return text == "1"


def rounded(part, whole, decimals):
    """Part by whole, half up; nothing by nothing is nothing."""
    if whole == 0:
        return None
    step = Decimal(1).scaleb(-decimals)
    return (Decimal(part) / Decimal(whole)).quantize(step, rounding=ROUND_HALF_UP)


def wanted(given, level):
    chosen = []
    for code, school in SCHOOLS.items():
        if level and school["level"] != level:
            continue
        if given.get("school"):
            if code == given["school"]:
                chosen.append(code)
        elif not given.get("province") or school["province"] == given["province"]:
            chosen.append(code)
    return set(chosen)


def cut_off(given):
    year = int(given["year"])
    period = given.get("period") or "beginning"
    usual = {"beginning": f"{year}-09-30", "middle": f"{year}-12-31", "end": f"{year + 1}-05-31"}
    return given.get("cut_off") or usual[period]


def traits(pupil):
    return {
        "girl": pupil["gender"] == "female",
        "minority": pupil["ethnic_group"] not in ("01", "55"),
        "disabled": pupil["disability"] != "",
        "priority": pupil["priority"] != "",
    }


def presence(row, day):
    """counted, left or later: the counting rule, told as a story."""
    status, calendar = row["status"], YEARS.get(row["year"], {})
    came = row["entered_on"]
    if not came and status in ARRIVED | RETURNED:
        came = row["status_on"]
    if not came and status in {"06", "07"}:
        came = calendar.get("term_2_on", "")
    went = None
    if status in MOVED | DROPPED:
        went = row["left_on"] or row["status_on"]
        if not went and status in {"08", "09"}:
            went = calendar.get("term_2_on", "")
        if not went and status in {"11", "12"}:
            went = calendar.get("ends_on", "")
        went = went or ""
    elif status in RETURNED and row["status_on"] > day:
        went = row["left_on"] or None
    if went is not None and went < day:
        return "left"
    return "counted" if came <= day else "later"


def enrolled(given, level):
    day, year = cut_off(given), given["year"]
    for row in T["enrolment"]:
        if row["school"] not in wanted(given, level) or row["year"] != year:
            continue
        room = CLASSES[row["school"], year, row["class"]]
        pupil = PUPILS[row["school"], row["pupil"]]
        born = int(pupil["birth_date"][:4])
        yield {
            **traits(pupil), "school": row["school"], "grade": int(room["grade"]),
            "mixed": yes(room["mixed_grade"]), "status": row["status"],
            "presence": presence(row, day), "repeating": yes(row["repeating"]),
            "new": yes(row["newly_enrolled"]), "two": yes(row["two_sessions"]),
            "boarding": yes(row["boarding"]), "age": int(year) - born,
            "public": SCHOOLS[row["school"]]["ownership"] == "public",
        }


def rooms(given, level):
    for row in T["class"]:
        if row["school"] in wanted(given, level) and row["year"] == given["year"]:
            yield {"grade": int(row["grade"]), "mixed": yes(row["mixed_grade"]), "school": row["school"],
                   "public": SCHOOLS[row["school"]]["ownership"] == "public"}


def tail(text):
    return int(text.rsplit("_", 1)[1])


# Each form gives a function: table, row id, column id -> figure (int, Decimal, None for nothing).

def state(level):
    def form(given):
        people, classes = list(enrolled(given, level)), list(rooms(given, level))
        units = [SCHOOLS[code] for code in wanted(given, level)]
        here = [one for one in people if one["presence"] == "counted"]
        first = {"primary": 1, "lower_secondary": 6, "upper_secondary": 10}[level]

        def schools(row, column):
            def sector(public):
                return column == "total" or (column == "public") == public
            if row == "units":
                return sum(sector(u["ownership"] == "public") for u in units)
            if row == "standard":
                return sum(yes(u["national_standard"]) for u in units if sector(u["ownership"] == "public"))
            if row == "campuses":
                return sum(int(u["campuses"] or 0) for u in units if sector(u["ownership"] == "public"))
            if row.startswith("class"):
                chosen = [c for c in classes if sector(c["public"])]
                if row == "classes":
                    return len(chosen)
                if row == "class_mixed":
                    return sum(c["mixed"] for c in chosen)
                if level == "primary":
                    chosen = [c for c in chosen if not c["mixed"]]
                return sum(c["grade"] == tail(row) for c in chosen)
            test = {
                "pupils": lambda p: True, "girls": lambda p: p["girl"], "minority": lambda p: p["minority"],
                "minority_girls": lambda p: p["minority"] and p["girl"], "disabled": lambda p: p["disabled"],
                "repeating": lambda p: p["repeating"], "boarding": lambda p: p["boarding"],
                "newly_enrolled": lambda p: p["new"] and p["grade"] == first, "two_sessions": lambda p: p["two"],
            }[row]
            return sum(test(p) for p in here if sector(p["public"]))

        def in_line(one, row):
            if row == "total":
                return True
            if row == "mixed":
                return one["mixed"]
            return one["grade"] == tail(row) and not (level == "primary" and one["mixed"])

        def grades(row, column):
            if column == "classes":
                return sum(in_line(c, row) for c in classes)
            gone = [p for p in people if p["presence"] == "left"]
            pool, test = {
                "pupils": (here, lambda p: True), "girls": (here, lambda p: p["girl"]),
                "minority": (here, lambda p: p["minority"]),
                "minority_girls": (here, lambda p: p["minority"] and p["girl"]),
                "disabled": (here, lambda p: p["disabled"]),
                "disabled_girls": (here, lambda p: p["disabled"] and p["girl"]),
                "repeating": (here, lambda p: p["repeating"]),
                "arrived": (here, lambda p: p["status"] in ARRIVED),
                "moved": (gone, lambda p: p["status"] in MOVED),
                "dropped": (gone, lambda p: p["status"] in DROPPED),
            }[column]
            return sum(test(p) for p in pool if in_line(p, row))

        def ages(row, column):
            girls = "girls" in column
            column = column.replace("mixed_girls", "mixed").replace("total_girls", "total").replace("girls", "grade")
            def over(p):
                return p["age"] - (p["grade"] + 5)
            test = {"under": lambda n: n < 0, "right": lambda n: n == 0, "over_1": lambda n: n == 1,
                    "over_2": lambda n: n >= 2, "total": lambda n: True}[row]
            return sum(test(over(p)) for p in here if in_line(p, column) and (p["girl"] or not girls))

        return {"schools": schools, "grades": grades, "ages": ages}
    return form


def sub(row, base):
    """The id of a row with a part of the pupils: the rest of the id, and the test."""
    parts = {"minority_girls": lambda p: p["minority"] and p["girl"], "girls": lambda p: p["girl"],
             "minority": lambda p: p["minority"], "disabled": lambda p: p["disabled"],
             "boys": lambda p: p["male"]}
    for name, test in parts.items():
        if re.search(rf"_{name}(_|$)", row):
            return re.sub(rf"_{name}(?=_|$)", "", row, count=1), test
    return row, lambda p: True


def leveled(pool, column, counts):
    """A count, or its share of the first column."""
    share = column.endswith("_share")
    key = column.removesuffix("_share")
    count = sum(counts[key](one) for one in pool)
    if not share:
        return count
    return rounded(count * 100, len(pool), 1)


def primary_results(given):
    schools, year, point = wanted(given, "primary"), given["year"], given["point"]
    rolls = {(r["school"], r["pupil"]): r for r in T["enrolment"] if r["year"] == year}

    def about(row):
        roll = rolls[row["school"], row["pupil"]]
        grade = int(CLASSES[row["school"], year, roll["class"]]["grade"])
        return {**traits(PUPILS[row["school"], row["pupil"]]), "grade": grade, "assessed": not yes(roll["not_assessed"])}

    subjects, qualities = [], []
    for row in T["primary_result"]:
        if row["school"] in schools and (row["year"], row["point"]) == (year, point) and row["level"]:
            one = about(row)
            if one["assessed"]:
                subjects.append({**one, "item": row["subject"].lower(),
                                 "level": row["supplementary_level"] or row["level"]})
    late = {"technology", "informatics"}
    for row in T["quality_result"]:
        if row["school"] in schools and (row["year"], row["point"]) == (year, point):
            one = about(row)
            for item, level in row.items():
                if level in {"good", "pass", "needs_effort"} and one["assessed"]:
                    if item not in late or one["grade"] >= 3:
                        qualities.append({**one, "item": item, "level": level})

    def subject_levels(row, column):
        row, test = sub(row, "")
        _, grade, item = row.split("_")
        pool = [s for s in subjects if s["grade"] == int(grade) and s["item"] == item and test(s)]
        return leveled(pool, column, {
            "assessed": lambda s: True, "well": lambda s: s["level"] == "completed_well",
            "completed": lambda s: s["level"] == "completed", "not_completed": lambda s: s["level"] == "not_completed"})

    def quality_levels(row, column):
        row, test = sub(row, "")
        grade = re.search(r"_(\d)$", row)
        item = re.sub(r"^(quality|general|specific)_(grade_)?", "", row)
        item = re.sub(r"_\d$", "", item)
        pool = [q for q in qualities if q["item"] == item and test(q)
                and (not grade or q["grade"] == int(grade.group(1)))]
        return leveled(pool, column, {
            "assessed": lambda q: True, "good": lambda q: q["level"] == "good",
            "pass": lambda q: q["level"] == "pass", "effort": lambda q: q["level"] == "needs_effort"})

    return {"subject_levels": subject_levels, "quality_levels": quality_levels}


RULES = {(r["school"], r["pupil"]): r for r in T["rules"]}


def year_pool(given, level, gone, entered_before=None):
    schools, year = wanted(given, level), given["year"]
    for row in T["enrolment"]:
        school = row["school"]
        if school not in schools or row["year"] != year or yes(row["not_assessed"]) or row["status"] in gone:
            continue
        if entered_before and row["entered_on"] >= entered_before:
            continue
        grade = int(CLASSES[school, year, row["class"]]["grade"])
        yield {**traits(PUPILS[school, row["pupil"]]), "grade": grade, "who": (school, row["pupil"]), "status": row["status"],
               **{k: v for k, v in RULES.get((school, row["pupil"]), {}).items() if k not in ("school", "pupil")}}


def in_grade(one, row):
    return row == "total" or one["grade"] == tail(row)


def primary_year(given):
    year = given["year"]
    leveled_at_end = {(r["school"], r["pupil"]) for r in T["primary_result"]
                      if (r["year"], r["point"]) == (year, "end_2") and r["level"]}
    notes = {(r["school"], r["pupil"]): r for r in T["primary_year"] if r["year"] == year}
    pool = [p for p in year_pool(given, "primary", set())
            if p["status"] not in MOVED | DROPPED or p["who"] in leveled_at_end]

    def noted(one, column):
        return notes.get(one["who"], {column: ""})[column].strip() != ""

    def table(row, column):
        row, test = sub(row, "")
        chosen = [p for p in pool if in_grade(p, row) and test(p)]
        return leveled(chosen, column, {
            "pupils": lambda p: True, "excellent": lambda p: p["result"] == "excellent",
            "good": lambda p: p["result"] == "good", "completed": lambda p: p["result"] == "completed",
            "not_completed": lambda p: p["result"] == "not_completed", "open": lambda p: p["result"] == "",
            "programme": lambda p: p["programme_completed"] == "true", "praised": lambda p: p["title"] != "",
            "sudden": lambda p: noted(p, "commendation"), "higher": lambda p: noted(p, "higher_commendation")})
    return {"year": table}


def secondary(level, kind):
    def form(given):
        term = kind == "term"
        gone = {"04", "05"} if term else {"04", "05", "08", "09"}
        before = YEARS[given["year"]]["term_2_on"] if term else None
        pool = list(year_pool(given, level, gone, before))
        conduct, learning = ("conduct_1", "learning_1") if term else ("conduct_final", "learning_final")

        def results(row, column):
            row, test = sub(row, "")
            chosen = [p for p in pool if in_grade(p, row) and test(p)]
            counts = {"pupils": lambda p: True}
            for name, key in (("conduct", conduct), ("learning", learning)):
                for level in ("good", "fair", "pass", "fail"):
                    counts[f"{name}_{level}"] = lambda p, key=key, level=level: p.get(key) == level
                counts[f"{name}_open"] = lambda p, key=key: not p.get(key)
            return leveled(chosen, column, counts)

        def outcomes(row, column):
            row, test = sub(row, "")
            chosen = [p for p in pool if in_grade(p, row) and test(p)]
            after = {"promoted_after_reassessment", "promoted_after_training", "promoted_after_both"}
            return leveled(chosen, column, {
                "pupils": lambda p: True, "promoted": lambda p: p["promoted"] == "true",
                "after": lambda p: p["outcome"] in after, "held": lambda p: p["outcome"] == "not_promoted",
                "waiting": lambda p: p["promoted"] == "", "title_excellent": lambda p: p["title"] == "excellent",
                "title_good": lambda p: p["title"] == "good"})

        return {"results_by_grade": results, "outcomes": outcomes}
    return form


def local(given):
    people = [p for p in enrolled(given, None) if p["presence"] == "counted"]
    classes = list(rooms(given, None))

    def table(row, column):
        def fits(one):
            return row == "total" or row == "level_" + SCHOOLS[one["school"]]["level"]
        chosen, count = [p for p in people if fits(p)], sum(fits(c) for c in classes)
        first = sum(p["age"] == 6 and p["grade"] == 1 for p in chosen)
        area = sum(int(a["six_year_olds"]) for a in T["age_population"]
                   if a["school"] in wanted(given, None) and a["year"] == given["year"] and fits(a))
        return {
            "classes": count, "pupils": len(chosen), "girls": sum(p["girl"] for p in chosen),
            "minority": sum(p["minority"] for p in chosen), "disabled": sum(p["disabled"] for p in chosen),
            "priority": sum(p["priority"] for p in chosen), "mean": rounded(len(chosen), count, 1),
            "six": sum(p["age"] == 6 for p in chosen),
            "six_first": first, "six_area": area, "six_rate": rounded(100 * first, area, 1),
        }[column]
    return {"levels": table}


def reference():
    """Limits by sex and month of age, read from the list as it is shipped."""
    shipped = Path(__file__).parents[2] / "forms/statistics/codes/growth_reference.yaml"
    limits = {}
    for line in shipped.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("- {code:"):
            pairs = dict(re.findall(r'(\w+): "?([\w.]+)"?', line))
            limits[pairs["gender"], int(pairs["months"])] = {
                key: Decimal(pairs[key]) / 10 for key in ("bmi_m3", "bmi_m2", "bmi_p1", "bmi_p2", "height_m3", "height_m2")}
    return limits


GROWTH = reference()


def growth_of(pupil, row):
    """Whole years of age when measured, and the bands of body mass and of height."""
    born, day = date.fromisoformat(pupil["birth_date"]), date.fromisoformat(row["measured_on"])
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    limits = GROWTH.get((pupil["gender"], months))
    if limits is None:
        return months // 12, None, None
    metres = Fraction(int(row["height_cm"]), 1000)
    mass = Fraction(int(row["weight_kg"]), 10) / metres ** 2
    if mass < limits["bmi_m3"]:
        nutrition = "very_thin"
    elif mass < limits["bmi_m2"]:
        nutrition = "thin"
    elif mass > limits["bmi_p2"]:
        nutrition = "obese"
    else:
        nutrition = "over" if mass > limits["bmi_p1"] else "normal"
    height = Decimal(row["height_cm"]) / 10
    stature = "very_short" if height < limits["height_m3"] else "short" if height < limits["height_m2"] else "normal"
    return months // 12, nutrition, stature


def health(given):
    last = {}
    for row in T["health"]:
        key = row["school"], row["pupil"]
        if row["school"] in wanted(given, None) and row["year"] == given["year"]:
            if key not in last or row["measured_on"] > last[key]["measured_on"]:
                last[key] = row
    rolls = {(r["school"], r["pupil"]): r["class"] for r in T["enrolment"] if r["year"] == given["year"]}
    pool = []
    for key, row in last.items():
        if key not in rolls:
            continue
        height, weight = int(row["height_cm"]), int(row["weight_kg"])
        eyes = [int(row[side]) >= 100 for side in ("eye_left", "eye_right") if row[side]]
        gender = PUPILS[key]["gender"]
        age, nutrition, stature = growth_of(PUPILS[key], row)
        pool.append({"age": age, "nutrition": nutrition, "stature": stature,
                     "grade": int(CLASSES[key[0], given["year"], rolls[key]]["grade"]), "girl": gender == "female",
                     "male": gender == "male", "height": height, "weight": weight,
                     "bmi": weight * 1000000 // (height * height), "eyes": sum(eyes) if len(eyes) == 2 else None})

    def chosen(row, by="grade"):
        row, test = sub(row, "")
        return [p for p in pool if (row == "total" or p[by] == tail(row)) and test(p)]

    def growth(row, column):
        people = chosen(row)
        if column in ("height", "weight", "bmi"):
            return rounded(sum(p[column] for p in people), 10 * len(people), 1)
        return leveled(people, column, {"pupils": lambda p: True})

    def nutrition(row, column):
        people = chosen(row, "age")
        share = column.endswith("_share")
        key = column.removesuffix("_share")
        weighed, sized = [p for p in people if p["nutrition"]], [p for p in people if p["stature"]]
        of_stature = key in ("very_short", "short")
        counts = {"pupils": len(people), "weighed": len(weighed), "sized": len(sized)}
        count = counts.get(key, sum(p["stature" if of_stature else "nutrition"] == key for p in people))
        return rounded(100 * count, len(sized if of_stature else weighed), 1) if share else count

    def eyes(row, column):
        people = [p for p in chosen(row) if p["eyes"] is not None]
        return leveled(people, column, {
            "tested": lambda p: True, "full": lambda p: p["eyes"] == 2, "reduced": lambda p: p["eyes"] < 2,
            "reduced_one": lambda p: p["eyes"] == 1, "reduced_both": lambda p: p["eyes"] == 0})
    return {"growth": growth, "nutrition": nutrition, "eyes": eyes}


def equipment(given):
    schools, year = wanted(given, None), given["year"]
    items = [q for q in T["equipment"] if q["school"] in schools]
    category = {(q["school"], q["item"]): q["category"] for q in items}
    uses = [u for u in T["equipment_use"] if u["school"] in schools and u["year"] == year]
    if given.get("term") == "term_1":
        uses = [u for u in uses if u["used_on"] < YEARS[year]["term_2_on"]]
    used = {(u["school"], u["item"]) for u in uses}

    def of(row, kind):
        return row == "total" or row == f"category_{kind}"

    def quality(row, column):
        chosen = [q for q in items if of(row, q["category"])]
        total = sum(int(q["quantity"]) for q in chosen)
        if column == "items":
            return len(chosen)
        if column == "quantity":
            return total
        part = sum(int(q["quantity"]) for q in chosen if q["condition"] == column.removesuffix("_share"))
        return rounded(100 * part, total, 1) if column.endswith("_share") else part

    def frequency(row, column):
        chosen = [q for q in items if of(row, q["category"])]
        own = [u for u in uses if of(row, category[u["school"], u["item"]])]
        seen = sum((q["school"], q["item"]) in used for q in chosen)
        if column.startswith("after_"):
            return sum(u["condition"] == column.removeprefix("after_") for u in own)
        return {
            "items": len(chosen), "used": seen, "used_share": rounded(100 * seen, len(chosen), 1),
            "uses": len(own), "lessons": sum(int(u["lessons"]) for u in own),
            "mean": rounded(len(own), len(chosen), 1),
        }[column]
    return {"quality": quality, "frequency": frequency}


def staff_form(given):
    day = cut_off(given)
    more = {(q["school"], q["staff"]): q for q in T["staff_qualification"]}
    people = []
    for row in T["staff"]:
        if row["school"] not in wanted(given, None) or row["joined_on"] > day or (row["left_on"] and row["left_on"] < day):
            continue
        extra = more.get((row["school"], row["staff"]), defaultdict(str))
        part = {"principal": "managers", "vice_principal": "managers", "teacher": "teachers"}.get(row["position"], "employees")
        people.append({**row, "part": part, "age": int(given["year"]) - int(row["birth_date"][:4]),
                       **{k: extra[k] for k in ("employment", "degree", "standard", "subject")}})

    def table(row, column):
        if row == "total":
            chosen = people
        elif row in ("managers", "teachers", "employees"):
            chosen = [p for p in people if p["part"] == row]
        elif row == "subject_none":
            chosen = [p for p in people if p["part"] == "teachers" and not p["subject"]]
        elif row.startswith("subject_"):
            chosen = [p for p in people if p["part"] == "teachers" and p["subject"].lower() == row[8:]]
        else:
            chosen = [p for p in people if p["position"] == row.split("_", 1)[1]]
        ages = {"age_1": (0, 29), "age_2": (30, 39), "age_3": (40, 49), "age_4": (50, 200)}
        if column in ages:
            low, high = ages[column]
            return sum(low <= p["age"] <= high for p in chosen)
        test = {
            "people": lambda p: True, "women": lambda p: p["gender"] == "female",
            "minority": lambda p: p["ethnic_group"] not in ("", "01", "55"),
            "permanent": lambda p: p["employment"] == "permanent", "contract": lambda p: p["employment"] == "contract",
            "at": lambda p: p["standard"] == "at", "above": lambda p: p["standard"] == "above",
        }.get(column, lambda p: p["degree"] == column)
        return sum(test(p) for p in chosen)
    return {"staff": table}


def facilities(given):
    own = [f for f in T["facility"] if f["school"] in wanted(given, None) and f["year"] == given["year"]]

    def table(row, column):
        area = column.endswith("area")
        kind = column.removesuffix("_area")
        kind = {"half": "half_solid", "number": "", "area": ""}.get(kind, kind)
        chosen = [f for f in own if "room_" + f["room"] == row and (not kind or f["structure"] == kind)]
        if area:
            return Decimal(sum(int(f["area"] or 0) for f in chosen)) / 10
        return sum(int(f["number"]) for f in chosen)
    return {"rooms_by_kind": table}


def data_quality(given):
    schools, year = wanted(given, None), given["year"]
    checks = {(c["school"], c["kind"], c["person"]): c["result"] for c in T["identity_check"]}
    pupils, staff = [], []
    for row in T["enrolment"]:
        if row["school"] in schools and row["year"] == year and row["status"] not in MOVED | DROPPED:
            p = PUPILS[row["school"], row["pupil"]]
            lacks = {"number": not p["personal_id"], "birth_place": not p["birth_place"], "home_town": not p["home_town"],
                     "address": not p["address"],
                     "family": not (p["father_name"] or p["mother_name"] or p["guardian_name"])}
            line = f"grade_{int(CLASSES[row['school'], year, row['class']]['grade'])}"
            pupils.append((line, lacks, checks.get((row["school"], "pupil", row["pupil"]), "")))
    for row in T["staff"]:
        if row["school"] in schools and row["status"] in ("working", "arrived", "retiring"):
            lacks = {"number": not row["personal_id"], "birth_date": not row["birth_date"],
                     "ethnic": not row["ethnic_group"], "contact": not row["phone"]}
            part = {"principal": "manager", "vice_principal": "manager", "teacher": "teacher"}.get(row["position"], "employee")
            staff.append((f"part_{part}", lacks, checks.get((row["school"], "staff", row["staff"]), "")))

    def table(pool):
        def figure(row, column):
            chosen = [one for one in pool if row in ("total", one[0])]
            if column.startswith("lacks_"):
                return sum(one[1][column[6:]] for one in chosen)
            return leveled(chosen, column, {
                "records": lambda one: True, "numbered": lambda one: not one[1]["number"],
                "verified": lambda one: one[2] == "verified", "differs": lambda one: one[2] == "differs",
                "not_found": lambda one: one[2] == "not_found", "unchecked": lambda one: one[2] == "",
                "complete": lambda one: not any(one[1].values())})
        return figure
    return {"pupil_data": table(pupils), "staff_data": table(staff)}


FORMS = {
    "primary_statistics": state("primary"), "lower_secondary_statistics": state("lower_secondary"),
    "upper_secondary_statistics": state("upper_secondary"), "primary_results_statistics": primary_results,
    "primary_year_statistics": primary_year, "lower_secondary_term_statistics": secondary("lower_secondary", "term"),
    "lower_secondary_year_statistics": secondary("lower_secondary", "year"), "upper_secondary_term_statistics": secondary("upper_secondary", "term"),
    "upper_secondary_year_statistics": secondary("upper_secondary", "year"), "local_indicators": local, "health_statistics": health,
    "equipment_statistics": equipment, "staff_statistics": staff_form, "facilities_statistics": facilities,
    "data_quality_statistics": data_quality,
}


def main():
    differences, compared = [], 0
    for asked in json.loads((folder / "figures.json").read_text(encoding="utf-8")):
        tables = FORMS[asked["report"]](asked["parameters"])
        for table in asked["tables"]:
            for row in table["rows"]:
                for cell in row["cells"] if row["id"] else []:
                    found = None if cell["value"] is None else Decimal(cell["value"])
                    again = tables[table["id"]](row["id"], cell["column"])
                    again = None if again is None else Decimal(again)
                    compared += 1
                    if found != again:
                        given = " ".join(f"{k}={v}" for k, v in asked["parameters"].items())
                        place = f"{asked['report']} {given}: {table['id']}.{row['id']}.{cell['column']}"
                        differences.append(f"{place} is {found}, computed again {again}")
    for line in differences[:60]:
        print(line)
    if differences:
        print(f"{len(differences)} of {compared} figures differ")
        return 1
    print(f"figures compared: {compared}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
