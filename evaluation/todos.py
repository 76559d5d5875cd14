"""What of evaluation and reports waits for whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation import permissions as may
from evaluation.models import Evaluation, Finding, Inspection, Report, Statement
from evaluation.selectors import evaluations as selectors
from evaluation.selectors import inspections as selectors_of_inspections
from evaluation.selectors import partners
from evaluation.selectors import reports as selectors_of_reports
from evaluation.selectors import statements as selectors_of_statements
from evaluation.services import inspections, statements
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
FINDINGS = {
    Finding.State.DRAFT: Step(gettext_lazy("发出检查发现的问题"), gettext_lazy("检查人员")),
    Finding.State.ISSUED: Step(gettext_lazy("答复检查发现的问题"), ""),
    Finding.State.ANSWERED: Step(gettext_lazy("核实整改情况"), gettext_lazy("检查人员")),
    Finding.State.ACCEPTED: Step(gettext_lazy("复核销号"), gettext_lazy("另一名检查人员")),
}
INSPECTIONS = {
    Inspection.State.OPENED: gettext_lazy("冻结总体并抽样"),
    Inspection.State.DRAWN: gettext_lazy("检查样本并编制报告"),
    Inspection.State.REPORTED: gettext_lazy("跟踪整改，办结检查"),
}


def todos(user: User, on: date) -> Iterator[Todo]:
    if user.role in CONCERNED:
        yield from _drafts(user)
    yield from _reports(user)
    if user.role in may.INSPECTORS:
        yield from _inspections(user)
        yield from _followed_up(user)
    if user.role in selectors_of_inspections.OWN_FINDINGS:
        yield from _to_answer(user)
    if user.role in may.PREPARERS:
        yield from _referred()
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
        hands = may.HANDS[report.kind]
        if user.role not in hands.prepare | hands.check:
            continue
        words = {"title": report.title}
        failed = report.state == Report.State.FAILED
        checked = report.made_by_id is not None and not failed
        title = _("%(title)s编制失败") if failed else _("%(title)s待发布") if checked else _("%(title)s待核对")
        yield Todo(
            title=title % words,
            url=report.get_absolute_url(),
            due=partners.due_on(int(report.period)) if report.kind == Report.Kind.PARTNERS else None,
            article=MAKERS[report.kind].article(),
            waiting_for=_waiting_for(report, checked),
            mine=may.may_check_report(user, report)[0] if checked else user.role in hands.prepare,
        )


def _waiting_for(report: Report, checked: bool) -> str:
    if report.kind == Report.Kind.INSPECTION:
        return _("另一名检查人员") if checked else _("检查人员")
    return _("高新投终审") if checked else _("高新投统计")


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


# ---- inspections -----------------------------------------------------------------------------------------------------


def of_inspection(inspection: Inspection) -> Todo | None:
    step = INSPECTIONS.get(Inspection.State(inspection.state))
    return Todo(str(step), article=inspections.ARTICLE, waiting_for=_("检查人员")) if step else None


def of_finding(finding: Finding) -> Todo | None:
    """Who acts next, and until when."""
    step = FINDINGS.get(Finding.State(finding.state))
    if step is None:
        return None
    issued = finding.state == Finding.State.ISSUED
    who = finding.get_addressee_display() if issued else step.who
    due = finding.answer_by if issued else None
    return Todo(str(step.title), due=due, article=inspections.ARTICLE, waiting_for=str(who))


def _inspections(user: User) -> Iterator[Todo]:
    for inspection in Inspection.objects.filter(state__in=INSPECTIONS).order_by("number"):
        step = of_inspection(inspection)
        if step is not None:
            detail = f"{inspection.number} {inspection.get_subject_display()}"
            yield replace(step, detail=detail, url=inspection.get_absolute_url())


def _followed_up(user: User) -> Iterator[Todo]:
    """Findings at the inspectors' desk; what one has accepted is for another to close."""
    states = [Finding.State.DRAFT, Finding.State.ANSWERED, Finding.State.ACCEPTED]
    for finding in Finding.objects.filter(state__in=states).order_by("number", "pk"):
        step = of_finding(finding)
        if step is not None:
            detail = f"{finding} {finding.label}"
            yield replace(step, detail=detail, url=finding.get_absolute_url(), mine=_may_go_on(user, finding))


def _may_go_on(user: User, finding: Finding) -> bool:
    accepted = finding.state == Finding.State.ACCEPTED
    return bool(not accepted or may.may_close_finding(user, finding)[0])


def _to_answer(user: User) -> Iterator[Todo]:
    addressee = selectors_of_inspections.OWN_FINDINGS[Role(user.role)]
    rows = selectors_of_inspections.findings(user).filter(state=Finding.State.ISSUED, addressee=addressee)
    for finding in rows.order_by("answer_by", "number"):
        step = of_finding(finding)
        if step is not None:
            yield replace(step, detail=f"{finding.number} {finding.label}", url=finding.get_absolute_url())


def _referred() -> Iterator[Todo]:
    """A breach that the inspectors have referred waits for the manager's proposal (28)."""
    rows = Finding.objects.filter(referred_on__isnull=False, violation=None).select_related("bank")
    for finding in rows.order_by("number"):
        yield Todo(
            title=_("对检查移送的违规问题提出处理"), detail=f"{finding.bank} {finding.number}",
            url=finding.get_absolute_url(), article=edition()["clawback_interest"].article, waiting_for=_("高新投统计"),
        )  # fmt: skip
