"""What must hold of the kit's own rows; `manage.py verify` asks."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pool import storage
from pool.db import promised_guards
from pool.models import Deadline, JobRun, OutboxTask, RulebookEdition, Scheme, StoredFile
from pool.outbox import GIVE_UP_AFTER
from pool.rulebook import editions
from pool.selectors import refs
from pool.services import deadlines, sealing, verification

LATE = timedelta(hours=1)
TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled::text = 'A' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace
"""
POLICIES = """
SELECT c.relname, p.polname, c.relrowsecurity FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace = 'public'::regnamespace
"""


def guards_stand() -> Iterator[str]:
    """What only the owner can do: a trigger or a policy of ours removed or put to sleep, a policy added beside it."""
    triggers, policies = promised_guards()
    yield from _asleep_or_gone(triggers, _guards(TRIGGERS))
    there = _guards(POLICIES)
    yield from _asleep_or_gone(policies, there)
    for table, name in sorted(set(there)):
        if not name.startswith(f"{table}_"):
            yield _("表 %(table)s 上有未经登记的规则 %(name)s") % {"table": table, "name": name}


def _guards(sql: str) -> dict[tuple[str, str], bool]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {(table, name): awake for table, name, awake in cursor.fetchall()}


def _asleep_or_gone(promised: set[tuple[str, str]], there: dict[tuple[str, str], bool]) -> Iterator[str]:
    for table, name in sorted(promised - set(there)):
        yield _("表 %(table)s 的保护 %(name)s 已被移除") % {"table": table, "name": name}
    for (table, name), awake in sorted(there.items()):
        if not awake:
            yield _("表 %(table)s 的保护 %(name)s 已被停用") % {"table": table, "name": name}


def audit_chain_is_whole() -> Iterator[str]:
    chain = sealing.check()
    if chain.problem:
        yield _("审计链在第 %(seq)s 号断裂：%(problem)s") % {"seq": chain.broken_at, "problem": chain.problem}


def promised_work_is_done() -> Iterator[str]:
    late = Q(created_at__lt=timezone.now() - LATE) | Q(attempts__gte=GIVE_UP_AFTER)
    for row in OutboxTask.objects.filter(late, done_at=None).order_by("created_at")[:100]:
        yield _("任务 %(task)s（%(id)s）自 %(at)s 起未完成：%(error)s") % {
            "task": row.task,
            "id": row.pk,
            "at": timezone.localtime(row.created_at).strftime("%Y-%m-%d %H:%M"),
            "error": row.last_error or "—",
        }
    for run in JobRun.objects.filter(finished_at=None).exclude(job=verification.JOB):
        yield _("任务 %(job)s 的时段 %(slot)s 有开始而无结束") % {"job": run.job, "slot": run.slot}


def deadlines_are_what_the_rules_say() -> Iterator[str]:
    """Of the open ones, where their room has told how to compute them again."""
    reference = refs()
    for row in Deadline.objects.filter(**deadlines.OPEN).order_by("pk").iterator(chunk_size=500):
        window = deadlines.window_of(row, reference)
        if window is not None and (window.opens_on, window.closes_on) != (row.opens_on, row.closes_on):
            yield _("期限 %(id)s（%(kind)s）登记为 %(stored)s，按规则应为 %(computed)s") % {
                "id": row.pk,
                "kind": row.kind,
                "stored": row.closes_on,
                "computed": window.closes_on,
            }


def editions_are_unaltered() -> Iterator[str]:
    current = {book.key: book.hash for scheme in Scheme.objects.all() for book in editions(scheme.slug)}
    for row in RulebookEdition.objects.all():
        if current.get(row.slug) != row.sha256:
            yield _("规则版本 %(key)s 的内容与首次使用时不同") % {"key": row.slug}


def files_are_intact() -> Iterator[str]:
    for file in StoredFile.objects.order_by("pk").iterator(chunk_size=500):
        if not storage.intact(file):
            yield _("文件 %(name)s（%(id)s）缺失或与登记的摘要不符") % {"name": file.name, "id": file.pk}
