"""Who is waited for, until when, by which article: for one claim, and for each person the list of all that waits."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from banks.models import Standing
from claims import permissions, selectors
from claims.models import (
    ApprovalRecord,
    CannedPhrase,
    Claim,
    Desk,
    EndingRequest,
    FundingPlan,
    Objection,
    PapersPacket,
    Payment,
    PlanItem,
    Publicity,
    Question,
    Reconsideration,
    Upgrade,
)
from claims.services import due
from pool.models import Deadline, Role, User
from pool.registry import Draft, Todo
from pool.selectors import edition

BANK, MANAGER, FINANCE, AUTHORITY = (
    gettext_lazy("加盟银行"),
    gettext_lazy("高新投集团"),
    gettext_lazy("市财政金融服务中心"),
    gettext_lazy("主管部门"),
)


@dataclass(frozen=True)
class Step:
    """What happens next in a state, who does it, by which provision."""

    title: Any
    who: Any
    slug: str
    detail: Any = ""


STEPS: dict[str, Step] = {
    Claim.State.DRAFT: Step(gettext_lazy("备齐材料，由复核人员提交"), BANK, "claim_period"),
    Claim.State.SUBMITTED: Step(gettext_lazy("高新投初审"), MANAGER, "review_period"),
    Claim.State.REVIEWING: Step(gettext_lazy("高新投终审"), MANAGER, "review_period"),
    Claim.State.RETURNED: Step(
        gettext_lazy("补正材料后重新提交"), BANK, "review_period", gettext_lazy("补正期间审核期限停止计算")
    ),
    Claim.State.HELD: Step(
        gettext_lazy("确认适用的上一版细则"), AUTHORITY, "transition", gettext_lazy("申请保留，期限停止计算")
    ),
    Claim.State.APPROVED: Step(gettext_lazy("列入公示"), AUTHORITY, "publicity_period"),
    Claim.State.REFUSED: Step(gettext_lazy("可申请复核一次"), BANK, "re_examination_window"),
    Claim.State.RE_EXAMINING: Step(gettext_lazy("另行指派人员复核并出具结论"), MANAGER, "re_examination_window"),
    Claim.State.PUBLICISED: Step(gettext_lazy("公示期满"), gettext_lazy("社会公众"), "publicity_period"),
    Claim.State.CLEARED: Step(gettext_lazy("列入资助计划"), AUTHORITY, "total_control"),
    Claim.State.PLANNED: Step(gettext_lazy("提交拨款资料"), BANK, "papers_period"),
    Claim.State.INSTRUCTED: Step(gettext_lazy("登记并确认到账"), FINANCE, "payment_period"),
    Claim.State.PAID: Step(gettext_lazy("转录入风险补偿项目库"), BANK, "transfer_period"),
}


def of_claim(claim: Claim, on: date) -> Todo | None:
    """What this claim waits for; nothing once it has ended."""
    step = STEPS.get(claim.state)
    if step is None or (claim.state == Claim.State.PAID and claim.transferred_on):
        return None
    if claim.state == Claim.State.REFUSED and (claim.final or claim.ask_by is None or claim.ask_by < on):
        return None
    if claim.state == Claim.State.PLANNED:
        return _of_planned(claim)
    if claim.state == Claim.State.APPROVED and selectors.open_reconsideration(claim) is not None:
        step = Step(_("决定是否重新审核"), _("高新投终审"), "review_period", _("更正公示移出的项目"))
    if claim.state == Claim.State.SUBMITTED and (asked := selectors.open_question(claim)) is not None:
        return of_question(asked)
    last, provisional = _last_day(claim, step.slug)
    detail = step.detail
    if claim.state == Claim.State.PUBLICISED:
        detail = _disputed(claim)
    if claim.state in {Claim.State.SUBMITTED, Claim.State.REVIEWING, Claim.State.CLEARED} and _suspended(claim):
        detail = _("该行不良率超过界限，暂停办理；期间期限停止计算")
    return Todo(
        title=str(step.title),
        detail=str(detail),
        url=claim_url(claim),
        due=last,
        article=edition()[step.slug].article,
        waiting_for=str(step.who),
        provisional=provisional,
    )


def _last_day(claim: Claim, slug: str) -> tuple[date | None, bool]:
    if claim.state == Claim.State.PUBLICISED:
        item = selectors.notice_of(claim)
        return (item.publicity.last_day, item.publicity.provisional) if item else (None, False)
    subject = claim.loan if slug == "claim_period" else claim
    found = due.running(subject, slug)
    return (found.closes_on, found.provisional) if found else (None, False)


def _disputed(claim: Claim) -> str:
    return _("收到异议，待高新投复核、主管部门决定") if selectors.disputed([claim.pk]) else ""


def _suspended(claim: Claim) -> bool:
    return bool(Standing.objects.filter(bank_id=claim.bank_id, is_suspended=True).exists())


def _of_planned(claim: Claim) -> Todo | None:
    item = PlanItem.objects.filter(claim=claim, dropped_on__isnull=True).order_by("-created_at").first()
    packet = PapersPacket.objects.filter(plan_id=item.plan_id, bank_id=claim.bank_id).first() if item else None
    return of_packet(packet) if packet else None


def of_question(question: Question) -> Todo | None:
    """What a question of the review waits for; meanwhile the review's own clock stands still."""
    steps = {
        Question.State.ASKED: (_("答复审核询问"), _("银行经办")),
        Question.State.PREPARED: (_("复核并提交答复"), _("银行复核")),
    }
    if question.state not in steps:
        return None
    title, who = steps[question.state]
    deadline = due.running(question, "question_period")
    return Todo(
        title=title, detail=_("答复之前审核期限停止计算"), url=question_url(question), due=question.answer_by,
        article=edition()["question_period"].article, waiting_for=who,
        provisional=deadline is not None and deadline.provisional,
    )  # fmt: skip


