"""Invents classes whose marks lie where the circulars draw their lines.

Writes calls as `bieumau plugin call` takes them. The same number gives the same classes.
"""

import random

from circulars import TT27_SUBJECTS, TT27_TESTS, circular, ongoing_needed, qualities_of

LOWER = "VAN TOAN NN1 GDCD LSDL KHTN CNGHE TIN".split()
LOWER_COMMENTS = "GDTC NT HDTNHN GDDP".split()
UPPER = "VAN TOAN NN1 LS GDQPAN".split()
CHOICES = "DIA GDKTPL LY HOA SINH CNGHE TIN AMNHAC MITHUAT".split()
UPPER_COMMENTS = "GDTC HDTNHN GDDP".split()
ARCHIVE = "TOAN LY SINH VAN LS DIA NN1 GDCD CNGHE TIN".split()
ARCHIVE_COMMENTS = "GDTC AMNHAC MITHUAT".split()
# Lines of TT22 and TT58, in tenths.
LINES = [20, 35, 50, 65, 80, 90]
PERIODS = {"VAN": 140, "TOAN": 140, "NN1": 105, "GDCD": 35, "LSDL": 105, "KHTN": 140, "CNGHE": 52,
           "TIN": 35, "LS": 52, "GDQPAN": 35, "NN2": 105}


def text(tenths):
    return f"{tenths // 10}.{tenths % 10}"


