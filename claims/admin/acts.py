"""The buttons of the review page: what is filled in, who may press, and the one service that each calls."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks.standing import is_suspended
from claims import corrections, permissions, services
from claims.corrections import FACTS, Fact
from claims.models import Claim, Desk, Review
from claims.selectors import (
    OTHER_PAPER,
    ROLE_OF_DESK,
    UNDER_REVIEW,
    Load,
    able,
    desk_of,
    holder,
    loads,
    open_question,
    open_reconsideration,
    reply_label,
    round_of,
    was_left_out,
)
from claims.services.assignment import OVER
from claims.services.review import DESKS
from pool import hats
from pool.admin_kit import Act
from pool.models import Role, User
from pool.selectors import edition

Stage, Opinion = Review.Stage, Review.Opinion


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


def _people() -> list[tuple[str, str]]:
    """Everybody who sits at one of the manager's desks, with what lies before them."""
    return [(str(load.person.pk), load_label(load)) for load in loads()]


def load_label(load: Load) -> str:
    role = Role(load.person.role).label
    words = {"person": load.person, "role": role, "n": load.open, "day": load.first}
    if load.first is None:
        return _("%(person)s（%(role)s，在办 %(n)s 件）") % words
    return _("%(person)s（%(role)s，在办 %(n)s 件，最早 %(day)s 截止）") % words


def _papers() -> list[tuple[str, str]]:
    """Every kind of paper that a question may ask for; the page offers those of the claim."""
    return [(item, reply_label(item)) for item in (*edition().words["evidence"], OTHER_PAPER)]


class AskForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("询问内容"), widget=forms.Textarea(attrs={"rows": 5}))
    items = forms.MultipleChoiceField(
        label=gettext_lazy("需银行补充的材料"), required=False, choices=_papers, widget=forms.CheckboxSelectMultiple
    )


