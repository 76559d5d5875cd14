"""Who is told when something is filed or issued."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from banks.models import Bank
from evaluation.models import Evaluation, Report
from pool.chinese import in_chinese
from pool.models import Notice, Role
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
def report_issued(report: Report, on: date, article: str) -> None:
    for role in (*SHARED_WITH, *COPY_TO):
        notify(
            key=f"report:{report.pk}:{role}",
            title=_("%(title)s已发布") % {"title": report.title},
            on=on,
            role=role,
            url=report.get_absolute_url(),
            article=article,
        )