def of_packet(packet: PapersPacket) -> Todo | None:
    """What a bank's papers and transfer wait for."""
    paying = packet.state in {PapersPacket.State.SUBMITTED, PapersPacket.State.COMPLETE}
    if packet.state == PapersPacket.State.OPEN:
        title, who, slug, last = _("提交拨款资料"), BANK, "papers_period", packet.papers_by
    elif paying:
        checking = packet.state == PapersPacket.State.SUBMITTED
        title = _("核对拨款资料") if checking else _("拨付补偿资金")
        who, slug, last = FINANCE, "payment_period", packet.pay_by
    else:
        return None
    return Todo(
        title=title, url=packet_url(packet), due=last, article=edition()[slug].article, waiting_for=str(who),
        detail=_("该行暂停办理，期限停止计算") if paying and last is None else "",
    )  # fmt: skip


def of_plan(plan: FundingPlan, packets: Iterable[PapersPacket]) -> list[Todo]:
    """A draft waits for its second person; an issued plan for the banks' papers and the transfers, each kind once."""
    if plan.state == FundingPlan.State.DRAFTED:
        title, detail = _("签发下达资助计划"), _("拟稿人不能签发自己拟定的计划")
        article = edition()["publicity_period"].article
        return [Todo(title, detail, article=article, waiting_for=_("主管部门另一名人员"))]
    kinds: dict[str, list[tuple[Todo, str]]] = {}
    for packet in packets:
        todo = of_packet(packet)
        if todo is not None:
            kinds.setdefault(todo.title, []).append((todo, packet.bank.short_name))
    return [*_to_be_stamped(plan), *(_first_of(found) for found in kinds.values())]


