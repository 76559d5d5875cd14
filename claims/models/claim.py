"""The claim, its evidence and its reviews (articles 19(2), 20(1))."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from loans.models import Determination, Loan
from pool.models import StoredFile, User


class Claim(FSMModelMixin, BankOwned):
    """One bank's claim for one determination of one loan; `loan` has at most one live claim."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待初审")
        REVIEWING = "reviewing", _("待终审")
        RETURNED = "returned", _("退回补正")
        HELD = "held", _("挂起待定")
        APPROVED = "approved", _("审核通过")
        REFUSED = "refused", _("审核不通过")
        RE_EXAMINING = "re_examining", _("复核中")
        PUBLICISED = "publicised", _("公示中")
        CLEARED = "cleared", _("公示无异议")
        PLANNED = "planned", _("已列入资助计划")
        INSTRUCTED = "instructed", _("拨付中")
        PAID = "paid", _("已拨付")
        WITHDRAWN = "withdrawn", _("已撤回")
        LAPSED = "lapsed", _("已失效")
        REMOVED = "removed", _("异议成立移出")
        REFUNDED = "refunded", _("已退回补偿")

    BEFORE_DECISION = (State.SUBMITTED, State.REVIEWING, State.RETURNED, State.HELD)
    AFTER_DECISION = (State.APPROVED, State.RE_EXAMINING, State.PUBLICISED, State.CLEARED, State.PLANNED)
    ON_FILE = (*BEFORE_DECISION, *AFTER_DECISION, State.INSTRUCTED, State.PAID)
    LIVE = (State.DRAFT, *ON_FILE)
    BEFORE_PAYMENT = (State.DRAFT, *BEFORE_DECISION, *AFTER_DECISION)

    number = models.CharField(_("申请编号"), max_length=40, unique=True)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="claims", verbose_name=_("贷款项目"))
    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="claims", verbose_name=_("不良认定")
    )
    state = FSMField(_("状态"), max_length=16, choices=State.choices, default=State.DRAFT, protected=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    submitted_on = models.DateField(_("提交日期"), null=True, blank=True)
    first_submitted_on = models.DateField(_("首次提交日期"), null=True, blank=True)
    credit_report_on = models.DateField(_("信用报告出具日期"), null=True, blank=True)
    reported_balances = models.DecimalField(
        _("信用报告所示其他贷款余额"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    verified = models.JSONField(_("核定事实"), default=dict, blank=True)
    findings = models.JSONField(_("规则核验"), default=list, blank=True)
    edition = models.CharField(_("适用规则版本"), max_length=40, blank=True)
    edition_hash = models.CharField(_("规则版本校验值"), max_length=64, blank=True)
    ratio = models.DecimalField(_("补偿比例"), max_digits=5, decimal_places=4, null=True, blank=True)
    amount = models.DecimalField(_("补偿金额"), max_digits=18, decimal_places=2, null=True, blank=True)
    decide_by = models.DateField(_("审核截止日"), null=True, blank=True)
    ask_by = models.DateField(_("申请复核截止日"), null=True, blank=True)
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)
    decision_reason = models.TextField(_("审核意见"), blank=True)
    final = models.BooleanField(_("终局决定"), default=False)
    paid_on = models.DateField(_("到账日期"), null=True, blank=True)
    transferred_on = models.DateField(_("转录风险补偿项目库日期"), null=True, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("风险补偿申请")
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=Q(
                    state__in=[
                        "draft", "submitted", "reviewing", "returned", "held", "approved", "re_examining", "publicised",
                        "cleared", "planned", "instructed", "paid",
                    ]
                ),
                name="one_live_claim_per_loan",
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="claim_submitted_by_another",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="claim_amount_not_negative"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["state", "decide_by"], name="claim_queue"),
            models.Index(fields=["bank", "-id"], name="claim_by_bank"),
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=[State.DRAFT, State.RETURNED], target=State.SUBMITTED)
    def submit(self) -> None:
        """The bank's checker files it (19(2))."""

    @transition(field=state, source=[State.SUBMITTED, State.DRAFT, State.RETURNED], target=State.HELD)
    def hold(self) -> None:
        """The governing edition's text is not at hand (21); clocks stand still."""

    @transition(field=state, source=State.HELD, target=State.SUBMITTED)
    def release(self) -> None:
        """The edition has been confirmed; review goes on."""

    @transition(field=state, source=State.SUBMITTED, target=State.REVIEWING)
    def review(self) -> None:
        """The reviewer has given an opinion; another person decides."""

    @transition(field=state, source=[State.SUBMITTED, State.REVIEWING], target=State.RETURNED)
    def send_back(self) -> None:
        """Back to the bank for correction; the 30 days stand still meanwhile."""

    @transition(field=state, source=State.REVIEWING, target=State.SUBMITTED)
    def reopen_review(self) -> None:
        """The approver wants the first opinion looked at again."""

    @transition(field=state, source=[State.REVIEWING, State.RE_EXAMINING], target=State.APPROVED)
    def approve(self) -> None:
        """Passed (20(1))."""

    @transition(field=state, source=[State.REVIEWING, State.RE_EXAMINING], target=State.REFUSED)
    def refuse(self) -> None:
        """Not passed (20(1))."""

    @transition(field=state, source=State.REFUSED, target=State.RE_EXAMINING)
    def ask_re_examination(self) -> None:
        """Asked for by the bank, once per decision."""

    @transition(field=state, source=State.APPROVED, target=State.SUBMITTED)
    def review_again(self) -> None:
        """Left out of a corrected notice, and two people want it decided anew."""

    @transition(field=state, source=State.APPROVED, target=State.PUBLICISED)
    def publicise(self) -> None:
        """On a public notice (20(2))."""

    @transition(field=state, source=State.PUBLICISED, target=State.APPROVED)
    def unpublish(self) -> None:
        """A correcting notice leaves it out; it waits for another notice."""

    @transition(field=state, source=State.PUBLICISED, target=State.CLEARED)
    def clear(self) -> None:
        """Publicity ended without an upheld objection."""

    @transition(field=state, source=[State.PUBLICISED, State.CLEARED], target=State.REMOVED)
    def remove(self) -> None:
        """An objection was upheld."""

    @transition(field=state, source=State.CLEARED, target=State.PLANNED)
    def plan(self) -> None:
        """In an issued funding plan; its money is reserved."""

    @transition(field=state, source=State.PLANNED, target=State.CLEARED)
    def unplan(self) -> None:
        """The plan was withdrawn; the reservation is void."""

    @transition(field=state, source=State.PLANNED, target=State.INSTRUCTED)
    def instruct(self) -> None:
        """The transfer has been instructed."""

    @transition(field=state, source=State.INSTRUCTED, target=State.PLANNED)
    def fail_payment(self) -> None:
        """The transfer failed; the money is reserved again."""

    @transition(field=state, source=State.INSTRUCTED, target=State.PAID)
    def pay(self) -> None:
        """Confirmed and posted (20(3))."""

    @transition(field=state, source=State.PAID, target=State.PLANNED)
    def come_back(self) -> None:
        """The transfer came back after it was posted; the money is reserved again."""

    @transition(field=state, source=list(BEFORE_PAYMENT), target=State.LAPSED)
    def lapse(self) -> None:
        """The loan was upgraded or repaid before payment."""

    @transition(
        field=state,
        source=[State.DRAFT, State.SUBMITTED, State.REVIEWING, State.RETURNED, State.HELD],
        target=State.WITHDRAWN,
    )
    def withdraw(self) -> None:
        """Taken back by the bank before a decision."""

    @transition(field=state, source=State.PAID, target=State.REFUNDED)
    def refund(self) -> None:
        """Upgraded after compensation; all of it has come back (19(5))."""


class Evidence(BankOwned):
    """One required document of a claim; `item` is a code of the rulebook's list. A newer file supersedes an older."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("风险补偿申请"))
    item = models.CharField(_("材料类别"), max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("文件"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人"))
    superseded = models.BooleanField(_("已替换"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("申请材料")
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "item"], condition=Q(superseded=False), name="one_current_evidence_per_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.item}"


class LooseDocument(BankOwned):
    """A document dropped among many whose name told no place; it waits until somebody of the bank gives it one."""

    class Why(models.TextChoices):
        NO_CLAIM = "no_claim", _("文件名中没有起草中申请的借据号")
        NO_ITEM = "no_item", _("文件名中没有该笔申请的材料名")
        TWICE = "twice", _("同一次上传中，这一材料已有一份文件")

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("文件"))
    why = models.CharField(_("原因"), max_length=10, choices=Why.choices)
    settled = models.BooleanField(_("已处理"), default=False)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人"))

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("待归类材料")
        indexes = [models.Index(fields=["bank"], condition=Q(settled=False), name="loose_by_bank")]

    def __str__(self) -> str:
        return str(self.pk)


class Review(BankOwned):
    """One stage of a review: who said what, having seen what. Re-examination is a second round by another pair."""

    class Round(models.TextChoices):
        FIRST = "first", _("审核")
        RE_EXAMINATION = "re_examination", _("复核")
        OBJECTION = "objection", _("异议复核")

    class Stage(models.TextChoices):
        REVIEWER = "reviewer", _("初审")
        APPROVER = "approver", _("终审")

    class Opinion(models.TextChoices):
        PASS = "pass", _("通过")
        REFUSE = "refuse", _("不通过")
        RETURN = "return", _("退回补正")

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("风险补偿申请"))
    round = models.CharField(_("轮次"), max_length=16, choices=Round.choices, default=Round.FIRST)
    stage = models.CharField(_("环节"), max_length=12, choices=Stage.choices)
    opinion = models.CharField(_("意见"), max_length=8, choices=Opinion.choices)
    reason = models.TextField(_("理由"))
    on = models.DateField(_("日期"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("审核人"))
    seen_version = models.PositiveIntegerField(_("所见版本"))
    seen_hash = models.CharField(_("所见内容校验值"), max_length=64)
    seen = models.JSONField(_("所见内容"), default=dict, blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("审核记录")
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.stage}"
