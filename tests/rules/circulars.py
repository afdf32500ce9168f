"""The three circulars on assessment, written a second time: from their text, in exact fractions.

Independent of the engine and of `plugins/rules`: nothing here was taken from there, and no number
passes through a binary fraction. Marks and averages are `Fraction`s, levels are the codes of
`forms/core/codes`, nothing is `None`. Standard library only.
"""

from fractions import Fraction
from math import floor

TENTH = Fraction(1, 10)


def tenths(value):
    """To one decimal; exactly half goes up."""
    return Fraction(floor(value / TENTH + Fraction(1, 2)), 10)


def share(count, whole):
    """Percentage to one decimal, half up; of nobody there is none."""
    return tenths(Fraction(100 * count, whole)) if whole else None


def circular(grade, year):
    """Which circular governs a grade in a school year, by the roll-out of TT27 and TT22."""
    if grade <= 5:
        return "TT27" if year >= 2019 + grade else "TT30"
    since = {6: 2021, 7: 2022, 10: 2022, 8: 2023, 11: 2023, 9: 2024, 12: 2024}[grade]
    if year >= since:
        return "TT22"
    return "TT58+26" if year >= 2020 else "TT58"


# Thông tư 22/2021 ------------------------------------------------------------------------------

TT22_ORDER = ["fail", "pass", "fair", "good"]

# Điều 8: the year's conduct, by term I (row) and term II (column).
TT22_CONDUCT = {
    "good": {"good": "good", "fair": "fair", "pass": "fair", "fail": "fail"},
    "fair": {"good": "good", "fair": "fair", "pass": "pass", "fail": "fail"},
    "pass": {"good": "fair", "fair": "fair", "pass": "pass", "fail": "fail"},
    "fail": {"good": "fair", "fair": "pass", "pass": "pass", "fail": "fail"},
}


def ongoing_needed(periods):
    """Điều 6: how many ĐĐGtx a subject has in a term."""
    return 2 if periods <= 35 else 3 if periods <= 70 else 4


def weighted(ongoing, middle, final):
    """Điều 9.1: the exact quotient behind ĐTBmhk. `middle` may be several tests (TT58)."""
    total = sum(ongoing) + 2 * sum(middle) + 3 * final
    return Fraction(total) / (len(ongoing) + 2 * len(middle) + 3)


def tt22_comment_term(ongoing, middle, final, needed=2):
    """Điều 9.1: Đạt when all results are there and every one is Đạt. None: nothing was entered."""
    given = [one for one in [*ongoing, middle, final] if one is not None]
    if not given:
        return None
    complete = len(ongoing) >= needed and middle is not None and final is not None
    return "pass" if complete and set(given) == {"pass"} else "fail"


def tt22_level(scores, failed):
    """Điều 9.2: rank of the learning result, 3 Tốt to 0 Chưa đạt."""
    for rank, (every, strong, allowed) in [
        (3, ("6.5", "8.0", 0)), (2, ("5.0", "6.5", 0)), (1, ("3.5", "5.0", 1)),
    ]:
        enough = sum(score >= Fraction(strong) for score in scores) >= 6
        if enough and failed <= allowed and all(score >= Fraction(every) for score in scores):
            return rank
    return 0


def tt22_learning(scores, comments, how=None):
    """Điều 9.2 and 9.3: the learning result of a term or the year. None when a result is missing."""
    how = how or {}
    if not scores and not comments or None in scores or None in comments:
        return None
    failed = comments.count("fail")
    own = tt22_level(scores, failed)
    best = own
    for at in range(len(scores)):
        others = scores[:at] + scores[at + 1:]
        if how.get("learning_adjustment", "A") == "B":
            others = [*others, Fraction(10)]
        best = max(best, tt22_level(others, failed))
    if failed and how.get("single_subject_may_be_comment", "true") == "true":
        best = max(best, tt22_level(scores, failed - 1))
    if best >= 2 and best - own >= 2:
        own = best - 1 if how.get("adjacent_level") == "below_target" else own + 1
    return TT22_ORDER[own]