def _to_be_stamped(plan: FundingPlan) -> list[Todo]:
    if plan.state != FundingPlan.State.ISSUED or plan.stamped_id is not None:
        return []
    detail, article = _("打印正式文件，盖章后上传扫描件"), edition()["publicity_period"].article
    return [Todo(_("上传资助计划盖章件"), detail, article=article, waiting_for=str(AUTHORITY))]


def _first_of(found: list[tuple[Todo, str]]) -> Todo:
    """The most urgent of a kind, with all the banks that it waits for."""
    first = min((todo for todo, _bank in found), key=lambda todo: todo.due or date.max)
    return replace(first, detail="、".join(bank for _todo, bank in found), url="", count=len(found))


def claim_url(claim: Claim) -> str:
    return reverse("claims:detail", args=[claim.pk])


def question_url(question: Question) -> str:
    return reverse("claims:question", args=[question.pk])


def packet_url(packet: PapersPacket) -> str:
    return reverse("claims:packet", args=[packet.pk])


# ---- each person's list ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heap:
    """A kind of work of a role: the rows that wait, and by which day the first of them must be done."""

    title: Any
    rows: QuerySet[Any]
    url: str
    slug: str
    who: Any
    day: str = ""
    mine: bool = True
    detail: Any = ""

    def todo(self) -> Todo:
        wanted = {"n": Count("pk")} | ({"first": Min(self.day)} if self.day else {})
        found = self.rows.aggregate(**wanted)
        return Todo(
            title=str(self.title),
            detail=str(self.detail),
            url=self.url,
            due=found.get("first"),
            article=edition()[self.slug].article,
            waiting_for=str(self.who),
            count=found["n"],
            mine=self.mine,
        )


def drafts(person: User) -> Iterator[Draft]:
    """What this person has prepared here and nobody has submitted or cancelled."""
    claims = Claim.objects.filter(made_by=person, state__in=[Claim.State.DRAFT, Claim.State.RETURNED])
    yield Draft(_("未提交的补偿申请"), claims.count(), f"{reverse('claims:index')}?state=draft")
    for model in (EndingRequest, Upgrade):
        rows = model.objects.filter(made_by=person, state=model.State.PREPARED)
        yield Draft(str(model._meta.verbose_name), rows.count(), reverse("claims:upgrades"))


def todos(person: User, on: date) -> Iterator[Todo]:
    """What waits for this person in this room."""
    for heap in HEAPS.get(person.role, lambda _person, _on: [])(person, on):
        yield heap.todo()


def list_url(**query: str) -> str:
    url = reverse("claims:index")
    return f"{url}?{'&'.join(f'{name}={value}' for name, value in query.items())}" if query else url


def _maker(person: User, on: date) -> list[Heap]:
    own = _with_last_day(Claim.objects.filter(bank_id=person.institution))
    packets = PapersPacket.objects.filter(bank_id=person.institution, state=PapersPacket.State.OPEN)
    maker = _("银行经办")
    return [
        Heap(_("可申请补偿的不良贷款"), claimable_deadlines(person), reverse("claims:claimable"), "claim_period", maker,
             "closes_on"),
        _questions(Question.objects.filter(bank_id=person.institution), Question.State.ASKED, maker),
        Heap(_("待补正的补偿申请"), own.filter(state=Claim.State.RETURNED), list_url(state="returned"), "review_period",
             maker),
        Heap(_("起草中的补偿申请"), own.filter(state=Claim.State.DRAFT), list_url(state="draft"), "claim_period", maker,
             "last_day"),
        Heap(_("待上传拨款资料"), packets, reverse("claims:packets"), "papers_period", maker, "papers_by"),
    ]  # fmt: skip


def _questions(rows: "QuerySet[Question]", state: str, who: str, *, mine: bool = True) -> Heap:
    title = _("待答复的审核询问") if state == Question.State.ASKED else _("待复核提交的询问答复")
    url = f"{reverse('claims:questions')}?state={state}"
    return Heap(title, rows.filter(state=state), url, "question_period", who, "answer_by", mine=mine,
                detail="" if mine else _("答复之前审核期限停止计算"))  # fmt: skip


