"""Applies `rules.py` of a folder to calls in JSON, one a line on stdin; one answer a line on stdout.

Python itself runs the text here, without a component around it: the rule is the same text.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

import rules  # noqa: E402
from componentize_py_types import Err  # noqa: E402
from wit_world.exports import rules as wire  # noqa: E402


def column(given: dict) -> wire.Column:
    values, kind = given["cells"], given["kind"]
    present = bytes(value is not None for value in values) if None in values else b""
    if kind == "text":
        ends, utf8 = [], ""
        for value in values:
            utf8 += value or ""
            ends.append(len(utf8.encode()))
        cells = wire.Cells_Text(wire.TextCells(utf8, ends))
    elif kind == "decimal":
        cells = wire.Cells_Decimal(wire.DecimalCells(given["scale"], [value or 0 for value in values]))
    else:
        cells = wire.Cells_Integer([value or 0 for value in values])
    return wire.Column(given["name"], present, cells)


def told(made: wire.Column) -> list:
    """Returns the cells of a column of an answer; what stands in a missing one means nothing."""
    cells = made.cells.value
    if isinstance(made.cells, wire.Cells_Text):
        utf8 = cells.utf8.encode()
        values = [utf8[start:end].decode() for start, end in zip([0, *cells.ends], cells.ends)]
    else:
        values = list(cells.units) if isinstance(made.cells, wire.Cells_Decimal) else list(cells)
    return [value if there else None for value, there in zip(values, made.present)] if made.present else values


def answer(given: dict) -> dict:
    parameters = [wire.NamedText(name, value) for name, value in given["parameters"].items()]
    tables = [
        wire.Table(table["name"], table["rows"], [column(own) for own in table["columns"]])
        for table in given["tables"]
    ]
    try:
        made = rules.Rules().apply(wire.Call(given["rule"], parameters, tables, False))
    except Err as failed:
        return {"failure": failed.value.code}
    return {
        "tables": {
            table.name: {own.name: told(own) for own in table.columns} for table in made.tables
        },
        "findings": [
            [own.code, own.severity.name.lower(), own.message.vi, own.message.en,
             own.place.table, own.place.row, own.place.column]
            for own in made.findings
        ],
    }


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
