"""Averages and learning results by Thông tư 22/2021, Điều 9."""

from typing import Optional

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import rules as wire

LEVELS = ["fail", "pass", "fair", "good"]
ONGOING = ["ongoing_1", "ongoing_2", "ongoing_3", "ongoing_4"]
NEEDED = ["pupil", "subject", "term", "mid_term", "end_of_term"]


class Rules(exports.Rules):
    """What the engine calls."""

    def apply(self, call: wire.Call) -> wire.Answer:
        if call.rule != "learning_results":
            raise failure("unknown_rule", f"không có quy tắc `{call.rule}`", f"there is no rule `{call.rule}`")
        return learning_results(call)


def learning_results(call: wire.Call) -> wire.Answer:
    settings = Settings({named.name: named.value for named in call.parameters})
    tables = {table.name: table for table in call.tables}
    findings: list[wire.Finding] = []
    pupils: dict[str, tuple[dict, dict]] = {}
    for mark in kept("marks", tables["marks"], findings):
        ongoing = [mark[name] for name in ONGOING if mark.get(name) is not None]
        whole = sum(ongoing) + 2 * mark["mid_term"] + 3 * mark["end_of_term"]
        average = divide(whole, len(ongoing) + 5, settings.rounding) if ongoing else None
        note(pupils.setdefault(mark["pupil"], ({}, {}))[0], mark, average)
    if "comments" in tables:
        for comment in kept("comments", tables["comments"], findings):
            given = [comment.get(name) for name in ["ongoing_1", "ongoing_2", "mid_term", "end_of_term"]]
            passed = all(level in (None, "pass") for level in given)
            note(pupils.setdefault(comment["pupil"], ({}, {}))[1], comment, passed)

    subjects = []
    results = []
    for pupil, (scored, commented) in pupils.items():
        scores: list[list[Optional[int]]] = [[], [], []]
        for subject, (first, second) in scored.items():
            year = None if first is None or second is None else divide(first + 2 * second, 3, settings.rounding)
            subjects.append((pupil, subject, first, second, year))
            for at, average in enumerate((first, second, year)):
                scores[at].append(average)
        # The year's result of a comment subject is that of the second term.
        levels = [
            learning(scores[at], [terms[min(at, 1)] for terms in commented.values()], settings) for at in range(3)
        ]
        results.append((pupil, *levels))
    return wire.Answer(
        tables=[
            table("subjects", subjects, {"pupil": text, "subject": text, "average_1": decimal, "average_2": decimal, "average_year": decimal}),
            table("pupils", results, {"pupil": text, "learning_1": text, "learning_2": text, "learning_year": text}),
        ],
        findings=findings,
        explanations=[],
    )


class Settings:
    """The parameters of a call."""

    def __init__(self, parameters: dict[str, str]):
        self.rounding = choice(parameters, "rounding", ["half_up", "half_even", "down", "up"])
        good, fair, passing, low = (tenths(parameters, name) for name in ("good", "fair", "pass", "low"))
        # What every scored subject and what enough of them must reach, from Tốt down to Đạt.
        self.bars = [(fair, good, 0), (passing, fair, 0), (low, passing, 1)]
        self.enough = int(parameters["subjects"])
        self.adjust = choice(parameters, "adjust", ["true", "false"]) == "true"


def choice(parameters: dict[str, str], name: str, words: list[str]) -> str:
    value = parameters[name].strip()
    if value not in words:
        listed = ", ".join(words)
        raise wrong(name, value, f"một trong {listed}", f"one of {listed}")
    return value


def tenths(parameters: dict[str, str], name: str) -> int:
    value = parameters[name].strip()
    whole, _, fraction = value.replace(",", ".").partition(".")
    fraction = fraction.rstrip("0") or "0"
    if len(fraction) > 1 or not (whole + fraction).lstrip("-").isdigit():
        raise wrong(name, value, "số có nhiều nhất 1 chữ số sau dấu phẩy", "a number with at most 1 digits behind the comma")
    return int(whole + fraction)


def wrong(name: str, value: str, vi: str, en: str) -> Err:
    return failure("wrong_parameter", f"tham số `{name}` là `{value}`, cần {vi}", f"parameter `{name}` is `{value}`, expected {en}")