def _with_last_day(claims: "QuerySet[Claim]") -> "QuerySet[Claim]":
    """Each claim with the last day of its loan's claim period, while that runs."""
    open_ = Deadline.objects.filter(subject_id=OuterRef("loan_id"), kind="claim_period", fulfilled_on__isnull=True)
    return claims.annotate(last_day=Subquery(open_.filter(dropped_on__isnull=True).values("closes_on")[:1]))


def claimable_deadlines(person: User) -> "QuerySet[Deadline]":
    """The open claim periods of the bank's loans that have no live claim yet."""
    live = Claim.objects.filter(loan_id=OuterRef("subject_id"), state__in=Claim.LIVE)
    return Deadline.objects.filter(
        bank=person.institution, kind="claim_period", fulfilled_on__isnull=True, dropped_on__isnull=True
    ).exclude(Exists(live))


def awaiting_checker(person: User) -> "QuerySet[Claim]":
    """The bank's claims that its checker may file once they are complete, the most urgent first."""
    rows = Claim.objects.filter(bank_id=person.institution, state__in=[Claim.State.DRAFT, Claim.State.RETURNED])
    return _with_last_day(rows.select_related("loan", "bank", "determination", "made_by")).order_by("last_day", "pk")


def _checker(person: User, on: date) -> list[Heap]:
    bank = person.institution
    own = _with_last_day(Claim.objects.filter(bank_id=bank))
    refused = own.filter(state=Claim.State.REFUSED, final=False, ask_by__gte=on)
    moving = own.filter(state=Claim.State.PAID, transferred_on__isnull=True)
    transfers = Deadline.objects.filter(
        bank=bank, kind="transfer_period", fulfilled_on__isnull=True, dropped_on__isnull=True
    )
    packets = PapersPacket.objects.filter(bank_id=bank, state=PapersPacket.State.OPEN)
    endings = EndingRequest.objects.filter(bank_id=bank, state=EndingRequest.State.PREPARED)
    upgrades = Upgrade.objects.filter(bank_id=bank, state=Upgrade.State.PREPARED)
    checker = _("银行复核")
    return [
        Heap(_("待复核提交的补偿申请"), awaiting_checker(person), reverse("claims:desk"), "claim_period", checker,
             "last_day"),
        _questions(Question.objects.filter(bank_id=bank), Question.State.PREPARED, checker),
        _questions(Question.objects.filter(bank_id=bank), Question.State.ASKED, _("银行经办"), mine=False),
        Heap(_("审核不通过，可申请复核"), refused, list_url(state="refused"), "re_examination_window", checker,
             "ask_by"),
        Heap(_("待提交的拨款资料"), packets, reverse("claims:packets"), "papers_period", checker, "papers_by"),
        Heap(_("待转录入风险补偿项目库"), transfers if moving.exists() else transfers.none(), list_url(state="paid"),
             "transfer_period", checker, "closes_on"),
        Heap(_("待复核的上调或撤销认定"), endings, reverse("claims:upgrades"), "upgrade_classes", checker),
        Heap(_("待提交的上调转回申请"), upgrades, reverse("claims:upgrades"), "upgrade_period", checker, "apply_by"),
        Heap(_("待退回的补偿资金"), Upgrade.objects.filter(bank_id=bank, state=Upgrade.State.APPROVED),
             reverse("claims:upgrades"), "refund_period", checker, "refund_by"),
    ]  # fmt: skip


def _queue(**query: str) -> str:
    url = reverse("admin:claims_claim_changelist")
    return f"{url}?{'&'.join(f'{name}={value}' for name, value in query.items())}"


