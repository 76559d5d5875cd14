"""The trial calculation over JSON Lines: one answer per line, in order, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TextIO

from claims.rules import assess
from evaluation.trial import as_object, head, run
from evaluation.trial.cases import claim_facts
from evaluation.trial.fields import Malformed
from pool.refs import Refs
from pool.rulebook import CHINESE, Edition, Finding

_encode = json.JSONEncoder(ensure_ascii=False).encode
_decode = json.JSONDecoder().decode


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return _encode(text)


@lru_cache(maxsize=1024)
def _frame(book: Edition, code: str, article: str, outcome: str, provisional: bool, language: str) -> tuple[str, str]:
    """What every finding of a code shares: the text before its message and the text after its facts."""
    start = f'{{"article": {_encode(article)}, "outcome": {_encode(outcome)}, "message": '
    readings = book.readings_of_code(code)
    end = f', "code": {_encode(code)}'
    if readings:
        end += f', "readings": {_encode(list(readings))}'
    return start, end + (', "provisional": true' if provisional else "")


@lru_cache(maxsize=1 << 15)
def _fragment(finding: Finding, book: Edition, language: str) -> str:
    """One finding as JSON, equal to `told`."""
    start, end = _frame(book, finding.code, finding.article, finding.outcome, finding.provisional, language)
    facts = ", ".join(
        [
            f"{_quoted(name)}: {_encode(value if not isinstance(value, tuple) else list(value))}"
            for name, value in finding.facts.items()
        ]
    )
    mend = book.mend(finding, language) if finding.failed else ""
    mending = f', "mend": {_encode(mend)}' if mend else ""
    return f'{start}{_encode(book.message(finding, language))}, "facts": {{{facts}}}{mending}{end}}}'


def answer_line(kind: str, line: str, refs: Refs, book: Edition, language: str = CHINESE) -> str:
    """One line of JSON answered by one line of JSON; the same as `run`, with each finding written once."""
    try:
        case = _decode(line)
    except (ValueError, RecursionError):
        return _encode(Malformed(None, "not_json").answer(language))
    if kind != "assess":
        return _encode(run(kind, case, refs, book, language))
    try:
        result = assess(claim_facts(as_object(case), book, refs), book, refs)
    except Malformed as problem:
        return _encode(problem.answer(language))
    findings = ", ".join([_fragment(finding, book, language) for finding in result.findings])
    tail = ', "provisional": true' if result.provisional else ""
    return f'{_encode(head(result))[:-1]}, "findings": [{findings}]{tail}}}'


def answers(kind: str, lines: Iterable[str], refs: Refs, book: Edition, language: str = CHINESE) -> Iterator[str]:
    """Answers in the order of the lines, one at a time; blank lines at the end are not cases."""
    blank = 0
    for line in lines:
        if not line.strip():
            blank += 1
            continue
        for _ in range(blank):
            yield answer_line(kind, "", refs, book, language)
        blank = 0
        yield answer_line(kind, line, refs, book, language)


def stream(kind: str, lines: Iterable[str], out: TextIO, refs: Refs, book: Edition, language: str = CHINESE) -> int:
    """Write the answers to `out` line by line in constant memory; how many there were."""
    written = 0
    for answer in answers(kind, lines, refs, book, language):
        out.write(answer)
        out.write("\n")
        written += 1
    return written
