"""Who is told when something is filed or issued."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from banks.models import Bank, Violation
from evaluation.models import Evaluation, Finding, Inspection, Report
from evaluation.permissions import ANSWERERS, HANDS, INSPECTORS
from pool.chinese import in_chinese
from pool.models import Deadline, Notice, Role, User
from pool.services.notices import notify

SHARED_WITH = (Role.AUTHORITY, Role.SUPERVISOR, Role.REGULATOR)
"""The authority, and the departments of 8(4)."""
COPY_TO = (Role.FINANCE_CLERK, Role.FINANCE_APPROVER)
"""20(5): the finance centre has a copy."""


@in_chinese()
def evaluation_filed(evaluation: Evaluation, on: date, article: str) -> None:
    """The authority and the departments that share it; each bank of its own result."""
    words = {"year": evaluation.year}
    for role in SHARED_WITH:
        notify(
            key=f"evaluation:{evaluation.pk}:{role}",
            title=_("%(year)s年度加盟银行绩效评价已报备") % words,
            on=on,
            role=role,
            url=evaluation.get_absolute_url(),
            article=article,
        )
    for line in evaluation.lines.select_related("bank"):
        notify(
            key=f"evaluation:{evaluation.pk}:{line.bank_id}",
            title=_("本行%(year)s年度绩效评价结果：%(grade)s") % {**words, "grade": line.get_grade_display()},
            on=on,
            bank=line.bank_id,
            kind=Notice.Kind.DECISION,
            topic=_("年度绩效评价结果"),
            url=reverse("evaluation:own_results"),
            article=article,
        )


@in_chinese()
def membership_cancelled(bank: Bank, evaluation: Evaluation, on: date, article: str) -> None:
    notify(
        key=f"membership:{bank.pk}:{on}",
        title=_("本行加盟资格已取消"),
        body=_("截至%(year)s年度连续评价不合格。%(day)s 起可再次申请加盟；已提交的申请、清收和返还继续办理。")
        % {"year": evaluation.year, "day": bank.may_reapply_from},
        on=on,
        bank=bank.pk,
        kind=Notice.Kind.DECISION,
        topic=_("加盟资格取消"),
        url=reverse("evaluation:own_results"),
        article=article,
    )


@in_chinese()
def report_issued(report: Report, on: date, article: str, *, by: User) -> None:
    for role in (*SHARED_WITH, *COPY_TO):
        if role not in HANDS[report.kind].read:
            continue
        notify(
            key=f"report:{report.pk}:{role}",
            title=_("%(title)s已发布") % {"title": report.title},
            on=on,
            role=role,
            url=report.get_absolute_url(),
            article=article,
        )


@in_chinese()
def list_due(year: int, due: date, left: int | None, on: date, article: str) -> None:
    """The yearly list of partner banks has not been issued: both desks of the manager."""
    words = {"year": year, "day": due, "left": left}
    if left is None:
        title = _("%(year)s年加盟银行名单截至 %(day)s（含当日）须报送，已逾期") % words
    else:
        title = _("%(year)s年加盟银行名单截至 %(day)s（含当日）须报送，还剩 %(left)s 个工作日") % words
    for role in (Role.MANAGER_STATISTICS, Role.MANAGER_APPROVER):
        notify(
            key=f"partners:{year}:{left}:{role}", title=title, on=on, role=role, due=due, article=article,
            url=reverse("evaluation:reports"), topic=_("加盟银行名单报送"),
        )  # fmt: skip


# ---- inspections -----------------------------------------------------------------------------------------------------


@in_chinese()
def finding_issued(finding: Finding, on: date, article: str) -> None:
    """Whoever must answer, of this one finding."""
    notify(
        key=f"finding:{finding.pk}:{finding.asked_on}", on=on, role=ANSWERERS[finding.addressee],
        bank=finding.bank_id, kind=Notice.Kind.DECISION, due=finding.answer_by, url=finding.get_absolute_url(),
        title=_("检查发现问题 %(number)s 须答复，截至 %(day)s（含当日）")
        % {"number": finding.number, "day": finding.answer_by},
        body=finding.demand, topic=_("检查发现问题须答复"), article=article,
    )  # fmt: skip


@in_chinese()
def finding_answered(finding: Finding, on: date, article: str) -> None:
    for role in sorted(INSPECTORS):
        notify(
            key=f"finding:{finding.pk}:answer:{finding.version}:{role}", on=on, role=role,
            title=_("检查发现问题 %(number)s 已答复，请核实") % {"number": finding.number},
            url=finding.get_absolute_url(), article=article,
        )  # fmt: skip


@in_chinese()
def finding_closed(finding: Finding, on: date, article: str) -> None:
    notify(
        key=f"finding:{finding.pk}:closed", on=on, role=ANSWERERS[finding.addressee], bank=finding.bank_id,
        title=_("检查发现问题 %(number)s 已销号") % {"number": finding.number}, url=finding.get_absolute_url(),
        article=article,
    )  # fmt: skip


@in_chinese()
def finding_referred(finding: Finding, reason: str, on: date, article: str) -> None:
    notify(
        key=f"finding:{finding.pk}:referred", on=on, role=Role.MANAGER_STATISTICS, body=reason,
        title=_("检查发现的违规问题 %(number)s 移送处理，请提出处理建议") % {"number": finding.number},
        url=finding.get_absolute_url(), article=article,
    )  # fmt: skip


@in_chinese()
def finding_sanctioned(finding: Finding, violation: Violation, on: date, article: str) -> None:
    for role in sorted(INSPECTORS):
        notify(
            key=f"finding:{finding.pk}:sanction:{role}", on=on, role=role,
            title=_("检查发现问题 %(number)s 已提出违规处理 %(sanction)s")
            % {"number": finding.number, "sanction": violation.number},
            url=finding.get_absolute_url(), article=article,
        )  # fmt: skip


@in_chinese()
def inspection_reported(inspection: Inspection, report: Report, on: date, article: str) -> None:
    """The bodies that inspect, and those whose work was looked at."""
    for role in (*sorted(INSPECTORS), Role.MANAGER_APPROVER, Role.FINANCE_APPROVER, Role.AUDITOR):
        notify(
            key=f"report:{report.pk}:{role}", on=on, role=role, title=_("%(title)s已发布") % {"title": report.title},
            url=report.get_absolute_url(), article=article,
        )  # fmt: skip


@in_chinese()
def answer_due(finding: Finding, row: Deadline, left: int | None, on: date) -> None:
    """The day is near, or was yesterday; then those who inspect hear it too."""
    words = {"number": finding.number, "day": row.closes_on, "left": left}
    if left is None:
        title = _("检查发现问题 %(number)s 截至 %(day)s（含当日）须答复，已逾期") % words
    else:
        title = _("检查发现问题 %(number)s 截至 %(day)s（含当日）须答复，还剩 %(left)s 个工作日") % words
    for role in (ANSWERERS[finding.addressee], *(sorted(INSPECTORS) if left is None else ())):
        notify(
            key=f"due:{row.pk}:{row.closes_on}:{left}:{role}", title=title, on=on, role=role, due=row.closes_on,
            bank=None if role in INSPECTORS else finding.bank_id, url=finding.get_absolute_url(), article=row.article,
            topic=row.label,
        )  # fmt: skip
