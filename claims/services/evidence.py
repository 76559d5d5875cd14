"""Many documents at one drop: each goes to its claim by its name, and what cannot be told stays until it is placed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims import permissions, selectors
from claims.models import Claim, LooseDocument
from claims.services import locking
from claims.services.claim import MAX_EVIDENCE, OPEN_TO_BANK, add_evidence
from loans.keys import loan_number_key
from pool import storage
from pool.errors import NotPermitted, Refused
from pool.models import User
from pool.selectors import edition

MOST_FILES = 100
PURPOSE = "loose_evidence"
_COPY = re.compile(r"(?:\(\d+\)|-\d+|副本|扫描件)$")
"""What a file's name carries besides the kind of document."""


@dataclass
class Placed:
    """Where each file went: to a claim, among the loose ones, or nowhere, with the refusal."""

    done: list[tuple[Claim, str]] = field(default_factory=list)
    loose: list[LooseDocument] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)


def open_claims(bank_id: UUID | None) -> list[Claim]:
    """Those that a document may be put to, by the number of their loan."""
    rows = Claim.objects.filter(bank_id=bank_id, state__in=OPEN_TO_BANK).select_related("loan", "bank", "determination")
    return list(rows.order_by("loan__loan_number_key", "pk"))


def place_of(name: str, claims: Iterable[Claim]) -> tuple[Claim | None, str]:
    """The claim and the kind that a name 借据号_材料名 tells; the longer of two numbers that fit.

    Number and kind are both compared as numbers are: width, case, blanks and dashes aside.
    """
    stem = loan_number_key(PurePosixPath(name.replace("\\", "/")).stem)
    fitting = [claim for claim in claims if stem.startswith(f"{claim.loan.loan_number_key}-")]
    if not fitting:
        return None, ""
    claim = max(fitting, key=lambda one: len(one.loan.loan_number_key))
    told = _COPY.sub("", stem.removeprefix(f"{claim.loan.loan_number_key}-"))
    for item in selectors.evidence_items(claim.loan):
        if told in (loan_number_key(item), loan_number_key(selectors.evidence_label(item))):
            return claim, item
    return claim, ""


@transaction.atomic
def place_evidence(*, files: Iterable[Any], by: User, on: date) -> Placed:
    """Limits and refusals are those of one slot; a file that is refused holds back none of the others (19(2))."""
    wanted, article = list(files), edition()["claim_evidence"].article
    bank_id = by.institution
    permissions.require(permissions.prepare(by, bank_id))
    if not wanted:
        raise Refused("file_missing", _("请选择文件。"), article, field="files")
    if len(wanted) > MOST_FILES:
        raise Refused("too_many_files", _("一次最多 %(most)s 个文件，请分次上传。") % {"most": MOST_FILES}, article)
    claims = open_claims(bank_id)
    locking.claims(claim.pk for claim in claims)
    placed, taken = Placed(), set[tuple[UUID, str]]()
    for file in wanted:
        claim, item = place_of(file.name, claims)
        why = _why_loose(claim, item, taken)
        try:
            with transaction.atomic():
                if claim is None or why:
                    placed.loose.append(_lay_down(file, why, by))
                else:
                    add_evidence(claim_id=claim.pk, item=item, upload=file, by=by, on=on, name=file.name)
                    placed.done.append((claim, item))
                    taken.add((claim.pk, item))
        except NotPermitted:
            raise
        except Refused as no:
            placed.refused.append((storage.clean_name(file.name), no))
    return placed


def _why_loose(claim: Claim | None, item: str, taken: set[tuple[UUID, str]]) -> str:
    if claim is None:
        return LooseDocument.Why.NO_CLAIM
    if not item:
        return LooseDocument.Why.NO_ITEM
    return LooseDocument.Why.TWICE if (claim.pk, item) in taken else ""


def _lay_down(file: Any, why: str, by: User) -> LooseDocument:
    kept = storage.keep_document(
        file, name=file.name, nameless="file", purpose=PURPOSE, by=by, bank=by.institution, max_bytes=MAX_EVIDENCE
    )
    made: LooseDocument = LooseDocument.objects.create(bank_id=by.institution, file=kept, why=why, added_by=by)
    return made


def loose_of(bank_id: UUID | None) -> list[LooseDocument]:
    rows = LooseDocument.objects.filter(bank_id=bank_id, settled=False).select_related("file", "added_by")
    return list(rows.order_by("pk"))


@transaction.atomic
def settle_loose(*, chosen: Mapping[UUID, str], by: User, on: date) -> Placed:
    """Each loose document to the slot chosen for it, `claim:item`, or put aside: `aside`."""
    permissions.require(permissions.prepare(by, by.institution))
    claims = {str(claim.pk): claim for claim in open_claims(by.institution)}
    locking.claims(claim.pk for claim in claims.values())
    rows = LooseDocument.objects.select_for_update(of=("self",)).select_related("file").order_by("pk")
    placed = Placed()
    for row in rows.filter(pk__in=list(chosen), bank_id=by.institution, settled=False):
        claim_id, _colon, item = chosen[row.pk].partition(":")
        try:
            with transaction.atomic():
                if claim := claims.get(claim_id):
                    with storage.open_file(row.file) as content:
                        add_evidence(claim_id=claim.pk, item=item, upload=content, by=by, on=on, name=row.file.name)
                    placed.done.append((claim, item))
                elif claim_id != "aside":
                    raise Refused("not_open", _("所选申请已不能上传材料，请重新选择。"))
                row.settled = True
                locking.keep(row, "settled")
        except NotPermitted:
            raise
        except Refused as no:
            placed.refused.append((row.file.name, no))
    return placed