def _desks(person: User, desks: tuple[str, str], mine: str, first: str, who: str) -> list[Heap]:
    """What was given to this person, then what is nobody's; what was given to others waits for them."""
    rows = Claim.objects.filter(selectors.NOT_ASKED, state__in=selectors.UNDER_REVIEW)
    open_ = selectors.with_desk(rows).filter(desk__in=desks)
    free = open_.filter(holder__isnull=True)
    return [
        Heap(mine, open_.filter(holder=person.pk), _queue(holder="me", asked="no"), "review_period", who,
             "decide_by"),
        Heap(first, free.filter(desk=desks[0]), _queue(holder="nobody", asked="no"), "review_period", who, "decide_by"),
        Heap(_("待复核的补偿申请"), free.filter(desk=desks[1]), _queue(state__exact="re_examining", holder="nobody"),
             "re_examination_window", who),
        *_objections(_("高新投复核人员")),
    ]  # fmt: skip


def _reviewer(person: User, on: date) -> list[Heap]:
    who, desks = _("高新投初审"), (Desk.REVIEWER, Desk.RE_REVIEWER)
    return [
        *_desks(person, desks, _("分办给您的补偿申请"), _("待初审的补偿申请"), who),
        *(_questions(Question.objects.all(), state, _("加盟银行"), mine=False) for state in Question.OPEN),
        Heap(_("待初审的上调转回申请"), Upgrade.objects.filter(state=Upgrade.State.APPLIED),
             reverse("claims:upgrades"), "upgrade_classes", who),
    ]  # fmt: skip


def _approver(person: User, on: date) -> list[Heap]:
    who, desks = _("高新投终审"), (Desk.APPROVER, Desk.RE_APPROVER)
    return [
        *_desks(person, desks, _("分办给您的补偿申请"), _("待终审的补偿申请"), who),
        Heap(_("待决定的重新审核"), Reconsideration.objects.filter(state=Reconsideration.State.PROPOSED),
             _queue(state__exact="approved"), "review_period", who),
        Heap(_("待终审的上调转回申请"), Upgrade.objects.filter(state=Upgrade.State.PASSED),
             reverse("claims:upgrades"), "upgrade_classes", who),
    ]  # fmt: skip


def _objections(who: str) -> list[Heap]:
    rows = Objection.objects.filter(state=Objection.State.RECEIVED)
    return [Heap(_("待复核的公示异议"), rows, reverse("claims:objections"), "publicity_period", who)]


def _authority(person: User, on: date) -> list[Heap]:
    who = _("主管部门")
    planned = PlanItem.objects.filter(
        claim=OuterRef("pk"), plan__state=FundingPlan.State.DRAFTED, dropped_on__isnull=True
    )
    cleared = Claim.objects.filter(state=Claim.State.CLEARED).exclude(Exists(planned))
    approved = Claim.objects.filter(state=Claim.State.APPROVED)
    return [
        Heap(_("待公示的项目"), approved, reverse("claims:publicities"), "publicity_period", who),
        Heap(_("挂起待定的补偿申请"), Claim.objects.filter(state=Claim.State.HELD), list_url(state="held"),
             "transition", who, mine=False, detail=_("适用上一版细则，待确认其文本后继续办理")),
        Heap(_("公示中"), Publicity.objects.filter(state=Publicity.State.POSTED), reverse("claims:publicities"),
             "publicity_period", _("社会公众"), "last_day", mine=False),
        Heap(_("待决定的公示异议"), Objection.objects.filter(state=Objection.State.REPORTED),
             reverse("claims:objections"), "publicity_period", who),
        Heap(_("待列入资助计划的项目"), cleared, reverse("claims:plans"), "total_control", who),
        Heap(_("待签发的资助计划"), FundingPlan.objects.filter(state=FundingPlan.State.DRAFTED),
             reverse("claims:plans"), "total_control", who),
        Heap(_("待上传盖章件的资助计划"),
             FundingPlan.objects.filter(state=FundingPlan.State.ISSUED, stamped__isnull=True),
             reverse("claims:plans"), "publicity_period", who),
    ]  # fmt: skip