class AssignForm(forms.Form):
    person_id = forms.ChoiceField(label=gettext_lazy("承办人"), choices=_people)
    reason = forms.CharField(
        label=gettext_lazy("改派原因"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("首次分办不必填写；改派须写明原因。"),
    )  # fmt: skip


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
    """The services' own question, asked before: not recused, not another's desk, no other hat on the claim."""
    if claim.recusals.filter(person=person).exists():
        return False, _("您已申请回避该项目，不能再办理。")
    desk = DESKS[round_of(claim), Stage.REVIEWER if may is permissions.review else Stage.APPROVER]
    given = holder(claim, desk)
    if given is not None and given.person_id != person.pk:
        return False, _("已分办给%(person)s，如需由您办理，请先改派。") % {"person": given.person}
    if not hats.may_wear(claim, person, desk):
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


def _take(claim: Claim, **given: Any) -> str:
    services.take_claim(claim_id=claim.pk, **given)
    return _("已由您承办。")


def _assign(claim: Claim, *, person_id: str, **given: Any) -> str:
    row = services.assign_claim(claim_id=claim.pk, person_id=UUID(person_id), **given)
    return _("已分办给%(person)s。") % {"person": row.person}


def _recuse(claim: Claim, **given: Any) -> str:
    services.recuse(claim_id=claim.pk, **given)
    return _("已登记回避，您不再办理该项目。")


def _ask(claim: Claim, *, text: str, items: list[str], **given: Any) -> str:
    row = services.ask_bank(claim_id=claim.pk, text=text, items=items, **given)
    return _("询问已发送银行，请其在 %(day)s（含当日）前答复；审核期限停止计算。") % {"day": row.answer_by}


def _withdraw_question(claim: Claim, **given: Any) -> str:
    services.withdraw_question(claim_id=claim.pk, **given)
    return _("询问已撤回，审核期限恢复计算。")


def _propose_again(claim: Claim, **given: Any) -> str:
    services.propose_reconsideration(claim_id=claim.pk, **given)
    return _("已提出重新审核，待终审人员决定；决定之前不能公示。")


def _agree_again(claim: Claim, **given: Any) -> str:
    services.decide_reconsideration(claim_id=claim.pk, agree=True, **given)
    return _("已退回初审重新审核，审核期限接续计算。")


def _decline_again(claim: Claim, **given: Any) -> str:
    services.decide_reconsideration(claim_id=claim.pk, agree=False, **given)
    return _("不予重新审核，项目仍为审核通过，等待公示。")


def _may_propose_again(person: User, claim: Claim) -> Any:
    if not was_left_out(claim) or open_reconsideration(claim) is not None:
        return False, ""
    return _in(Claim.State.APPROVED)(permissions.review)(person, claim)


def _may_decide_again(person: User, claim: Claim) -> Any:
    if claim.state != Claim.State.APPROVED or open_reconsideration(claim) is None:
        return False, ""
    return _in(Claim.State.APPROVED)(permissions.decide)(person, claim)


def _unasked(may: Any) -> Any:
    """While the bank owes an answer, nothing is said on the claim and nothing else is asked."""

    def answer(person: User, claim: Claim) -> Any:
        allowed = may(person, claim)
        if allowed[0] and open_question(claim) is not None:
            return False, _("询问尚待银行答复；请待答复，或先撤回询问。")
        return allowed

    return answer


def _may_withdraw_question(person: User, claim: Claim) -> Any:
    if claim.state != SUBMITTED or open_question(claim) is None:
        return False, ""
    return _in(SUBMITTED)(permissions.review)(person, claim)


def _may_take(person: User, claim: Claim) -> Any:
    """Offered while the desk is nobody's and this person could sit at it."""
    desk = desk_of(claim)
    free = bool(desk) and person.role == ROLE_OF_DESK[Desk(desk)] and holder(claim, desk) is None
    return free and able(claim, desk).filter(pk=person.pk).exists(), ""


def _may_assign(person: User, claim: Claim) -> Any:
    return permissions.decide(person)[0] and bool(desk_of(claim)), ""


def _may_recuse(person: User, claim: Claim) -> Any:
    kept_away = claim.state in OVER or claim.recusals.filter(person=person).exists()
    return permissions.re_check(person)[0] and not kept_away, ""


SUBMITTED, REVIEWING, RE_EXAMINING = UNDER_REVIEW
ACTS = (
    Act("opinion", gettext_lazy("提出初审意见"), _give_opinion,
        _unasked(_in(SUBMITTED, RE_EXAMINING)(permissions.review)), form=OpinionForm),
    Act("ask", gettext_lazy("向银行询问"), _ask, _unasked(_in(SUBMITTED)(permissions.review)), needs_reason=False,
        form=AskForm,
        question=gettext_lazy("询问送达银行经办和复核人员；自今日起至银行答复之日，审核期限停止计算。")),
    Act("withdraw_question", gettext_lazy("撤回询问"), _withdraw_question, _may_withdraw_question,
        question=gettext_lazy("撤回后银行无须答复，审核期限自今日起恢复计算；撤回原因银行可见。"), tone="bad"),
    Act("correct", gettext_lazy("核定事实"), _correct, _in(*UNDER_REVIEW)(permissions.review), form=CorrectionForm),
    Act("decide", gettext_lazy("作出审核决定"), _decide, _decidable(_in(REVIEWING)(permissions.decide)),
        form=DecisionForm),
    Act("conclude", gettext_lazy("作出复核结论"), _conclude, _decidable(_in(RE_EXAMINING)(permissions.decide)),
        form=ConclusionForm),
    Act("reopen", gettext_lazy("退回初审"), _reopen, _in(REVIEWING)(permissions.decide)),
    Act("again", gettext_lazy("提出重新审核"), _propose_again, _may_propose_again,
        question=gettext_lazy("该项目由更正公示移出。另一人同意后退回初审重新审核，此前的意见和决定均留存。")),
    Act("agree_again", gettext_lazy("同意重新审核"), _agree_again, _may_decide_again,
        question=gettext_lazy("原审核通过的决定不再有效，退回初审；审核期限自今日起接续计算，并通知银行。")),
    Act("decline_again", gettext_lazy("不予重新审核"), _decline_again, _may_decide_again, tone="bad"),
    Act("take", gettext_lazy("由我承办"), _take, _may_take, needs_reason=False),
    Act("assign", gettext_lazy("分办"), _assign, _may_assign, needs_reason=False, form=AssignForm),
    Act("recuse", gettext_lazy("申请回避"), _recuse, _may_recuse,
        question=gettext_lazy("回避后不能再办理该项目的任何环节，不能撤销。"), tone="bad"),
)  # fmt: skip
