"""Review in the admin: the queue, and one page with the rules on the left, the evidence and the facts on the right.

Everything is read-only; the buttons call the services of `claims.services.review`.
"""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks.standing import is_suspended
from claims import assessment, corrections, permissions, services, todos
from claims.corrections import FACTS, Fact
from claims.models import Claim, Review
from claims.services import clocks
from claims.services.review import HATS, last_opinion, round_of
from claims.views import page
from pool import clock, hats, storage
from pool.admin_kit import Act, ReadOnlyAdmin
from pool.models import Role, User
from pool.moves import history
from pool.selectors import edition

READERS = frozenset({Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.MANAGER_STATISTICS, Role.AUDITOR})
Round, Stage, Opinion = Review.Round, Review.Stage, Review.Opinion
UNDER_REVIEW = (Claim.State.SUBMITTED, Claim.State.REVIEWING, Claim.State.RE_EXAMINING)


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(label=gettext_lazy("初审意见"), choices=Opinion.choices, widget=forms.RadioSelect)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(label=gettext_lazy("审核决定"), choices=Opinion.choices, widget=forms.RadioSelect)


class ConclusionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("复核结论"),
        choices=[choice for choice in Opinion.choices if choice[0] != Opinion.RETURN],
        widget=forms.RadioSelect,
    )


