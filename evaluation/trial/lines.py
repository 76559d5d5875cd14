"""The trial calculation over JSON Lines: one answer per line, in order, in constant memory.

Rules remember their findings, so many cases share them; each finding is written as JSON once and then only copied.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring
from typing import TextIO

from claims.rules import assess
from evaluation.trial import as_object, run
from evaluation.trial.cases import Register, claim_facts, no_register
from evaluation.trial.fields import Malformed
from pool.refs import Refs
from pool.rulebook import CHINESE, Edition, Finding

encoded = json.JSONEncoder(ensure_ascii=False).encode
_decode = json.JSONDecoder().decode

#: How many findings a teller keeps written before it starts afresh.
MEMORY = 1 << 14


def decoded(text: str) -> object:
    """The JSON of one line, or of one body."""
    try:
        return _decode(text.strip())
    except (ValueError, RecursionError):
        raise Malformed(None, "not_json") from None


class Teller:
    """Answers lines of one kind under one edition, in one language."""

    def __init__(
        self, kind: str, refs: Refs, book: Edition, language: str = CHINESE, register: Register = no_register
    ) -> None:
        self.kind, self.refs, self.book, self.language, self.register = kind, refs, book, language, register
        #: By identity: the finding is kept, so its id is not given to another.
        self._written: dict[int, tuple[Finding, str]] = {}
        self._frames: dict[tuple[str, bool], tuple[str, str]] = {}

    def answer(self, line: str) -> str:
        """One line of JSON for one line of JSON; equal to `run`."""
        try:
            case = decoded(line)
            if self.kind == "assess":
                return self._assess(case)
            return encoded(run(self.kind, case, self.refs, self.book, self.language))
        except Malformed as problem:
            return encoded(problem.answer(self.language))

    def _assess(self, case: object) -> str:
        facts = claim_facts(as_object(case), self.book, self.refs, self.register)
        result = assess(facts, self.book, self.refs)
        written = self._written
        told = []
        for finding in result.findings:
            known = written.get(id(finding))
            told.append(known[1] if known else self._write(finding))
        failed = encoded(result.failed) if result.failed else "[]"
        return (
            f'{{"eligible": {"true" if result.eligible else "false"}, "failed": {failed}, '
            f'"ratio": "{result.ratio:.2f}", "amount": "{result.amount}", '
            f'"findings": [{", ".join(told)}]{PROVISIONAL if result.provisional else ""}}}'
        )

    def _write(self, finding: Finding) -> str:
        """One finding as JSON, equal to `told`."""
        start, end = self._frame(finding)
        facts = ", ".join(
            [
                f'"{name}": {encode_basestring(value) if isinstance(value, str) else encoded(value)}'
                for name, value in finding.facts.items()
            ]
        )
        mend = self.book.mend(finding, self.language) if finding.failed else ""
        message = encode_basestring(self.book.message(finding, self.language))
        mending = f', "mend": {encode_basestring(mend)}' if mend else ""
        text = f'{start}{message}, "facts": {{{facts}}}{mending}{end}'
        if len(self._written) >= MEMORY:
            self._written.clear()
        self._written[id(finding)] = finding, text
        return text

    def _frame(self, finding: Finding) -> tuple[str, str]:
        """What every finding of a code shares: the text before its message and the text after its facts."""
        key = finding.code, finding.provisional
        frame = self._frames.get(key)
        if frame is None:
            readings = self.book.readings_of_code(finding.code)
            cited = f', "readings": {encoded(list(readings))}' if readings else ""
            frame = self._frames[key] = (
                f'{{"article": "{finding.article}", "outcome": "{finding.outcome}", "message": ',
                f', "code": "{finding.code}"{cited}{PROVISIONAL if finding.provisional else ""}}}',
            )
        return frame


PROVISIONAL = ', "provisional": true'


def answer_line(kind: str, line: str, refs: Refs, book: Edition, language: str = CHINESE) -> str:
    """One line answered by itself."""
    return Teller(kind, refs, book, language).answer(line)


def answers(
    kind: str, lines: Iterable[str], refs: Refs, book: Edition, language: str = CHINESE,
    register: Register = no_register,
) -> Iterator[str]:  # fmt: skip
    """Answers in the order of the lines, one at a time; blank lines at the end are not cases."""
    teller = Teller(kind, refs, book, language, register)
    blank = 0
    for line in lines:
        if not line.strip():
            blank += 1
            continue
        for _ in range(blank):
            yield teller.answer("")
        blank = 0
        yield teller.answer(line)


def stream(
    kind: str, lines: Iterable[str], out: TextIO, refs: Refs, book: Edition, language: str = CHINESE,
    register: Register = no_register,
) -> int:  # fmt: skip
    """Write the answers to `out` line by line in constant memory; how many there were."""
    written = 0
    for answer in answers(kind, lines, refs, book, language, register):
        out.write(answer)
        out.write("\n")
        written += 1
    return written
