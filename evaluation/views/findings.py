"""Findings of inspections: the list and one finding, for those who inspect and for whoever must answer (26)."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from banks.forms import SanctionForm
from banks.models import Violation
from banks.views.forms import fill_in
from evaluation import forms, tables, todos
from evaluation import permissions as may
from evaluation.models import Finding
from evaluation.selectors import inspections as selectors
from evaluation.services import findings as services
from evaluation.services.inspections import ARTICLE
from evaluation.views.inspections import FORM
from pool import audit, clock
from pool.deeds import deed, text
from pool.forms_keys import once, seen_version
from pool.models import BANK_ROLES, AccessLog
from pool.moves import history
from pool.permissions import require
from pool.selectors import edition, page_of
from pool.tables import keyset_page

State = Finding.State


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    require(may.may_see_findings(request.user))
    form = forms.FindingFilter(request.GET or None)
    rows = selectors.findings(request.user)
    if form.is_valid():
        rows = rows.filter(**{name: value for name, value in form.cleaned_data.items() if value})
    page = keyset_page(rows, request, order=("-written_on", "-id"), size=50)
    inside = may.may_see_inspections(request.user)[0]
    context = {
        "table": tables.findings_table(page, inside=inside, with_bank=request.user.role not in BANK_ROLES),
        "form": form,
        "count": rows.count(),
        "inside": inside,
        "article": ARTICLE,
    }
    return render(request, "evaluation/finding_list.html", context)


def _finding(request: HttpRequest, pk: UUID) -> Finding:
    require(may.may_see_findings(request.user))
    found: Finding = get_object_or_404(selectors.findings(request.user), pk=pk)
    return found


@require_safe
@login_required
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    finding = _finding(request, pk)
    audit.log_access(request, AccessLog.Kind.READ, finding)
    return render(request, "evaluation/finding_detail.html", _context(request, finding))


def _context(request: HttpRequest, finding: Finding) -> dict[str, object]:
    user = request.user
    inspects = may.may_inspect(user)[0]
    papers = finding.papers.select_related("file", "added_by").filter(bank=finding.bank_id)
    referable = finding.kind == Finding.Kind.BREACH and finding.bank_id is not None and finding.referred_on is None
    return {
        "finding": finding,
        "inside": may.may_see_inspections(user)[0],
        "todo": todos.of_finding(finding),
        "papers": papers.filter(round=None),
        "answers": [
            (answer, papers.filter(round=answer.round)) for answer in finding.answers.select_related("given_by")
        ],
        "form": forms.AnswerForm(),
        "may_issue": inspects and finding.state == State.DRAFT,
        "may_answer": finding.state == State.ISSUED and may.may_answer_finding(user, finding)[0],
        "may_check": inspects and finding.state == State.ANSWERED,
        "may_close": finding.state == State.ACCEPTED and may.may_close_finding(user, finding)[0],
        "may_refer": inspects and referable and finding.state in Finding.SENT,
        "may_propose": finding.referred_on is not None
        and finding.violation_id is None
        and may.may_act_on_referral(user)[0],
        "sanction_url": page_of(Violation._meta.label_lower, finding.violation_id) if finding.violation_id else "",
        "events": history(finding),
        "article": ARTICLE,
    }


@login_required
@once
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    finding = _finding(request, pk)
    require(may.may_answer_finding(request.user, finding))
    form = forms.AnswerForm(request.POST or None, request.FILES or None)
    return fill_in(
        request,
        form,
        lambda data: services.answer_finding(
            finding_id=finding.pk, text=data["text"], papers=[data["paper"]], by=request.user, on=clock.today(),
            version=seen_version(request),
        ),
        title=_("答复检查发现的问题"),
        about=f"{finding.number} · {finding.label}",
        article=ARTICLE,
        back=finding.get_absolute_url(),
        done=_("答复已送检查部门核实。"),
        yes=_("提交答复"),
        template=FORM,
        up=finding.number,
        version=finding.version,
    )  # fmt: skip


@login_required
@once
def propose_sanction(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The manager's proposal out of a breach that was referred; the authority decides it (28)."""
    finding = _finding(request, pk)
    require(may.may_act_on_referral(request.user))
    first = {
        "year": clock.today().year, "basis": finding.basis, "description": finding.text,
        "document_number": f"{finding.inspection_number} {finding.number}",
    }  # fmt: skip
    return fill_in(
        request,
        SanctionForm(request.POST or None, initial=first),
        lambda data: services.propose_sanction(
            finding_id=finding.pk, by=request.user, on=clock.today(), version=seen_version(request), **data
        ),
        title=_("提出违规处理"),
        about=_("由主管部门决定；决定后计入所属年度的评价。追回补偿资金的，检查的补偿项目同时列入追回。"),
        article=edition()["clawback_interest"].article,
        back=finding.get_absolute_url(),
        then=lambda row: page_of(Violation._meta.label_lower, row.pk),
        done=_("已提出，等待主管部门决定。"),
        template=FORM,
        up=finding.number,
        version=finding.version,
    )


_WHY = {"reason": text("reason")}
_BACK = Finding.get_absolute_url
issue = deed(
    _finding, services.issue_finding, "finding_id", gettext_lazy("问题已发出，答复期限自今日起算。"), _BACK, None,
    may.may_inspect,
)  # fmt: skip
withdraw = deed(
    _finding, services.withdraw_finding, "finding_id", gettext_lazy("已撤回。"),
    lambda row: row.case.get_absolute_url(), _WHY, may.may_inspect,
)  # fmt: skip
ask_again = deed(
    _finding, services.ask_again, "finding_id", gettext_lazy("已退回重新答复，期限重新起算。"), _BACK, _WHY,
    may.may_inspect,
)  # fmt: skip
accept = deed(
    _finding, services.accept_finding, "finding_id", gettext_lazy("已认可整改，等待另一名检查人员复核销号。"), _BACK,
    _WHY, may.may_inspect,
)  # fmt: skip
look_again = deed(
    _finding, services.look_again, "finding_id", gettext_lazy("已退回重新核实。"), _BACK, _WHY, may.may_inspect
)
close = deed(_finding, services.close_finding, "finding_id", gettext_lazy("问题已销号。"), _BACK, None, may.may_inspect)
refer = deed(
    _finding, services.refer_finding, "finding_id", gettext_lazy("已移送高新投提出处理。"), _BACK, _WHY, may.may_inspect
)
