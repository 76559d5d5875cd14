"""不良贷款转让: loans sold together, registered at 银登中心; the price is shared over them, each share a recovery."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models import Claim
from loans.models import Loan
from pool.models import StoredFile, User
from recovery.models.projects import Recovery


class Package(FSMModelMixin, BankOwned):
    """One transfer: prepared by the bank's maker, filed by its checker, reviewed by the manager; then it counts."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("待复核")
        APPLIED = "applied", _("待审核")
        ACCEPTED = "accepted", _("已审核，各笔已上报")
        REFUSED = "refused", _("退回")
        CANCELLED = "cancelled", _("已撤回")

    OPEN = [State.PREPARED, State.APPLIED]
    LIVE = [*OPEN, State.ACCEPTED]

    class Method(models.TextChoices):
        PRINCIPAL = "principal", _("按未收回本金比例分摊")
        AGREED = "agreed", _("按转让合同列明的逐笔价格")

    number = models.CharField(_("转让编号"), max_length=40, unique=True)
    registration_number = models.CharField(_("银登中心登记编号"), max_length=60)
    buyer = models.CharField(_("受让方"), max_length=160)
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.PREPARED, protected=True)
    transferred_on = models.DateField(_("转让日期"))
    received_on = models.DateField(_("价款到账日期"))
    price = models.DecimalField(_("转让价款"), max_digits=18, decimal_places=2)
    other_principal = models.DecimalField(
        _("包内其他贷款未收回本金"), max_digits=18, decimal_places=2, default=Decimal("0.00")
    )
    method = models.CharField(_("分摊方法"), max_length=10, choices=Method.choices, default=Method.PRINCIPAL)
    document = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("转让文件"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    applied_on = models.DateField(_("报送日期"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    decided_on = models.DateField(_("审核日期"), null=True, blank=True)
    decision_reason = models.TextField(_("审核意见"), blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("不良贷款转让")
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0, other_principal__gte=0), name="package_has_a_price"),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("made_by")),
                name="package_submitted_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "accepted", "refused"])
                | Q(submitted_by__isnull=False, applied_on__isnull=False),
                name="package_filed_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "refused"]) | Q(decided_by__isnull=False, decided_on__isnull=False),
                name="package_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["bank", "registration_number"],
                condition=Q(state__in=["prepared", "applied", "accepted"]),
                name="package_registered_once",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("recovery:package", args=[self.pk])

    @property
    def ended_on(self) -> date:
        """Disposal ends when the rights have passed and the price is there."""
        last: date = max(self.transferred_on, self.received_on)
        return last

    @transition(field=state, source=State.PREPARED, target=State.APPLIED)
    def apply(self) -> None:
        """The bank's checker has filed it."""

    @transition(field=state, source=State.APPLIED, target=State.ACCEPTED)
    def accept(self) -> None:
        """The manager has reviewed it: each share is a recovery now."""

    @transition(field=state, source=State.APPLIED, target=State.REFUSED)
    def refuse(self) -> None:
        """Something is wrong; the bank files another."""

    @transition(field=state, source=[State.PREPARED, State.APPLIED], target=State.CANCELLED)
    def cancel(self) -> None:
        """The bank takes it back before it was reviewed."""


class PackageItem(BankOwned):
    """One loan of a package: what it weighs, its share of the price, and the recovery that the share became."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="items", verbose_name=_("不良贷款转让"))
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="package_items", verbose_name=_("贷款项目"))
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="package_items", verbose_name=_("风险补偿申请")
    )
    principal_left = models.DecimalField(_("未收回本金"), max_digits=18, decimal_places=2)
    share = models.DecimalField(_("分摊价款"), max_digits=18, decimal_places=2)
    principal_part = models.DecimalField(_("其中：本金"), max_digits=18, decimal_places=2)
    recovery = models.OneToOneField(
        Recovery, on_delete=models.PROTECT, null=True, blank=True, related_name="package_item",
        verbose_name=_("清收记录"),
    )  # fmt: skip
    dropped = models.BooleanField(_("已撤下"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("转让贷款")
        ordering = ["package", "loan__loan_number"]
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(dropped=False), name="loan_is_in_one_package"),
            models.CheckConstraint(condition=Q(share__gt=0, principal_left__gt=0), name="package_item_positive"),
            models.CheckConstraint(
                condition=Q(principal_part__gte=0)
                & Q(principal_part__lte=F("share"))
                & Q(principal_part__lte=F("principal_left")),
                name="package_item_principal_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.loan_id}"