def tt22_pupil(pupil, subjects, summer, how=None):
    """What the year of a pupil comes to.

    `subjects` are dicts of `subject`, `kind` (score, comment), `optional`, `exempt`, `first`, `second`,
    `year` (an average, or a level); `summer` are the new results by subject.
    """
    how = how or {}
    limit = int(how.get("absence_limit", 45))
    counted = [one for one in subjects if not one["exempt"]
               and (not one["optional"] or how.get("optional_subjects_count") == "true")]

    def learning(when, replaced=None):
        value = {one["subject"]: one[when] for one in counted} | (replaced or {})
        return tt22_learning(
            [value[one["subject"]] for one in counted if one["kind"] == "score"],
            [value[one["subject"]] for one in counted if one["kind"] == "comment"], how)

    said = {"learning_1": learning("first"), "learning_2": learning("second"),
            "conduct_1": pupil["conduct_1"], "conduct_2": pupil["conduct_2"],
            "learning_year": None, "learning_final": None, "conduct_year": None,
            "conduct_final": None, "outcome": "undecided", "promoted": None, "title": None}
    if pupil["has_left"]:
        return said
    conduct = pupil["conduct_year"]
    if not conduct and pupil["conduct_1"] and pupil["conduct_2"]:
        conduct = TT22_CONDUCT[pupil["conduct_1"]][pupil["conduct_2"]]
    level = learning("year")
    said |= {"learning_year": level, "learning_final": level,
             "conduct_year": conduct, "conduct_final": conduct}
    # Điều 15. Whether the pupil goes up is no condition of a title.
    if conduct == level == "good":
        scores = [one["year"] for one in counted if one["kind"] == "score"]
        said["title"] = "excellent" if sum(score >= 9 for score in scores) >= 6 else "good"
    # Điều 13: only who has Chưa đạt trains in summer. Điều 14: only who has conduct from Đạt and
    # learning Chưa đạt is assessed again, in what is Chưa đạt or below 5,0.
    if conduct == "fail" and pupil["conduct_summer"]:
        said["conduct_final"] = pupil["conduct_summer"]
    again = {}
    if level == "fail" and conduct not in ("fail", None):
        for one in counted:
            new = summer.get(one["subject"])
            low = one["year"] == "fail" if one["kind"] == "comment" else one["year"] < 5
            if new is not None and low:
                keep = how.get("retest_policy") == "best" and one["kind"] == "score"
                again[one["subject"]] = max(new, one["year"]) if keep else new
        if again:
            said["learning_final"] = learning("year", again)
    said["outcome"], said["promoted"] = tt22_outcome(pupil, said, again, limit)
    return said


def tt22_outcome(pupil, said, again, limit):
    """Điều 12 to 14."""
    conduct, level = said["conduct_year"], said["learning_year"]
    # No summer mends absence, whatever else is still unknown.
    if pupil["absences"] > limit or conduct == level == "fail":
        return "not_promoted", False
    if conduct is None or level is None:
        return "undecided", None
    last = pupil["grade"] in (9, 12)
    if conduct != "fail" and level != "fail":
        return "completed" if last else "promoted", True
    if conduct == "fail":
        if not pupil["conduct_summer"]:
            return "needs_training", None
        if pupil["conduct_summer"] == "fail":
            return "not_promoted", False
        return "completed" if last else "promoted_after_training", True
    if not again:
        return "needs_reassessment", None
    if said["learning_final"] == "fail":
        return "not_promoted", False
    return "completed" if last else "promoted_after_reassessment", True


def tt58_comment_term(ongoing, middles, final):
    """Điều 10: Đạt when two thirds of the tests are, the one at the end among them. (The share is known
    from memory of the text; regulations that were at hand do not have it.)"""
    given = [one for one in [*ongoing, *middles, final] if one is not None]
    # How many tests there had to be is not known of an archive; the one at the end had to be.
    if final is None:
        return None
    return "pass" if final == "pass" and 3 * given.count("pass") >= 2 * len(given) else "fail"


# Thông tư 58/2011, with Thông tư 26/2020 --------------------------------------------------------

TT58_ORDER = ["poor", "weak", "average", "fair", "excellent"]
CONDUCT58 = ["weak", "average", "fair", "good"]
# Rank of học lực: bar of the average of all subjects, bar of a key subject, of every subject.
TT58_BARS = [(4, "8.0", "8.0", "6.5"), (3, "6.5", "6.5", "5.0"), (2, "5.0", "5.0", "3.5")]