def field_for(fact: Fact) -> forms.Field:
    """The field in which a verified value is entered; empty leaves the fact as it is."""
    unset = [("", _("不变"))]
    if fact.kind == "yes_no":
        return forms.ChoiceField(
            label=fact.label, required=False, choices=[*unset, ("true", _("是")), ("false", _("否"))]
        )
    if fact.kind == "choice":
        return forms.ChoiceField(label=fact.label, required=False, choices=[*unset, *fact.choices])
    if fact.kind == "group":
        return forms.ChoiceField(label=fact.label, required=False, choices=[*unset, *corrections.groups().items()])
    if fact.kind == "several":
        return forms.MultipleChoiceField(
            label=fact.label, required=False, choices=[("none", _("均不确认")), *fact.choices],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
    if fact.kind == "date":
        return forms.CharField(label=fact.label, required=False, widget=forms.TextInput(attrs={"type": "date"}))
    return forms.CharField(label=fact.label, required=False)


class CorrectionForm(forms.Form):
    """One field per fact that may be verified."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, fact in FACTS.items():
            self.fields[name] = field_for(fact)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        reason = given.pop("reason", None)
        filled = {name: _as_text(value) for name, value in given.items() if value not in ("", None, [])}
        if not filled:
            raise forms.ValidationError(_("请至少填写一项核定事实。"))
        return {"corrections_": filled} | ({"reason": reason} if reason is not None else {})


def _as_text(value: Any) -> str:
    return ",".join(one for one in value if one != "none") if isinstance(value, list) else str(value)


def _in(*states: str) -> Any:
    """The act belongs to these states; for whom, the permission says."""

    def wrap(may: Any) -> Any:
        def answer(person: User, claim: Claim) -> Any:
            if claim.state not in states or not may(person)[0]:
                return False, ""
            return _unworn(person, claim, may)

        return answer

    return wrap


def _unworn(person: User, claim: Claim, may: Any) -> Any:
    """On one claim a person has one hat: who reviewed it does not decide it, nor re-examine it."""
    stage = Stage.REVIEWER if may is permissions.review else Stage.APPROVER
    if not hats.may_wear(claim, person, HATS[round_of(claim), stage]):
        return False, _("您已在该申请的其他环节办理过，须由另一人办理。")
    return True, ""


def _decidable(may: Any) -> Any:
    def answer(person: User, claim: Claim) -> Any:
        allowed = may(person, claim)
        if allowed[0] and is_suspended(claim.bank_id):
            article = edition()["npl_ceiling"].article
            return False, _("该行不良率超过界限，暂停办理，不能作出决定（%(article)s）。") % {"article": article}
        return allowed

    return answer


def _give_opinion(claim: Claim, *, opinion: str, **given: Any) -> str:
    services.give_opinion(claim_id=claim.pk, opinion=opinion, **given)
    return _("初审意见已提交，待另一人作出决定。")


def _decide(claim: Claim, *, decision: str, **given: Any) -> str:
    return str(services.decide(claim_id=claim.pk, decision=decision, **given).get_state_display())


def _conclude(claim: Claim, *, decision: str, reason: str, **given: Any) -> str:
    found = services.decide_re_examination(claim_id=claim.pk, decision=decision, conclusion=reason, **given)
    return _("复核结论已作出：%(state)s。") % {"state": found.get_state_display()}


def _correct(claim: Claim, *, corrections_: dict[str, str], **given: Any) -> str:
    found = services.correct_facts(claim_id=claim.pk, corrections_=corrections_, **given)
    return _("事实已核定，补偿金额重新核算为 %(amount)s 元。") % {"amount": found.amount}


def _reopen(claim: Claim, **given: Any) -> str:
    services.ask_new_opinion(claim_id=claim.pk, **given)
    return _("已退回初审。")


SUBMITTED, REVIEWING, RE_EXAMINING = UNDER_REVIEW
ACTS = (
    Act("opinion", gettext_lazy("提出初审意见"), _give_opinion, _in(SUBMITTED, RE_EXAMINING)(permissions.review),
        form=OpinionForm),
    Act("correct", gettext_lazy("核定事实"), _correct, _in(*UNDER_REVIEW)(permissions.review), form=CorrectionForm),
    Act("decide", gettext_lazy("作出审核决定"), _decide, _decidable(_in(REVIEWING)(permissions.decide)),
        form=DecisionForm),
    Act("conclude", gettext_lazy("作出复核结论"), _conclude, _decidable(_in(RE_EXAMINING)(permissions.decide)),
        form=ConclusionForm),
    Act("reopen", gettext_lazy("退回初审"), _reopen, _in(REVIEWING)(permissions.decide)),
)  # fmt: skip


class AgeFilter(admin.SimpleListFilter):
    """How near the end of the thirty days is."""

    title = gettext_lazy("审核期限")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", _("已逾期")), ("week", _("7 日内到期")), ("later", _("7 日以后")), ("still", _("计时停止"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Claim]") -> "QuerySet[Claim]":
        today = clock.today()
        week = date.fromordinal(today.toordinal() + 7)
        rows = queryset.filter(state__in=clocks.ON_THE_DESK[clocks.REVIEW]) if self.value() else queryset
        chosen = {
            "late": {"decide_by__lt": today},
            "week": {"decide_by__range": (today, week)},
            "later": {"decide_by__gt": week},
            "still": {"decide_by__isnull": True},
        }.get(self.value() or "", {})
        return rows.filter(**chosen)


class AmountFilter(admin.SimpleListFilter):
    title = gettext_lazy("补偿金额")
    parameter_name = "size"
    bounds = {"s": (0, 500_000), "m": (500_000, 2_000_000), "l": (2_000_000, None)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("s", _("50 万元以下")), ("m", _("50 万至 200 万元")), ("l", _("200 万元以上"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Claim]") -> "QuerySet[Claim]":
        low, high = self.bounds.get(self.value() or "", (None, None))
        if low is None:
            return queryset
        rows = queryset.filter(amount__gte=low)
        return rows.filter(amount__lt=high) if high is not None else rows


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """The review queue and the review page (20(1))."""

    readers = READERS
    acts = ACTS
    list_display = ["number", "bank", "borrower", "shown_amount", "state", "first_submitted_on", "decide_by", "days"]
    list_filter = ["state", AgeFilter, AmountFilter, ("bank", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["number", "loan__loan_number", "loan__borrower_name"]
    list_select_related = ["bank", "loan"]
    ordering = ["decide_by", "first_submitted_on", "id"]
    change_form_template = "admin/claims/review.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Claim]":
        """A bank's draft is the bank's own."""
        rows: QuerySet[Claim] = super().get_queryset(request).exclude(state=Claim.State.DRAFT)
        return rows.select_related("bank", "loan", "determination", "made_by", "submitted_by")

    @admin.display(description=gettext_lazy("借款人"), ordering="loan__borrower_name")
    def borrower(self, claim: Claim) -> str:
        return str(claim.loan.borrower_name)

    @admin.display(description=gettext_lazy("补偿金额（元）"), ordering="amount")
    def shown_amount(self, claim: Claim) -> str:
        return "" if claim.amount is None else f"{claim.amount:,.2f}"

    @admin.display(description=gettext_lazy("剩余工作日"))
    def days(self, claim: Claim) -> str:
        if claim.state not in clocks.ON_THE_DESK[clocks.REVIEW]:
            return "—"
        left = page.days_left(claim.decide_by, clock.today())
        return _("计时停止") if left is None else str(left)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        claim = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if claim is not None:
            extra |= self.review_context(request, claim)
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    def review_context(self, request: HttpRequest, claim: Claim) -> dict[str, Any]:
        """Left: what the rules find today. Right: the evidence and the facts. Below: who said what."""
        today = clock.today()
        found = assessment.of_claim(claim, today) if claim.state in UNDER_REVIEW else None
        shown = found.shown() if found else assessment.stored(claim)
        suspended = is_suspended(claim.bank_id)
        opinion = last_opinion(claim, round_of(claim))
        todo = page.here(todos.of_claim(claim, today))
        outdated = opinion is not None and opinion.seen_hash != assessment.seen_hash(claim)
        return {
            "claim": claim,
            "title": claim.number,
            "subtitle": None,
            "findings": shown,
            "ratio": found.full_ratio if found else claim.ratio,
            "amount": found.full_amount if found else claim.amount,
            "eligible": found.eligible if found else not any(item["outcome"] == "fail" for item in shown),
            "suspended": suspended,
            "suspended_article": edition()["npl_ceiling"].article,
            "evidence": [_preview(item) for item in page.evidence(claim)],
            "fact_rows": _fact_rows(claim),
            "case_facts": page.case_facts(claim),
            "reviews": page.reviews(claim),
            "opinion_outdated": outdated and claim.state in {Claim.State.REVIEWING, Claim.State.RE_EXAMINING},
            "todo": todo,
            "left": page.days_left(todo.due, today) if todo else None,
            "still": clocks.standing_still_since(claim, clocks.REVIEW),
            "timeline": history(claim),
            "opinions": Opinion.choices,
            "letter": _letter(claim, shown),
            **_buttons(self.buttons(request, claim)),
        }


def _buttons(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [item for item in buttons if item["act"].name != "correct" and (item["url"] or item["why"])]
    return {"acts_by_name": {item["act"].name: item for item in buttons}, "has_acts": bool(shown)}


def _preview(item: dict[str, Any]) -> dict[str, Any]:
    row = item["row"]
    inline = row is not None and row.file.content_type in storage.SHOWN_INLINE and storage.intact(row.file)
    return {**item, "inline": inline, "is_image": inline and row.file.content_type != "application/pdf"}


def _fact_rows(claim: Claim) -> list[dict[str, Any]]:
    """Every fact that may be verified: declared, verified, and by whom and why."""
    declared, form = assessment.declared_of(claim), CorrectionForm()
    rows = []
    form.fields["qualifications"].choices = [
        choice for choice in form.fields["qualifications"].choices if choice[0] in {"none", *declared["qualifications"]}
    ]
    hidden = {name for name, shown in _only_if_declared(claim).items() if not shown}
    for name, fact in FACTS.items():
        if name in hidden:
            continue
        entry = claim.verified.get(name)
        rows.append(
            {
                "name": name,
                "label": fact.label,
                "declared": page.show_fact(name, declared[name]),
                "verified": page.show_fact(name, assessment.READ[name](entry["value"])) if entry else None,
                "entry": entry,
                "field": form[name],
            }
        )
    return rows


def _only_if_declared(claim: Claim) -> dict[str, Any]:
    """What the reviewer can only confirm or strike out, not add."""
    return {"qualifications": claim.loan.qualifications, "special_ratio": claim.loan.special_approval}


def _letter(claim: Claim, shown: list[dict[str, Any]]) -> dict[str, str]:
    """A draft of the reasons, from the findings; whoever signs edits it."""
    failing = [item for item in shown if item["outcome"] in {"fail", "hold"}]
    if failing:
        return {"text": "\n".join(item["message"] for item in failing), "opinion": Opinion.REFUSE}
    text = _("经审核，申请材料齐全，各项条件符合规定，补偿比例 %(ratio)s%%，补偿金额 %(amount)s 元。")
    ratio = (claim.ratio or 0) * 100
    return {"text": text % {"ratio": f"{ratio:.0f}", "amount": f"{claim.amount or 0:,.2f}"}, "opinion": Opinion.PASS}
