"""The types of the contract, named as componentize-py names them."""

from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional


class Severity(Enum):
    NOTE = 0
    WARNING = 1
    ERROR = 2


@dataclass
class NamedText:
    name: str
    value: str


@dataclass
class TextCells:
    utf8: str
    ends: list[int]


@dataclass
class DecimalCells:
    scale: int
    units: list[int]


@dataclass
class Cells_Text:
    value: TextCells


@dataclass
class Cells_Integer:
    value: list[int]


@dataclass
class Cells_Decimal:
    value: DecimalCells


@dataclass
class Cells_Date:
    value: list[int]


@dataclass
class Cells_Boolean:
    value: bytes


Cells = Any


@dataclass
class Column:
    name: str
    present: bytes
    cells: Cells


@dataclass
class Table:
    name: str
    rows: int
    columns: list[Column]


@dataclass
class Call:
    rule: str
    parameters: list[NamedText]
    tables: list[Table]
    explain: bool


@dataclass
class Sentence:
    vi: str
    en: str


@dataclass
class Place:
    table: Optional[str]
    row: Optional[int]
    column: Optional[str]


@dataclass
class Finding:
    code: str
    severity: Severity
    message: Sentence
    help: Optional[Sentence]
    place: Place
    about: list[NamedText]


@dataclass
class Answer:
    tables: list[Table]
    findings: list[Finding]
    explanations: list


@dataclass
class Failure:
    code: str
    message: Sentence
    place: Place