def _clerk(person: User, on: date) -> list[Heap]:
    packets = PapersPacket.objects.all()
    live = Payment.objects.filter(packet=OuterRef("pk")).exclude(state=Payment.State.FAILED)
    to_pay = packets.filter(state=PapersPacket.State.COMPLETE).exclude(Exists(live))
    sent = Payment.objects.filter(state=Payment.State.INSTRUCTED)
    owed = Upgrade.objects.filter(state=Upgrade.State.APPROVED)
    who, here = _("金融中心经办"), reverse("claims:packets")
    return [
        Heap(_("待核对的拨款资料"), packets.filter(state=PapersPacket.State.SUBMITTED), here, "payment_period", who,
             "pay_by"),
        Heap(_("待经办的拨付"), to_pay, here, "payment_period", who, "pay_by"),
        Heap(_("待登记到账的拨付"), sent, here, "payment_period", who, "packet__pay_by"),
        Heap(_("待登记的退回补偿资金"), owed, reverse("claims:upgrades"), "refund_period", who, "refund_by"),
    ]  # fmt: skip


def _finance_approver(person: User, on: date) -> list[Heap]:
    prepared = Payment.objects.filter(state=Payment.State.PREPARED)
    confirming = Payment.objects.filter(state=Payment.State.CONFIRMING)
    refunds = Upgrade.objects.filter(state=Upgrade.State.RECEIPT_ENTERED)
    who, here = _("金融中心复核"), reverse("claims:packets")
    return [
        Heap(_("待复核的拨付"), prepared, here, "payment_period", who, "packet__pay_by"),
        Heap(_("待确认到账的拨付"), confirming, here, "payment_period", who, "packet__pay_by"),
        Heap(_("待确认的退回补偿资金"), refunds, reverse("claims:upgrades"), "refund_period", who, "refund_by"),
    ]  # fmt: skip


HEAPS: dict[str, Callable[[User, date], list[Heap]]] = {
    Role.BANK_MAKER: _maker,
    Role.BANK_CHECKER: _checker,
    Role.MANAGER_REVIEWER: _reviewer,
    Role.MANAGER_APPROVER: _approver,
    Role.AUTHORITY: _authority,
    Role.FINANCE_CLERK: _clerk,
    Role.FINANCE_APPROVER: _finance_approver,
}


def waiting_counts() -> dict[str, int]:
    """How many claims lie in each state, for the head of the lists."""
    rows = Claim.objects.values("state").annotate(n=Count("pk", filter=~Q(state="")))
    return {row["state"]: row["n"] for row in rows}


def wording(person: User, on: date) -> Iterator[Todo]:
    """A canned wording that another person takes into use."""
    if not permissions.keep_wording(person)[0]:
        return
    for row in CannedPhrase.objects.filter(confirmed_on=None, dropped_on=None):
        yield Todo(
            _("确认审核常用文字"), row.words, row.get_absolute_url(), waiting_for=_("高新投另一名人员"),
            mine=row.made_by_id != person.pk,
        )  # fmt: skip


def approvals(person: User, on: date) -> Iterator[Todo]:
    """A document under 16(5), or its end, that another person confirms."""
    if not permissions.keep_approvals(person)[0]:
        return
    asked = {
        ApprovalRecord.State.SUBMITTED: (permissions.confirm_approval, _("确认特别审批 %(number)s")),
        ApprovalRecord.State.ENDING: (permissions.confirm_approval_end, _("确认终止特别审批 %(number)s")),
    }
    for row in ApprovalRecord.objects.filter(state__in=asked):
        may, title = asked[row.state]
        yield Todo(
            title % {"number": row.number}, _("须由另一人对照批准文件核对"), row.get_absolute_url(),
            article=edition()["special_approval"].article, waiting_for=_("高新投另一名人员"), mine=may(person, row)[0],
        )  # fmt: skip
