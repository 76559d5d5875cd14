"""The project's answers beside the oracle's, case by case, through the door that the command streams through."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.rules import ApprovedScope, SpecialApproval
from evaluation.trial.lines import answers
from pool.refs import Refs, default_refs
from pool.rulebook import FAIL, HOLD, Edition, load
from tests.oracle import oracle, oracle_assess
from tests.oracle.beyond import BEYOND

Case = dict[str, Any]
Answer = dict[str, Any]

ARTICLES = {"returns": "19(6)", "evaluate": "23", "size": "3", "standing": "17", "clawback": "28", "queue": "7",
            "line": "17", "special": "16(5)", "currency": "4", "membership": "7, 24, 30"}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    kind: str
    case: Case
    project: Answer
    oracle: Answer

    @property
    def articles(self) -> str:
        """Where to look in the law."""
        if self.kind != "assess":
            return str(self.oracle.get("article") or ARTICLES.get(self.kind, "19, 20"))
        ours, theirs = (set(answer.get("failed", ())) for answer in (self.project, self.oracle))
        return ", ".join(sorted(ours ^ theirs)) or "16"

    def __str__(self) -> str:
        told = [json.dumps(each, ensure_ascii=False, default=sorted) for each in (self.case, self.project, self.oracle)]
        return f"{self.kind}, art. {self.articles}\n  case    {told[0]}\n  project {told[1]}\n  oracle  {told[2]}"


def plain(kind: str, told: Answer) -> Answer:
    """The project's answer to a claim, as far as the oracle speaks of it; other answers are compared whole."""
    if kind != "assess" or "error" in told:
        return told
    findings = told["findings"]
    return {
        "eligible": told["eligible"],
        "failed": told["failed"],
        "held": any(finding["outcome"] == HOLD for finding in findings),
        "ratio": told["ratio"],
        "amount": told["amount"],
        "provisional": told.get("provisional", False),
        "provisional_articles": sorted({each["article"] for each in findings if each.get("provisional")}),
        "found": sorted({finding["article"] for finding in findings if finding["outcome"] == FAIL}),
    }


def same(project: Answer, wanted: Answer) -> bool:
    """A malformed case names one of the fields at fault; any other answer is equal."""
    if "wrong" in wanted:
        return str(project.get("field")).partition("[")[0] in wanted["wrong"]
    if "failed" in wanted:
        return project == {**wanted, "found": wanted["failed"]}
    return project == wanted


def document(number: str) -> ApprovedScope | None:
    """A document of the oracle as the rules read it."""
    paper = oracle_assess.PAPERS.get(number)
    if paper is None:
        return None
    return ApprovedScope(
        SpecialApproval(number, Decimal(paper["ratio"]), paper["lifts_cap"]), date(2024, 1, 1),
        date.fromisoformat(paper["from"]), date.fromisoformat(paper["to"]) if paper["to"] else None,
        frozenset(paper["enterprises"]), tuple(paper["industries"]),
    )  # fmt: skip


@dataclass
class Comparison:
    """One kind of cases; `count` tells how many were compared."""

    kind: str
    refs: Refs
    book: Edition
    count: int = 0

    def differences(self, cases: Iterable[Case]) -> Iterator[Difference]:
        """Those that differ, as they come: cases are read one at a time and not kept."""
        if self.kind in BEYOND:
            rule, second = BEYOND[self.kind]
            told = ((case, rule(self.book, self.refs, case)) for case in cases)
        else:
            told, second = self._streamed(cases), self._second
        for case, project in told:
            self.count += 1
            wanted = second(case)
            if not same(project, wanted):
                yield Difference(self.kind, case, project, wanted)

    def _second(self, case: Case) -> Answer:
        return oracle.answer(self.kind, case)

    def _streamed(self, cases: Iterable[Case]) -> Iterator[tuple[Case, Answer]]:
        waiting: deque[Case] = deque()

        def lines() -> Iterator[str]:
            for case in cases:
                waiting.append(case)
                yield json.dumps(case)

        for line in answers(self.kind, lines(), self.refs, self.book, register=document):
            yield waiting.popleft(), plain(self.kind, json.loads(line))
        assert not waiting, "a case was not answered"


def comparison(kind: str, refs: Refs | None = None, book: Edition | None = None) -> Comparison:
    return Comparison(kind, refs or default_refs(), book or load("shenzhen/2024"))


def first(found: Iterable[Difference], most: int = 5) -> list[str]:
    """The first few, in words."""
    told = []
    for difference in found:
        told.append(str(difference))
        if len(told) == most:
            break
    return told
