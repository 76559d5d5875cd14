"""重新审核: an approved claim that a correcting notice left out goes back before the reviewer (20(1), 20(2))."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from claims.models.claim import Claim
from pool.models import User
from pool.models.base import Record


class Reconsideration(FSMModelMixin, Record):
    """Proposed by the manager's reviewer, agreed to or declined by an approver; no bank sees it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待终审决定")
        AGREED = "agreed", _("已重新审核")
        DECLINED = "declined", _("不予重新审核")

    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="reconsiderations", verbose_name=_("风险补偿申请")
    )
    state = FSMField(_("状态"), max_length=8, choices=State.choices, default=State.PROPOSED, protected=True)
    reason = models.TextField(_("重新审核的理由"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出人"))
    proposed_on = models.DateField(_("提出日期"))
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("决定人")
    )
    decided_on = models.DateField(_("决定日期"), null=True, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    decision_reason = models.TextField(_("决定理由"), blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("重新审核")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state="proposed"), name="one_open_reconsideration_per_claim"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="reconsideration_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed")
                | Q(decided_by__isnull=False, decided_on__isnull=False, decided_at__isnull=False)
                & ~Q(decision_reason=""),
                name="reconsideration_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.state}"

    @transition(field=state, source=State.PROPOSED, target=State.AGREED)
    def agree(self) -> None:
        """The claim lies before the reviewer again."""

    @transition(field=state, source=State.PROPOSED, target=State.DECLINED)
    def decline(self) -> None:
        """It stays approved and waits for another notice."""