# Khoản 6: the level that the average reaches, what one subject makes of it, what is given instead.
TT58_RAISED = {(4, 2): 3, (4, 1): 2, (3, 1): 2, (3, 0): 1}


def tt58_rank(overall, scores, comments, keys):
    """Điều 13: rank of học lực, 4 Giỏi to 0 Kém. `scores` by subject."""
    for rank, whole, key, every in TT58_BARS:
        strong = any(scores.get(subject, Fraction(0)) >= Fraction(key) for subject in keys)
        if (overall >= Fraction(whole) and strong and "fail" not in comments.values()
                and all(score >= Fraction(every) for score in scores.values())):
            return rank
    if overall >= Fraction("3.5") and all(score >= 2 for score in scores.values()):
        return 1
    return 0


def tt58_learning(scores, comments, keys):
    """Điều 13, khoản 6 included: average of all subjects and học lực. (None, None): a gap."""
    if not scores or None in scores.values() or None in comments.values():
        return None, None
    overall = tenths(sum(scores.values()) / len(scores))
    rank = tt58_rank(overall, scores, comments, keys)
    # Khoản 6. The average stands as it is: only the bars of single subjects forgive one of them.
    without = max((
        tt58_rank(overall, {s: v for s, v in scores.items() if s != out},
                  {s: v for s, v in comments.items() if s != out}, keys)
        for out in [*scores, *comments]), default=0)
    raised = [up for (target, low), up in TT58_RAISED.items() if low == rank and without >= target]
    rank = max([rank, *raised])
    return overall, TT58_ORDER[rank]


def tt58_pupil(pupil, subjects, summer, how=None):
    """As `tt22_pupil`, with the averages of all subjects."""
    how = how or {}
    limit = int(how.get("absence_limit", 45))
    keys = ["TOAN", "VAN"] if pupil["circular"] == "TT58" else ["TOAN", "VAN", "NN1"]
    counted = [one for one in subjects if not one["exempt"]
               and (not one["optional"] or how.get("optional_subjects_count") == "true")]

    def learning(when, replaced=None):
        value = {one["subject"]: one[when] for one in counted} | (replaced or {})
        kinds = {kind: {one["subject"]: value[one["subject"]] for one in counted
                        if one["kind"] == kind} for kind in ("score", "comment")}
        return tt58_learning(kinds["score"], kinds["comment"], keys)

    said = {"conduct_1": pupil["conduct_1"], "conduct_2": pupil["conduct_2"], "conduct_year": None,
            "conduct_final": None, "learning_year": None, "learning_final": None, "overall_year": None,
            "outcome": "undecided", "promoted": None, "title": None}
    said["overall_1"], said["learning_1"] = learning("first")
    said["overall_2"], said["learning_2"] = learning("second")
    if pupil["has_left"]:
        return said
    conduct = pupil["conduct_year"] or pupil["conduct_2"]
    said["overall_year"], level = learning("year")
    said |= {"learning_year": level, "learning_final": level,
             "conduct_year": conduct, "conduct_final": conduct}
    if conduct == "good" and level == "excellent":
        said["title"] = "good"
    elif conduct in ("good", "fair") and level in ("excellent", "fair"):
        said["title"] = "advanced"
    if conduct == "weak" and pupil["conduct_summer"]:
        said["conduct_final"] = pupil["conduct_summer"]
    again = {}
    if level == "weak" and conduct not in ("weak", None):
        for one in counted:
            new = summer.get(one["subject"])
            low = one["year"] == "fail" if one["kind"] == "comment" else one["year"] < 5
            if new is not None and low:
                again[one["subject"]] = new
        if again:
            _, said["learning_final"] = learning("year", again)
    up = lambda text: (text, True)
    held, waiting = ("not_promoted", False), lambda text: (text, None)
    if pupil["absences"] > limit:
        said["outcome"], said["promoted"] = held
    elif level == "poor":
        said["outcome"], said["promoted"] = held
    elif conduct is None or level is None:
        pass
    elif conduct == level == "weak":
        said["outcome"], said["promoted"] = held
    elif conduct == "weak":
        new = pupil["conduct_summer"]
        said["outcome"], said["promoted"] = (
            waiting("needs_training") if not new else held if new == "weak"
            else up("promoted_after_training"))
    elif level == "weak":
        passed = TT58_ORDER.index(said["learning_final"]) >= 2
        said["outcome"], said["promoted"] = (
            waiting("needs_reassessment") if not again else up("promoted_after_reassessment")
            if passed else held)
    else:
        said["outcome"], said["promoted"] = up("promoted")
    return said


