"""The order to the special account's bank: instructed transfers in one file, each in one file only (20(3))."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from pool.models import StoredFile, User
from pool.models.base import Record


class PayFile(FSMModelMixin, Record):
    """Twice the same order: a sheet for the online bank and an ISO 20022 pain.001, each with its fingerprint."""

    class State(models.TextChoices):
        MADE = "made", _("已生成")
        VOID = "void", _("已作废")

    number = models.CharField(_("支付文件编号"), max_length=35, unique=True)
    state = FSMField(_("状态"), max_length=8, choices=State.choices, default=State.MADE, protected=True)
    execute_on = models.DateField(_("要求付款日"))
    count = models.PositiveIntegerField(_("笔数"))
    total = models.DecimalField(_("合计金额"), max_digits=18, decimal_places=2)
    sheet = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("支付清单"))
    message = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("支付报文"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("生成人"))
    made_on = models.DateField(_("生成日期"))
    voided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("作废人")
    )
    voided_on = models.DateField(_("作废日期"), null=True, blank=True)
    reason = models.CharField(_("作废原因"), max_length=400, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("支付文件")
        ordering = ["-made_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0) & Q(count__gt=0), name="pay_file_pays_something"),
            models.CheckConstraint(
                condition=Q(voided_by__isnull=True) | ~Q(voided_by=F("made_by")), name="pay_file_voided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("claims:pay_file", args=[self.pk])

    @transition(field=state, source=State.MADE, target=State.VOID)
    def make_void(self) -> None:
        """The bank never took it; its transfers may go into another."""