def failure(code: str, vi: str, en: str) -> Err:
    return Err(wire.Failure(code=code, message=wire.Sentence(vi=vi, en=en), place=wire.Place(None, None, None)))


def divide(dividend: int, divisor: int, rounding: str) -> int:
    """Divides exactly; Python's own `round` would take a tie to the even number."""
    floor, rest = divmod(dividend, divisor)
    if rounding == "half_up":
        return floor + (2 * rest >= divisor)
    if rounding == "half_even":
        return floor + (2 * rest > divisor or (2 * rest == divisor and floor % 2 == 1))
    return floor + (rounding == "up" and rest > 0)


def kept(name: str, table: wire.Table, findings: list[wire.Finding]):
    """Gives the rows with all needed cells; of the others a finding about the first that is missing."""
    columns = {column.name: cells(column) for column in table.columns}
    for row in range(table.rows):
        values = {column: values[row] for column, values in columns.items()}
        missing = next((column for column in NEEDED if values[column] is None), None)
        if missing is None:
            yield values
        else:
            findings.append(missing_cell(name, row, missing))


def missing_cell(table: str, row: int, column: str) -> wire.Finding:
    return wire.Finding(
        code="missing_cell",
        severity=wire.Severity.ERROR,
        message=wire.Sentence(
            vi=f"Bảng `{table}`, dòng {row + 1}: thiếu `{column}`; dòng này không được dùng",
            en=f"Table `{table}`, row {row + 1}: `{column}` is missing; the row is not used",
        ),
        help=None,
        place=wire.Place(table, row, column),
        about=[],
    )


def cells(column: wire.Column) -> list:
    """Returns the cells of a column, `None` where one is missing."""
    match column.cells:
        case wire.Cells_Text(value):
            utf8 = value.utf8.encode()
            starts = [0, *value.ends]
            values = [utf8[start:end].decode() for start, end in zip(starts, value.ends)]
        case wire.Cells_Decimal(value):
            values = list(value.units)
        case other:
            values = list(other.value)
    return [value if is_there else None for value, is_there in zip(values, column.present)] if column.present else values


def note(subjects: dict, row: dict, result) -> None:
    terms = subjects.setdefault(row["subject"], [None, None])
    if row["term"] in (1, 2):
        terms[row["term"] - 1] = result


def learning(scores: list, comments: list, settings: Settings) -> Optional[str]:
    """Returns the learning result, `None` when something is missing (Điều 9.2, 9.3)."""
    if None in scores or None in comments or len(scores) < settings.enough:
        return None
    not_passed = comments.count(False)
    base = level(scores, not_passed, settings)
    if not settings.adjust or base > 1:
        return LEVELS[base]
    # The best level if one subject did not count.
    best = level(scores, not_passed - 1, settings) if not_passed else base
    for left in range(len(scores)):
        best = max(best, level(scores[:left] + scores[left + 1 :], not_passed, settings))
    return LEVELS[base + 1 if best >= 2 and best >= base + 2 else base]


def level(scores: list[int], not_passed: int, settings: Settings) -> int:
    for at, (every, strong, allowed) in enumerate(settings.bars):
        enough = sum(score >= strong for score in scores) >= settings.enough
        if not_passed <= allowed and enough and all(score >= every for score in scores):
            return 3 - at
    return 0


def table(name: str, rows: list[tuple], columns: dict) -> wire.Table:
    made = []
    for at, (column, make) in enumerate(columns.items()):
        values = [row[at] for row in rows]
        present = bytes(value is not None for value in values) if None in values else b""
        made.append(wire.Column(name=column, present=present, cells=make(values)))
    return wire.Table(name=name, rows=len(rows), columns=made)


def text(values: list) -> wire.Cells:
    utf8 = [(value or "").encode() for value in values]
    ends = []
    for cell in utf8:
        ends.append((ends[-1] if ends else 0) + len(cell))
    return wire.Cells_Text(wire.TextCells(utf8=b"".join(utf8).decode(), ends=ends))


def decimal(values: list) -> wire.Cells:
    return wire.Cells_Decimal(wire.DecimalCells(scale=1, units=[value or 0 for value in values]))
