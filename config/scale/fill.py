"""From an empty, migrated database to the whole pool: the founding by the services, the rest in one transaction."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _

from banks.models import Bank, Standing
from config.demo.banks import BANKS, DemoBank
from loans.models import Loan
from pool import clock, scope
from pool.errors import Refused
from pool.ledger.models import LedgerTransaction
from pool.models import JobRun
from pool.services import sealing

from . import founding, obligations
from .cases import Cases
from .copying import Sheaf, Table, database, laid_bare, line, write
from .money import Money
from .offices import Offices
from .papers import Papers
from .pen import Pen, Row
from .scene import Scene, scene_of
from .shape import shape
from .standings import Standings, uploads
from .stories import Stories, Story
from .stream import BORROWERS, CLOSINGS, LOANS, MOVES, Stream

MARK = "generate"
BARE = (LOANS[0], BORROWERS[0], MOVES[0], CLOSINGS[0])
"""The tables that hold a row or more for every loan."""
NUMBERED = ("ledger_account", "ledger_ledgertransaction", "ledger_entry", "pool_auditevent")
"""Their numbers were given by us; the database goes on after them."""
CASES_AT_ONCE = 2000
Say = Callable[[str], None]
Packed = list[tuple[Table, bytes]]


def why_not() -> Refused | None:
    """Nothing is generated beside what is there: a pool that has begun is never touched."""
    if not clock.movable():
        return Refused("not_for_live", _("只有允许推进业务日期的环境（演示、测试）才能生成数据；正式环境一律拒绝。"))
    with scope.everything():
        held = [str(model._meta.verbose_name) for model in (Bank, Loan, LedgerTransaction) if model.objects.exists()]
    if held or JobRun.objects.filter(job=MARK).exists():
        text = _("数据库不是空库（已有：%(what)s）。请用新建并已迁移的空库。")
        return Refused("not_empty", text % {"what": "、".join(held) or _("一次未完成的生成")})
    return None


def fill(*, loans: int, seed: int, say: Say, banks: Sequence[DemoBank] = BANKS) -> None:
    refusal = why_not()
    if refusal is not None:
        raise refusal
    form = shape()
    mark = JobRun.objects.create(job=MARK, slot=str(seed), on=form.day, started_at=timezone.now())
    founding.found(form, banks)
    sealing.seal()
    say(f"{len(banks)} banks and their people")
    scene = scene_of(form, seed, loans, banks)
    with closing(psycopg2.connect(owner_url(), options="-c jit=off")) as session, session.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        with laid_bare(cursor, BARE):
            cursor.execute(TEMPORARY)
            for number, packed in enumerate(_made_elsewhere(scene)):
                write(cursor, packed)
                if number % 25 == 24:
                    say(f"{number + 1} sheaves")
            cursor.execute(STANDINGS)
            say("rows are in; indexes and keys")
        for table in NUMBERED:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        session.commit()
        session.autocommit = True
        cursor.execute("ANALYZE")
    say("obligations that are open")
    obligations.open_all(scene.day)
    mark.finished_at = timezone.now()
    mark.save(update_fields=["finished_at"])


def owner_url() -> str:
    """COPY does not write under row-level security, so the owner does it: as the migrations."""
    url = urlsplit(os.environ.get("DATABASE_OWNER_URL", ""))
    if not url.netloc and not url.path:
        raise Refused("no_owner", _("未设置 DATABASE_OWNER_URL：生成数据须以数据库属主身份写入。"))
    return urlunsplit(url._replace(path=f"/{database()}"))


def _made_elsewhere(scene: Scene) -> Iterator[Packed]:
    """Made by one process while the database's takes in what came before; never more than one sheaf ahead."""
    here, there = get_context("fork").Pipe(duplex=False)
    for alias in connections:
        connections[alias].close()
    maker = get_context("fork").Process(target=_make, args=(scene, there), daemon=True)
    maker.start()
    there.close()
    try:
        while True:
            packed = here.recv()
            if packed is None:
                break
            if isinstance(packed, str):
                raise RuntimeError(packed)
            yield packed
    finally:
        here.close()
        maker.join(timeout=10)
        if maker.is_alive():
            maker.terminate()


def _make(scene: Scene, there: Connection) -> None:
    try:
        for packed in rows(scene):
            there.send(packed)
        there.send(None)
    except Exception as fault:
        there.send(f"{type(fault).__name__}: {fault}")
        raise


