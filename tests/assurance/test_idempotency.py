"""The same form sixteen times at once does one thing, on every address that moves money or a state."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Max
from django.test import Client

from pool import forms_keys, scope
from pool.ledger.models import LedgerTransaction
from pool.models import AuditEvent, FormKey, Transition
from tests.assurance import copies, ending, lives
from tests.assurance.crowds import Crowd
from tests.assurance.lives import Click, Life
from tests.assurance.sizes import rounds, told
from tests.factories import claims as make

AT_ONCE, WAVE = 16, 10
PER_ROUTE = (50, 1000)
"""Keys on each address: CI, release."""
EFFECTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "audit": (AuditEvent, ("action", "subject_id", "after__version")),
    "moves": (Transition, ("subject_id", "field", "source", "target")),
    "ledger": (LedgerTransaction, ("key",)),
}
Rows = dict[str, Counter[Any]]


def last_rows() -> dict[str, int]:
    """How far the three tables go that every effect leaves a row in."""
    with scope.everything():
        return {name: rows.objects.aggregate(last=Max("pk"))["last"] or 0 for name, (rows, _said) in EFFECTS.items()}


def written_after(last: dict[str, int]) -> Rows:
    with scope.everything():
        return {
            name: Counter(rows.objects.filter(pk__gt=last[name]).values_list(*said))
            for name, (rows, said) in EFFECTS.items()
        }


class Office:
    """The windows of everybody who works: one session each, used by many hands at once."""

    def __init__(self) -> None:
        self._sessions: dict[Any, Any] = {}

    def window(self, click: Click) -> Client:
        if click.by.pk not in self._sessions:
            self._sessions[click.by.pk] = lives.signed_in(click.by).cookies
        client = Client(headers={"accept": "application/json"})
        client.cookies.update(self._sessions[click.by.pk])
        return client

    def post(self, click: Click, key: str, **altered: str) -> Any:
        return self.window(click).post(click.url, {**click.data, **altered, forms_keys.FIELD: key})


def pressed(crowd: Crowd, office: Office, click: Click) -> Iterator[str]:
    """One form from many hands at once, then altered: what was wrong, if anything."""
    key, before = str(uuid4()), last_rows()
    office.window(click)
    answers = crowd.rush([lambda: office.post(click, key)] * AT_ONCE).answers.values()
    effect = written_after(before)
    told_back = Counter((answer.status_code, answer.headers.get("Location")) for answer in answers)
    if len(told_back) != 1 or next(iter(told_back))[0] != 302:
        yield f"{click.route}: answers {told_back} {next(iter(answers)).content[:300]!r}"
    if not sum(effect["audit"].values()) + sum(effect["moves"].values()):
        yield f"{click.route}: nothing happened"
    yield from (
        f"{click.route}: {name} {row} × {n}" for name, rows in effect.items() for row, n in rows.items() if n > 1
    )
    with scope.everything():
        if FormKey.objects.filter(key=key).count() != 1:
            yield f"{click.route}: the key is not kept once"
    before = last_rows()
    other = office.post(click, key, remark="另一份内容")
    if other.status_code < 400 or "form_key_reused" not in other.content.decode():
        yield f"{click.route}: an altered form under the same key was answered {other.status_code}"
    if any(written_after(before).values()):
        yield f"{click.route}: an altered form under the same key did something"


def walk(crowd: Crowd, every: list[Life]) -> tuple[Counter[str], list[str]]:
    """All lives through all stages; how many keys each route took, and what was wrong."""
    office, keys, wrong = Office(), Counter[str](), []
    for on, stage in lives.stages():
        make.reach(on)
        for life in every:
            click = stage(life)
            wrong += pressed(crowd, office, click)
            keys[click.route] += 1
            if wrong:
                return keys, wrong
    return keys, wrong


def test_the_same_form_many_times_at_once_does_one_thing(committed_db: str) -> None:
    """In waves, each on a copy of the empty database: the business date only moves forward."""
    began, keys, empty = time.monotonic(), Counter[str](), copies.kept()
    with Crowd(AT_ONCE) as crowd:
        for _wave in rounds(*(keys // WAVE for keys in PER_ROUTE)):
            with copies.copy_of(empty):
                more, wrong = walk(crowd, lives.begun(WAVE))
                keys += more
                if not wrong:
                    ending.verify()
                crowd.forget_connections()
            if wrong:
                break
        told(
            "idempotency", began, routes=len(keys), keys=keys.total(), at_once=AT_ONCE,
            overlapped=f"{crowd.overlapping}/{crowd.rounds}",
        )  # fmt: skip
        assert not wrong, "\n".join(wrong)
        assert crowd.overlapping > crowd.rounds * 0.9
    copies.dropped(empty)


def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each press is taken for the first one."""
    taken = forms_keys._take

    def fresh(request: Any) -> Any:
        request.POST = request.POST.copy()
        request.POST[forms_keys.FIELD] = str(uuid4())
        return taken(request)

    monkeypatch.setattr(forms_keys, "_take", fresh)


def no_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the form said is not compared."""
    monkeypatch.setattr(forms_keys, "body_hash", lambda _request: "")


@pytest.mark.parametrize("seeded", [no_key, no_body], ids=lambda bug: bug.__name__)
def test_a_seeded_bug_is_seen(committed_db: str, monkeypatch: pytest.MonkeyPatch, seeded: Any) -> None:
    seeded(monkeypatch)
    with Crowd(AT_ONCE) as crowd:
        _keys, wrong = walk(crowd, lives.begun(1))
    assert wrong, "the proof is blind"
