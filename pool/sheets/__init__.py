"""The only reader of spreadsheets: .xlsx, .xls and .csv against a declared schema.

`read(path, schema)` streams rows of typed values; everything wrong with a row is told at once, by cell, with
how to mend it. `row_of` judges a form by the same rules. `SheetRefused` is raised for a file that cannot be read.
"""

from .guards import DEFAULT_LIMITS, Limits
from .problems import ERROR, NOTE, WARNING, CellProblem, SheetRefused, Wording, declare, known_codes
from .reader import Reader, Row, read, row_of
from .schema import Choice, Column, Kind, Schema, squeeze
from .whole import Unreadable, whole

__all__ = [
    "DEFAULT_LIMITS",
    "ERROR",
    "NOTE",
    "WARNING",
    "CellProblem",
    "Choice",
    "Column",
    "Kind",
    "Limits",
    "Reader",
    "Row",
    "Schema",
    "SheetRefused",
    "Unreadable",
    "Wording",
    "declare",
    "known_codes",
    "read",
    "row_of",
    "squeeze",
    "whole",
]