def rows(scene: Scene) -> Iterator[Packed]:
    """Every line of COPY, in the order in which it may be written."""
    stream = Stream(scene)
    for sheaf in stream.borrowers():
        yield sheaf.packed()
    for sheaf in stream:
        yield sheaf.packed()
    yield from _the_rest(scene, stream)


def _the_rest(scene: Scene, stream: Stream) -> Iterator[Packed]:
    """The loans that turned non-performing, the offices, the money, the standings, the numbers, the trail."""
    standings, told = _beginnings(scene, stream)
    offices, pen = Offices(scene, standings), Pen(scene, stream.numbers)
    claimed = [story for story in told if story.claim is not None]
    for story in claimed:
        offices.decide(story)
    rounds = list(offices.rounds(claimed))
    stories, money, cases, papers = Stories(scene), Money(scene), Cases(scene, pen), Papers(scene, pen)
    for story in claimed:
        stories.after_payment(story)
        if story.recovered_on:
            standings.left(story)
    _uploads_told(pen, stream)
    for begin in range(0, len(told), CASES_AT_ONCE):
        for story in told[begin : begin + CASES_AT_ONCE]:
            cases.write(story)
            money.of_returns(story)
        yield _cut(pen)
    for one in rounds:
        papers.write(one)
        money.of_round(one)
        yield _cut(pen)
    books = Sheaf()
    money.write(books, stream.numbers)
    yield books.packed()
    yield _counters(scene, standings, stream).packed()
    with scope.everything():
        chain = sealing.check()
    yield pen.seal(chain.sealed + 1, chain.sealed, chain.head).packed()


def _beginnings(scene: Scene, stream: Stream) -> tuple[Standings, list[Story]]:
    standings = Standings(scene)
    houses, quarters = scene.houses, scene.shape.quarters(scene.loans)
    uploads(
        standings,
        [
            (houses[house], scene.entered_on(quarters[quarter], house), batch.pk, batch.principal)
            for (quarter, house), batch in stream.batches.items()
        ],
    )
    told = list(Stories(scene).all(stream.bad))
    stream.bad.clear()
    for story in told:
        standings.tell(story)
    standings.reckon()
    return standings, told


def _uploads_told(pen: Pen, stream: Stream) -> None:
    """An import's unit of audit is the file, with its rows and their sum."""
    scene, quarters = pen.scene, pen.scene.shape.quarters(pen.scene.loans)
    for (quarter, place), batch in stream.batches.items():
        house, day = scene.houses[place], scene.entered_on(quarters[quarter], place)
        if batch.rows:
            row = Row("loans.upload", batch.pk, house.pk, f"{house.bank.code} {quarters[quarter].first}")
            law = scene.article("entry_window")
            pen.act("loans.enter", row, house.checker, day, law, rows=batch.rows, principal=batch.principal)


def _cut(pen: Pen) -> Packed:
    packed = pen.sheaf.packed()
    pen.sheaf = Sheaf()
    return packed


def _counters(scene: Scene, standings: Standings, stream: Stream) -> Sheaf:
    """The banks' series and where they end, the numbers that are taken."""
    sheaf = Sheaf()
    with scope.everything():
        for row in Standing.objects.filter(bank__in=[house.pk for house in scene.houses]):
            house = next(one for one in scene.houses if one.pk == row.bank_id)
            standings.write(sheaf, row, house)
            ends = (row.pk, row.entered_principal, row.npl_principal, row.is_suspended, row.since, row.version)
            sheaf.add(KEPT, line(ends))
    for (kind, year), last in sorted(stream.numbers.items()):
        if year:
            sheaf.add(("pool_sequence", ("kind", "year", "last")), f"{kind}\t{year}\t{last}")
    return sheaf


KEPT: Table = ("generated_standing", ("id", "entered_principal", "npl_principal", "is_suspended", "since", "version"))
TEMPORARY = """
CREATE TEMPORARY TABLE generated_standing ON COMMIT DROP AS
SELECT id, entered_principal, npl_principal, is_suspended, since, version FROM banks_standing WHERE false
"""
STANDINGS = """
UPDATE banks_standing s SET entered_principal = g.entered_principal, npl_principal = g.npl_principal,
    is_suspended = g.is_suspended, since = g.since, version = g.version
FROM generated_standing g WHERE g.id = s.id
"""
"""The rows that the founding made receive where their series end."""
