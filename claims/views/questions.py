"""审核询问 as the bank answers it and the manager reads it: the list, one question with its reply, the bank's acts."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banks.lists import columns_for, filter_for
from claims import permissions, selectors, services, todos
from claims.forms import QuestionFilter, ReplyForm
from claims.models import Question
from claims.views import page
from claims.views.acts import own
from pool import audit, clock
from pool.deeds import deed
from pool.errors import Refused
from pool.forms_keys import once, seen_version
from pool.lists import Listing, show
from pool.models import BANK_ROLES, AccessLog, User
from pool.permissions import Answer
from pool.refusals import add_to_form
from pool.selectors import edition
from pool.tables import Column

COLUMNS = (
    Column(gettext_lazy("申请编号"), "claim.number", "code", link=todos.question_url, sort="made"),
    Column(gettext_lazy("加盟银行"), "bank.short_name"),
    Column(gettext_lazy("借款人"), "claim.loan.borrower_name"),
    Column(gettext_lazy("次序"), "round", "int"),
    Column(gettext_lazy("状态"), lambda question: question, "status", key="state"),
    Column(gettext_lazy("询问日期"), "asked_on", "date"),
    Column(gettext_lazy("答复截止"), "answer_by", "date", sort="last"),
    Column(gettext_lazy("答复日期"), "answered_on", "date"),
)


def _reader(person: User) -> Answer:
    return permissions.has_role(person, BANK_ROLES | permissions.QUESTION_READERS)


def _rows(person: User) -> "QuerySet[Question]":
    rows: QuerySet[Question] = Question.objects.visible_to(person).select_related("claim__loan", "bank")
    return rows


def _narrow(rows: "QuerySet[Question]", given: Mapping[str, Any]) -> "QuerySet[Question]":
    words = given.get("q", "").strip()
    return rows.filter(claim__number=words) if words else rows


QUESTIONS = Listing(
    name="questions",
    label=gettext_lazy("审核询问"),
    url_name="claims:questions",
    may_see=_reader,
    may_export=_reader,
    rows=_rows,
    form=filter_for(QuestionFilter),
    narrow=_narrow,
    same=("state", "bank"),
    columns=columns_for(COLUMNS),
    orders={"made": ("id",), "last": ("answer_by", "id")},
    order="-made",
    empty_title=gettext_lazy("没有审核询问"),
    empty_text=gettext_lazy("高新投初审时向银行提出的询问和银行的答复列在这里。"),
)


@login_required
@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """What was asked, who still owes an answer, and until when."""
    permissions.require(_reader(request.user))
    shown = show(QUESTIONS, request)
    return render(request, "claims/questions.html", {"shown": shown, "article": _article()})


@login_required
@require_http_methods(["GET", "POST"])
@once
def question(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One question with its reply; the bank's maker writes the reply here."""
    found = question_of(request, pk)
    if request.method == "POST":
        permissions.require(permissions.prepare(request.user, found.bank_id))
    form = ReplyForm(request.POST or None, initial={"reply": found.reply})
    if request.method == "POST" and form.is_valid():
        try:
            services.prepare_reply(
                question_id=found.pk, by=request.user, on=clock.today(), version=seen_version(request),
                **form.cleaned_data,
            )  # fmt: skip
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, _("答复已保存，待复核人员提交。"))
            return redirect("claims:question", pk=found.pk)
    if request.method == "GET":
        audit.log_access(request, AccessLog.Kind.READ, found)
    context = _page(request.user, found) | {"form": form}
    return render(request, "claims/question.html", context, status=422 if form.errors else 200)


def _page(person: User, found: Question) -> dict[str, Any]:
    today, claim = clock.today(), found.claim
    todo = page.here(todos.of_question(found))
    maker = permissions.prepare(person, found.bank_id)[0] and found.is_open
    slots = page.reply_slots(found)
    return {
        "question": found,
        "claim": claim,
        "todo": todo,
        "left": page.days_left(todo.due, today) if todo else None,
        "asked_for": [selectors.reply_label(item) for item in found.items],
        "slots": slots,
        "missing": [slot["label"] for slot in slots if slot["row"] is None and slot["item"] in found.items],
        "shows_reply": person.role in BANK_ROLES or found.state == Question.State.ANSWERED,
        "may_write": maker,
        "may_submit": permissions.submit(person, found.bank_id)[0] and found.state == Question.State.PREPARED,
        "article": _article(),
    }


def question_of(request: HttpRequest, pk: UUID) -> Question:
    found: Question = own(Question, request.user, pk, "claim__loan", "bank", "prepared_by", "submitted_by")
    if not permissions.see_questions(request.user, found.bank_id)[0]:
        raise Http404
    return found


def _article() -> str:
    return edition()["question_period"].article


def _back(found: Question) -> str:
    return reverse("claims:question", args=[found.pk])


@login_required
@require_POST
@once
def add_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    found = question_of(request, pk)
    permissions.require(permissions.prepare(request.user, found.bank_id))
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("file_missing", _("请选择文件。"), _article(), field="file")
    services.add_question_paper(
        question_id=found.pk, item=request.POST.get("item", ""), upload=upload, by=request.user, on=clock.today()
    )
    messages.success(request, _("材料已上传，随答复一并提交。"))
    return redirect(_back(found) + "#papers")


submit = deed(question_of, services.submit_reply, "question_id", gettext_lazy("答复已提交，审核期限恢复计算。"), _back)
