"""特别审批: what the city has approved for industries or enterprises, and at what ratio (16(5), reading 9)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from claims.rules import ApprovedScope, SpecialApproval
from pool.models import StoredFile, User
from pool.models.base import Record


class ApprovalRecord(FSMModelMixin, Record):
    """One document and whom it covers; entered by one person, confirmed by another, ended by two, never changed."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        RETURNED = "returned", _("已退回")
        ENDING = "ending", _("终止待确认")
        ENDED = "ended", _("已终止")

    COUNTS = (State.CONFIRMED, State.ENDING, State.ENDED)
    """What is ended covers the loans paid out until its last day."""

    number = models.CharField(_("批准文号"), max_length=80)
    title = models.CharField(_("文件名称"), max_length=200)
    issuer = models.CharField(_("批准机关"), max_length=80)
    issued_on = models.DateField(_("批准日期"))
    industries = models.JSONField(_("适用行业代码"), default=list, blank=True)
    enterprises = models.JSONField(_("适用企业"), default=list, blank=True)
    ratio = models.DecimalField(_("补偿比例"), max_digits=5, decimal_places=4)
    lifts_cap = models.BooleanField(_("明确突破封顶"), default=False)
    valid_from = models.DateField(_("有效期起"))
    valid_to = models.DateField(_("有效期止"), null=True, blank=True)
    document = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("批准文件"))
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.SUBMITTED, protected=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("录入人"))
    made_on = models.DateField(_("录入日期"))
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    last_day = models.DateField(_("终止后最后适用日"), null=True, blank=True)
    end_reason = models.CharField(_("终止依据"), max_length=400, blank=True)
    end_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("终止提出人")
    )
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("终止确认人")
    )
    ended_on = models.DateField(_("终止确认日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("特别审批")
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ratio__gt=0) & Q(ratio__lte=1), name="approval_ratio_is_a_share"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="approval_valid_forward"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("made_by")), name="approval_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "returned"])
                | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="approval_counts_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | ~Q(ended_by=F("end_by")), name="approval_ended_by_two"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended")
                | Q(last_day__isnull=False, end_by__isnull=False, ended_by__isnull=False, ended_on__isnull=False),
                name="approval_ended_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(industries=[]) | ~Q(enterprises=[]), name="approval_covers_somebody"
            ),
            models.UniqueConstraint(
                fields=["scheme", "number"], condition=Q(state__in=["submitted", "confirmed", "ending"]),
                name="approval_number_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("claims:special", args=[self.pk])

    @transition(field=state, source=State.SUBMITTED, target=State.CONFIRMED)
    def confirm(self) -> None:
        """Another person has read the document; from now on it decides ratios."""

    @transition(field=state, source=State.SUBMITTED, target=State.RETURNED)
    def send_back(self) -> None:
        """It does not say what the document says; it is entered anew."""

    @transition(field=state, source=State.CONFIRMED, target=State.ENDING)
    def ask_end(self) -> None:
        """One person says that it ends; it counts as before until another agrees."""

    @transition(field=state, source=State.ENDING, target=State.CONFIRMED)
    def keep(self) -> None:
        """It does not end after all."""

    @transition(field=state, source=State.ENDING, target=State.ENDED)
    def end(self) -> None:
        """Loans paid out after its last day are not covered; what was decided stays."""

    @property
    def covers_until(self) -> date | None:
        return self.last_day if self.state == self.State.ENDED else self.valid_to

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(one["code"] for one in self.enterprises)

    def scope(self) -> ApprovedScope:
        """As the rules read it."""
        return ApprovedScope(
            SpecialApproval(self.number, self.ratio, self.lifts_cap), self.issued_on, self.valid_from,
            self.covers_until, self.codes, tuple(self.industries),
        )  # fmt: skip
