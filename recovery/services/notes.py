"""What this room tells people: decisions they wait for, and work that has come to their desk."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from banks.models import Violation
from pool.chinese import in_chinese
from pool.models import BANK_ROLES, Deadline, Notice, Role
from pool.rules import Window
from pool.selectors import edition
from pool.services.notices import notify
from recovery.models import Clawback, Closing, Package, Settlement

FILERS = (Role.BANK_MAKER, Role.BANK_CHECKER)


@in_chinese()
def settlement_decided(settlement: Settlement, *, on: date) -> None:
    accepted = settlement.state == Settlement.State.ACCEPTED
    title = _("清收申请 %(number)s 已通过，项目转录入清偿项目库") if accepted else _("清收申请 %(number)s 被退回")
    _tell(
        settlement,
        "decided",
        FILERS,
        title % {"number": settlement.number},
        on,
        body=settlement.decision_reason,
        topic=_("清收申请的审核结果"),
    )


@in_chinese()
def waits(closing: Closing, *, on: date, role: str) -> None:
    """The chain has reached another desk."""
    title = _("核销结项 %(number)s 待办理：%(state)s") % {
        "number": closing.number,
        "state": closing.get_state_display(),
    }
    _tell(closing, closing.state, [role], title, on, due=closing.decide_by)


@in_chinese()
def sent_back(closing: Closing, *, on: date, roles: Iterable[str]) -> None:
    title = _("结项 %(number)s 被退回") % {"number": closing.number}
    _tell(closing, "sent_back", roles, title, on, body=closing.refusal_reason, topic=_("结项申请被退回"))


@in_chinese()
def closed(closing: Closing, *, on: date) -> None:
    words = {"loan": closing.loan.loan_number, "kind": closing.get_kind_display()}
    _tell(closing, "closed", FILERS, _("项目 %(loan)s 已结项（%(kind)s）") % words, on, topic=_("项目已结项"))


@in_chinese()
def closed_by_themselves(bank_id: Any, count: int, *, on: date, article: str) -> None:
    """One notice for a bank's whole day."""
    for role in FILERS:
        notify(
            key=f"automatic:{bank_id}:{on}:{role}", on=on, role=role, bank=bank_id, article=article,
            title=_("%(count)s 笔项目到期六个月未结项且无补偿申请，系统已自动结项") % {"count": count},
            url=reverse("recovery:closings"),
        )  # fmt: skip


@in_chinese()
def remind(row: Deadline, left: int | None, *, on: date) -> None:
    """A deadline is near, or was yesterday: the bank hears of its own, the two institutions of their thirty days."""
    words = {"label": row.label, "day": row.closes_on, "left": left}
    if left is None:
        title = _("“%(label)s”截至 %(day)s（含当日），已逾期") % words
    else:
        title = _("“%(label)s”截至 %(day)s（含当日），还剩 %(left)s 个工作日") % words
    for role in DESKS.get(row.kind, FILERS):
        notify(
            key=f"due:{row.pk}:{row.closes_on}:{left}:{role}", title=title, on=on, role=role, due=row.closes_on,
            bank=row.bank if role in BANK_ROLES else None, url=_page(row), article=row.article, topic=row.label,
        )  # fmt: skip


@in_chinese()
def sanction_decided(violation: Violation, *, on: date) -> None:
    """The outcome is known to the bank, to who receives the money, and to the departments of its trade (28)."""
    law = edition()["clawback_interest"].article
    title = _("已对%(bank)s作出违规处理决定 %(number)s") % {"bank": violation.bank, "number": violation.number}
    url = reverse("recovery:sanction", args=[violation.pk])
    for role in (*FILERS, Role.BANK_ADMIN, Role.MANAGER_STATISTICS, Role.FINANCE_CLERK, Role.REGULATOR):
        notify(
            key=f"sanction:{violation.pk}:decided:{role}", title=title, on=on, role=role, article=law,
            bank=violation.bank_id if role in BANK_ROLES else None, due=violation.pay_by,
            url="" if role == Role.REGULATOR else url, topic=_("违规处理决定"), kind=Notice.Kind.DECISION,
        )  # fmt: skip


@in_chinese()
def sanction_dismissed(violation: Violation, *, on: date) -> None:
    notify(
        key=f"sanction:{violation.pk}:dismissed", role=Role.MANAGER_STATISTICS, on=on, body=violation.opinion,
        title=_("违规处理建议 %(number)s 未获同意") % {"number": violation.number},
        url=reverse("recovery:sanction", args=[violation.pk]), article=edition()["clawback_interest"].article,
    )  # fmt: skip


@in_chinese()
def clawback_settled(clawback: Clawback, *, on: date) -> None:
    title = _("追回 %(number)s 已缴清") % {"number": clawback.number}
    _tell(clawback, "settled", (*FILERS, Role.MANAGER_STATISTICS, Role.AUTHORITY), title, on, topic=_("追回资金已缴清"))


DESKS = {"closing_review": (Role.MANAGER_REVIEWER, Role.FINANCE_CLERK, Role.FINANCE_APPROVER)}


def _page(row: Deadline) -> str:
    kind = row.subject_kind.rpartition(".")[2]
    if kind == "recovery":
        return reverse("recovery:recoveries")
    return reverse(f"recovery:{kind}", args=[row.subject_id])


def _tell(
    row: Any, what: str, roles: Iterable[str], title: object, on: date, *, body: str = "", due: date | None = None,
    topic: object = "",
) -> None:  # fmt: skip
    url = reverse(f"recovery:{row._meta.model_name}", args=[row.pk])
    for role in roles:
        bank = row.bank_id if role in BANK_ROLES else None
        notify(
            key=f"{row._meta.model_name}:{row.pk}:{what}:{role}", title=title, on=on, role=role, bank=bank, body=body,
            url=url, due=due, topic=topic, kind=Notice.Kind.DECISION if topic else "",
        )  # fmt: skip


@in_chinese()
def chased(bank_id: Any, quarter: str, count: int, window: Window, *, on: date) -> None:
    """One notice for a bank's silent projects of a quarter."""
    words = {"quarter": quarter, "count": count}
    for role in FILERS:
        notify(
            key=f"chase:{bank_id}:{quarter}:{on}:{role}", on=on, role=role, bank=bank_id, article=window.article,
            title=_("%(quarter)s 有 %(count)s 个已补偿项目未上报清收情况，请上报或答复") % words,
            body=_("已收回的，请登记清收并返还；确无收回的，请在该项目页面答复清收进展。"),
            url=reverse("recovery:projects"), due=window.closes_on if on <= window.closes_on else None,
            topic=_("清收情况催报"),
        )  # fmt: skip


@in_chinese()
def package_decided(package: Package, *, on: date) -> None:
    accepted = package.state == Package.State.ACCEPTED
    title = _("不良贷款转让 %(number)s 已审核，各笔价款已上报") if accepted else _("不良贷款转让 %(number)s 被退回")
    _tell(
        package, "decided", FILERS, title % {"number": package.number}, on, body=package.decision_reason,
        topic=_("不良贷款转让的审核结果"),
    )  # fmt: skip
