"""By what a loan and its borrower are recognised, however they are written."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from loans.words import BorrowerKind
from pool.crypto import blind_index

_BLANKS = re.compile(r"\s+")
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "_": "-"})


def loan_number_key(text: str) -> str:
    """The number of an IOU 借据号 without what only differs in writing: width, case, blanks, kinds of dash."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return _BLANKS.sub("", plain).upper()


def identity_of(kind: str, credit_code: str, owner_id_number: str) -> str:
    """Who borrows: an owner by the blind index of the identity number, everybody else by the credit code."""
    if kind == BorrowerKind.OWNER:
        return blind_index(owner_id_number, "person")
    return credit_code.strip().upper()


def is_person(facts: Mapping[str, Any]) -> bool:
    return facts["borrower_kind"] == BorrowerKind.OWNER