class Classes:
    def __init__(self, seed):
        self.dice = random.Random(seed)

    def chance(self, percent):
        return self.dice.random() * 100 < percent

    def near(self, line, spread=1):
        return min(100, max(0, line + self.dice.choice([-spread, 0, 0, spread, 0])))

    def skill(self):
        """How a pupil stands in all subjects: high over a line, with few below."""
        line = self.dice.choice(LINES[1:])
        return line, self.dice.choice([0, 0, 1, 1, 2, 3])

    # Secondary ---------------------------------------------------------------------------------

    def conduct(self, pupil, archive):
        codes = ["good", "fair", "average", "weak"] if archive else ["good", "fair", "pass", "fail"]
        draw = lambda: self.dice.choices(codes, [6, 2, 2, 2])[0]
        pupil["conduct_1"] = None if self.chance(3) else draw()
        pupil["conduct_2"] = None if self.chance(3) else draw()
        pupil["conduct_year"] = draw() if self.chance(5) else None
        if pupil["has_left"]:
            pupil["conduct_2"] = pupil["conduct_year"] = None
        # What training came to is there only where there was any.
        low = codes[-1]
        if low in (pupil["conduct_2"], pupil["conduct_year"]) and self.chance(70):
            pupil["conduct_summer"] = self.dice.choice(codes)

    def pupil(self, number, archive=False):
        while True:
            grade, year = self.dice.randint(6, 12), self.dice.randint(2011 if archive else 2021, 2026)
            if circular(grade, year).startswith("TT58") == archive:
                break
        pupil = {"pupil": f"HS{number:04}", "year": year, "grade": grade,
                 "not_assessed": self.chance(2), "has_left": self.chance(3), "conduct_summer": None,
                 "absences": self.dice.choice([0, 0, 3, 7, 44, 45, 45, 46, 60]),
                 "principal_decision": None}
        if pupil["not_assessed"]:
            pupil["principal_decision"] = self.dice.choice([None, "promote", "hold"])
            pupil["has_left"] = False
        self.conduct(pupil, archive)
        return pupil

    def subjects(self, pupil, archive):
        """Pairs of subject and kind, and those that stand beside the compulsory ones."""
        if archive:
            scored, comments = ARCHIVE + (["HOA"] if pupil["grade"] >= 8 else []), ARCHIVE_COMMENTS
            if pupil["grade"] >= 10:
                comments = ["GDTC"]
        elif pupil["grade"] <= 9:
            scored, comments = LOWER, LOWER_COMMENTS
        else:
            chosen = self.dice.sample(CHOICES, 4)
            scored = UPPER + [one for one in chosen if one not in ("AMNHAC", "MITHUAT")]
            comments = UPPER_COMMENTS + [one for one in chosen if one in ("AMNHAC", "MITHUAT")]
        found = [(one, "score", False) for one in scored] + [(one, "comment", False) for one in comments]
        if self.chance(25):
            found.append(("NN2", "score", True))
        return found

    def assessed(self, tables, count, archive):
        """Adds pupils; gives those who are assessed with their line, their subjects and the places of those
        in which they are off it."""
        for number in range(count):
            pupil = self.pupil(number, archive)
            tables["pupils"].append(pupil)
            if pupil["not_assessed"]:
                continue
            line, weak = self.skill()
            taken = self.subjects(pupil, archive)
            yield pupil, line, taken, set(self.dice.sample(range(len(taken)), weak))

    def results(self, count, archive=False):
        """Pupils whose averages are given: every line of the circular is met exactly."""
        tables = {"pupils": [], "subject_results": [], "reassessments": []}
        for pupil, line, taken, spoilt in self.assessed(tables, count, archive):
            for at, (subject, kind, optional) in enumerate(taken):
                row = {"pupil": pupil["pupil"], "year": pupil["year"], "subject": subject, "kind": kind,
                       "optional": optional, "exempt": subject == "GDTC" and self.chance(5)}
                if kind == "score":
                    for name in ("average_1", "average_2", "average_year"):
                        lines = LINES if at in spoilt else [line, line, line + 5]
                        row[name] = text(self.near(self.dice.choice(lines)))
                    if self.chance(20):
                        row["average_year"] = None
                else:
                    passes = [1, 2] if at in spoilt else [30, 1]
                    for name in ("level_1", "level_2"):
                        row[name] = self.dice.choices(["pass", "fail"], passes)[0]
                    row["level_year"] = row["level_2"]
                if self.chance(1) or pupil["has_left"]:
                    for name in ("average_2", "average_year", "level_2", "level_year"):
                        row.pop(name, None)
                tables["subject_results"].append(row)
                self.summer(tables, row)
        return tables

    def summer(self, tables, row):
        low = row.get("level_year") == "fail" if row["kind"] == "comment" else (
            float(row.get("average_year") or 9) < 5)
        # Whoever is called comes for everything.
        if low and hash_of(row["pupil"]) % 4:
            new = {"pupil": row["pupil"], "year": row["year"], "subject": row["subject"]}
            if row["kind"] == "score":
                new["score"] = text(self.near(self.dice.choice([35, 50, 50, 65])))
            else:
                new["level"] = self.dice.choices(["pass", "fail"], [3, 1])[0]
            tables["reassessments"].append(new)

    def marks(self, count, archive=False):
        """Pupils whose marks are given, down to the last test."""
        tables = {"pupils": [], "marks": [], "comments": []}
        for pupil, line, taken, spoilt in self.assessed(tables, count, archive):
            old = circular(pupil["grade"], pupil["year"]) == "TT58"
            for at, (subject, kind, optional) in enumerate(taken):
                exempt = subject == "GDTC" and self.chance(5) and not pupil["has_left"]
                for term in (1,) if pupil["has_left"] else (1, 2):
                    row = {"pupil": pupil["pupil"], "year": pupil["year"], "subject": subject,
                           "term": term, "optional": optional, "exempt": exempt}
                    if kind == "score":
                        aim = self.dice.choice(LINES) if at in spoilt else line
                        self.scores(row, aim, old, gaps=not archive)
                        tables["marks"].append(row)
                    else:
                        self.comments(row, 1 if at in spoilt else 60)
                        tables["comments"].append(row)
        return tables

    def scores(self, row, aim, old, gaps):
        periods = PERIODS.get(row["subject"], 70)
        row["periods"] = periods
        draw = lambda: text(min(100, max(0, aim + self.dice.choice([-10, -5, -3, 0, 0, 2, 5, 10]))))
        for at in range(1, ongoing_needed(periods) + 1):
            row[f"ongoing_{at}"] = draw()
        if self.chance(3) and not old:
            row["ongoing_5"] = draw()
        row["mid_term"], row["end_of_term"] = draw(), draw()
        if old:
            for at in range(2, self.dice.randint(2, 5) + 1):
                row[f"periodic_{at}"] = draw()
        elif self.chance(1) and gaps:
            # A test missed without another counts 0; a missing ĐĐGtx leaves the book incomplete.
            row[self.dice.choice(["mid_term", "end_of_term", "ongoing_1"])] = None

    def comments(self, row, passes):
        for name in ("ongoing_1", "ongoing_2", "mid_term", "end_of_term"):
            row[name] = self.dice.choices(["pass", "fail"], [passes, 1])[0]
        if self.chance(1):
            row[self.dice.choice(["ongoing_2", "mid_term", "end_of_term"])] = None

    # Primary -----------------------------------------------------------------------------------

    def primary(self, count):
        tables = {"pupils": [], "subjects": [], "qualities": []}
        for number in range(count):
            grade, year = self.dice.randint(1, 5), self.dice.randint(2020, 2026)
            pupil = {"pupil": f"HS{number:04}", "year": year, "grade": grade,
                     "not_assessed": self.chance(3), "outstanding": self.chance(50),
                     "recognised": self.chance(70),
                     "principal_decision": self.dice.choice([None, "promote", "hold"])}
            tables["pupils"].append(pupil)
            if pupil["not_assessed"]:
                continue
            key = {"pupil": pupil["pupil"], "year": year, "point": "end_2"}
            well = self.dice.choice([100, 100, 60])
            line = self.dice.choice([5, 7, 9])
            gap = self.chance(3)
            names = TT27_SUBJECTS[grade].split()
            if self.chance(20):
                names.append("NN1" if grade <= 2 else "TDT")
            weak = self.dice.choice(names) if self.chance(30) else None
            for subject in names:
                row = key | {"subject": subject, "score": None, "supplementary_level": None,
                             "supplementary_score": None}
                row["level"] = "completed_well" if self.chance(well) else "completed"
                if subject in TT27_TESTS[grade].split():
                    row["score"] = min(10, line + self.dice.choice([0, 0, 0, 1, 1]))
                    if self.chance(3):
                        row["score"] = line - 1
                if subject == weak:
                    row["level"] = "not_completed"
                    if row["score"] is not None:
                        row["score"] = 4
                    if self.chance(70):
                        row["supplementary_level"] = self.dice.choice(["completed", "not_completed"])
                        if row["score"] is not None:
                            row["supplementary_score"] = self.dice.choice([4, 5, 6])
                if gap and subject != weak and self.chance(10):
                    row[self.dice.choice(["level", "score"])] = None
                if gap and subject == "CN" and self.chance(50):
                    row["score"] = None
                tables["subjects"].append(row)
            good = self.dice.choice([100, 100, 60])
            rated = {item: "good" if self.chance(good) else "pass" for item in qualities_of(grade)}
            if self.chance(3):
                rated[self.dice.choice(list(rated))] = self.dice.choice(["needs_effort", None])
            tables["qualities"].append(key | rated)
        return tables


def hash_of(name):
    return sum(map(ord, name)) * 7


def call(tables, **parameters):
    own = {name: value for name, value in parameters.items()}
    return {"parameters": own, "tables": {name: {"rows": rows} for name, rows in tables.items()}}


def calls(seed):
    """Names and calls: every circular, and each reading of it that a parameter can choose."""
    classes = Classes(seed)
    yield "assess_secondary", call(classes.marks(400))
    yield "assess_secondary", call(classes.results(700))
    yield "assess_secondary", call(classes.marks(200, archive=True))
    yield "assess_secondary", call(classes.results(500, archive=True))
    yield "assess_secondary", call(classes.results(300), learning_adjustment="B", retest_policy="best")
    yield "assess_secondary", call(classes.results(300), single_subject_may_be_comment="false",
                                   optional_subjects_count="true", absence_limit="44")
    yield "assess_secondary", call(classes.results(300), adjacent_level="below_target",
                                   exclude_not_assessed="false")
    yield "assess_primary", call(classes.primary(800))
