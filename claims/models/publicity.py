"""Publicity of approved claims and the objections to it (20(2))."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models.claim import Claim
from pool.crypto import EncryptedTextField
from pool.models import StoredFile, User
from pool.models.base import Record


class Publicity(FSMModelMixin, Record):
    """A public notice of a batch of claims, at least seven full working days."""

    class State(models.TextChoices):
        POSTED = "posted", _("公示中")
        ENDED = "ended", _("公示期满")
        REPLACED = "replaced", _("已更正")

    number = models.CharField(_("公示编号"), max_length=40, unique=True)
    title = models.CharField(_("公示标题"), max_length=200)
    state = FSMField(_("状态"), max_length=8, choices=State.choices, default=State.POSTED, protected=True)
    posted_on = models.DateField(_("发布日期"))
    last_day = models.DateField(_("公示截止日"))
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("发布人"))
    content_hash = models.CharField(_("内容校验值"), max_length=64)
    provisional = models.BooleanField(_("截止日暂定"), default=False)
    ended_on = models.DateField(_("公示结束日期"), null=True, blank=True)
    corrects = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
        verbose_name=_("被更正公示"),
    )
    correction = models.TextField(_("更正说明"), blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("公示")
        ordering = ["-posted_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction=""), name="publicity_correction_says_why"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.POSTED, target=State.ENDED)
    def end(self) -> None:
        """The last day has passed."""

    @transition(field=state, source=State.POSTED, target=State.REPLACED)
    def replace(self) -> None:
        """A correcting notice stands in its place."""


class PublicityItem(BankOwned):
    """A frozen line of the notice: what the public reads, with personal names masked."""

    publicity = models.ForeignKey(Publicity, on_delete=models.PROTECT, related_name="items", verbose_name=_("公示"))
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="publicity_items", verbose_name=_("风险补偿申请")
    )
    position = models.PositiveIntegerField(_("序号"))
    shown_bank = models.CharField(_("加盟银行"), max_length=120)
    shown_borrower = models.CharField(_("借款人"), max_length=120)
    amount = models.DecimalField(_("拟补偿金额"), max_digits=18, decimal_places=2)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("公示明细")
        ordering = ["publicity", "position"]
        constraints = [
            models.UniqueConstraint(fields=["publicity", "position"], name="publicity_position_once"),
            models.UniqueConstraint(fields=["publicity", "claim"], name="publicity_claim_once"),
        ]

    def __str__(self) -> str:
        return f"{self.publicity_id} {self.position}"


class Objection(FSMModelMixin, Record):
    """Anybody's objection to one line of a notice; the manager re-checks and reports, the authority decides."""

    class State(models.TextChoices):
        RECEIVED = "received", _("待复核")
        REPORTED = "reported", _("已出具复核报告")
        UPHELD = "upheld", _("异议成立")
        DISMISSED = "dismissed", _("异议不成立")

    OPEN = (State.RECEIVED, State.REPORTED)

    item = models.ForeignKey(
        PublicityItem, on_delete=models.PROTECT, related_name="objections", verbose_name=_("公示明细")
    )
    number = models.CharField(_("异议编号"), max_length=40, unique=True)
    state = FSMField(_("状态"), max_length=12, choices=State.choices, default=State.RECEIVED, protected=True)
    name = EncryptedTextField(_("异议人"))
    contact = EncryptedTextField(_("联系方式"))
    text = models.TextField(_("异议内容"))
    attachment = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("附件")
    )
    received_on = models.DateField(_("收到日期"))
    report = models.TextField(_("复核报告"), blank=True)
    reported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    reported_on = models.DateField(_("报告日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    decision_reason = models.TextField(_("决定理由"), blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("公示异议")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("reported_by")),
                name="objection_decided_by_another",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @transition(field=state, source=State.RECEIVED, target=State.REPORTED)
    def file_report(self) -> None:
        """The manager's re-check is written down."""

    @transition(field=state, source=State.REPORTED, target=State.UPHELD)
    def uphold(self) -> None:
        """The claim comes off the list."""

    @transition(field=state, source=State.REPORTED, target=State.DISMISSED)
    def dismiss(self) -> None:
        """The claim stays on the list."""