# Thông tư 27/2020 ------------------------------------------------------------------------------

GENERAL = ["patriotism", "kindness", "diligence", "honesty", "responsibility", "autonomy",
           "communication", "problem_solving", "language", "calculation", "science", "aesthetics",
           "physical"]
TT27_SUBJECTS = {
    1: "TV TOAN DD TNXH GDTC AN MT HDTN", 2: "TV TOAN DD TNXH GDTC AN MT HDTN",
    3: "TV TOAN NN1 DD TNXH TH CN GDTC AN MT HDTN",
    4: "TV TOAN NN1 DD LSDL KH TH CN GDTC AN MT HDTN",
    5: "TV TOAN NN1 DD LSDL KH TH CN GDTC AN MT HDTN",
}
TT27_TESTS = {1: "TV TOAN", 2: "TV TOAN", 3: "TV TOAN NN1 TH CN",
              4: "TV TOAN NN1 LSDL KH TH CN", 5: "TV TOAN NN1 LSDL KH TH CN"}


def qualities_of(grade):
    """Mục 1.6: thirteen items in grades 1 and 2, fifteen from grade 3."""
    return GENERAL + (["technology", "informatics"] if grade >= 3 else [])


def tt27_result(grade, levels, scores, qualities):
    """Điều 9: the result of the year. None when something that is needed is missing."""
    own = [levels.get(subject) for subject in TT27_SUBJECTS[grade].split()]
    rated = [qualities.get(item) for item in qualities_of(grade)]
    tests = [scores.get(subject) for subject in TT27_TESTS[grade].split() if subject not in ("TH", "CN")]
    if "TH" in TT27_TESTS[grade]:
        # One subject on two rows: each row's test counts when it is there, one must be.
        both = [scores[row] for row in ("TH", "CN") if scores.get(row) is not None]
        tests += both or [None]
    if None in own or None in rated or None in tests:
        return None
    best = set(own) == {"completed_well"} and set(rated) == {"good"}
    if best and min(tests) >= 9:
        return "excellent"
    if best and min(tests) >= 7:
        return "good"
    if "not_completed" in own or "needs_effort" in rated or min(tests) < 5:
        return "not_completed"
    return "completed"


def tt27_pupil(pupil, subjects, qualities):
    """Điều 9, 11 and 13. `subjects` are rows of the year's end, `qualities` one row of it."""
    said = {"result": None, "result_before": None, "programme_completed": None,
            "promoted": None, "title": None}
    decided = {"promote": True, "hold": False}.get(pupil["principal_decision"])
    # Thông tư 30 knows no result of the year in four levels; who went up was decided.
    if pupil["circular"] != "TT27":
        return said | {"promoted": decided}
    if pupil["not_assessed"]:
        # Nobody confirms the programme of who is not assessed; the principal decides.
        return said | {"promoted": decided, "programme_completed": None if decided is None else False}

    def taken(name, again):
        return {one["subject"]: one[again] if one[again] is not None else one[name] for one in subjects}
    levels = {one["subject"]: one["level"] for one in subjects}
    scores = {one["subject"]: one["score"] for one in subjects}
    before = tt27_result(pupil["grade"], levels, scores, qualities)
    after = tt27_result(pupil["grade"], taken("level", "supplementary_level"),
                        taken("score", "supplementary_score"), qualities)
    if after is None:
        return said | {"result_before": before}
    said |= {"result": after, "result_before": before, "programme_completed": after != "not_completed"}
    said["promoted"] = True if said["programme_completed"] else decided
    if before == "excellent":
        said["title"] = "excellent"
    elif before == "good" and pupil["outstanding"] and pupil["recognised"]:
        said["title"] = "outstanding"
    return said
