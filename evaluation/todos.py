"""What of evaluation and reports waits for whom."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import permissions as may
from evaluation.models import Evaluation, Report, Statement
from evaluation.selectors import evaluations as selectors
from evaluation.selectors import reports as selectors_of_reports
from evaluation.selectors import statements as selectors_of_statements
from evaluation.services import statements
from evaluation.services.reports import MAKERS
from pool.models import Role, User
from pool.registry import Todo
from pool.selectors import edition


class Step(NamedTuple):
    title: Any
    who: Any


WAITING = {
    Statement.State.DRAFT: Step(gettext_lazy("签发对账单"), gettext_lazy("市财政金融服务中心复核人员")),
    Statement.State.ISSUED: Step(gettext_lazy("核对并确认对账单"), gettext_lazy("加盟银行复核人员")),
    Statement.State.DISPUTED: Step(gettext_lazy("核对异议，重新编制"), gettext_lazy("市财政金融服务中心经办人员")),
}
STATEMENTS = {
    Role.FINANCE_CLERK: Statement.State.DISPUTED,
    Role.FINANCE_APPROVER: Statement.State.DRAFT,
    Role.BANK_CHECKER: Statement.State.ISSUED,
}
"""Whose desk a statement of account lies on."""
CONCERNED = may.PREPARERS | may.CHECKERS


def todos(user: User, on: date) -> Iterator[Todo]:
    if user.role in CONCERNED:
        yield from _drafts(user)
        yield from _reports(user)
    if user.role == Role.AUTHORITY:
        yield from _strikes()
    if user.role in STATEMENTS:
        yield from _statements(user)


def _drafts(user: User) -> Iterator[Todo]:
    """A draft of the job waits for the statistics desk, one of a person for the approver."""
    for draft in Evaluation.objects.filter(state=Evaluation.State.DRAFT):
        words = {"year": draft.year}
        by_hand = draft.made_by_id is not None
        yield Todo(
            title=(_("%(year)s年度绩效评价待报备") if by_hand else _("%(year)s年度绩效评价草稿待核对")) % words,
            url=draft.get_absolute_url(),
            due=draft.file_by,
            article=edition()["evaluation_due"].article,
            waiting_for=_("高新投终审") if by_hand else _("高新投统计"),
            mine=may.may_check(user, draft)[0] if by_hand else user.role in may.PREPARERS,
        )


def _reports(user: User) -> Iterator[Todo]:
    for report in selectors_of_reports.unsettled():
        words = {"title": report.title}
        failed = report.state == Report.State.FAILED
        checked = report.made_by_id is not None and not failed
        title = _("%(title)s编制失败") if failed else _("%(title)s待发布") if checked else _("%(title)s待核对")
        yield Todo(
            title=title % words,
            url=report.get_absolute_url(),
            article=MAKERS[report.kind].article(),
            waiting_for=_("高新投终审") if checked else _("高新投统计"),
            mine=may.may_check(user, report)[0] if checked else user.role in may.PREPARERS,
        )


def _strikes() -> Iterator[Todo]:
    for line in selectors.strikes_open():
        yield Todo(
            title=_("取消%(bank)s的加盟资格") % {"bank": line.bank},
            detail=_("截至%(year)s年度连续评价不合格") % {"year": line.evaluation.year},
            url=line.evaluation.get_absolute_url(),
            article=edition()["strikes"].article,
            waiting_for=_("主管部门"),
        )


def of_statement(statement: Statement) -> Todo | None:
    """Who acts next; nobody once both sides have confirmed."""
    step = WAITING.get(Statement.State(statement.state))
    return Todo(str(step.title), article=statements.ARTICLE, waiting_for=str(step.who)) if step else None


def _statements(user: User) -> Iterator[Todo]:
    """All of them as one line; the desk of the second person leaves out what they drew up themselves."""
    state = STATEMENTS[user.role]
    rows = selectors_of_statements.visible_to(user).filter(state=state).exclude(made_by=user)
    if count := rows.count():
        step = WAITING[state]
        yield Todo(
            title=str(step.title),
            url=f"{reverse('evaluation:statements')}?state={state}",
            article=statements.ARTICLE,
            waiting_for=str(step.who),
            count=count,
        )
