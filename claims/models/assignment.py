"""Whose work a claim is inside the manager 分办, and who may never work on it 回避. No bank sees either."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.models.claim import Claim
from pool.models import User
from pool.models.base import Record


class Desk(models.TextChoices):
    """The four places of a review; each is the hat that its person wears on the claim."""

    REVIEWER = "reviewer", _("初审")
    APPROVER = "approver", _("终审")
    RE_REVIEWER = "re_reviewer", _("复核初审")
    RE_APPROVER = "re_approver", _("复核终审")


class Assignment(Record):
    """A claim's desk given to a person; when it is given to another, or the person recuses, it ends."""

    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("风险补偿申请")
    )
    desk = models.CharField(_("环节"), max_length=12, choices=Desk.choices)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("承办人"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("分办人"))
    on = models.DateField(_("分办日期"))
    reason = models.CharField(_("改派原因"), max_length=400, blank=True)
    ended_on = models.DateField(_("终止日期"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("分办记录")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "desk"], condition=Q(ended_on__isnull=True), name="one_person_per_desk"
            )
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(ended_on__isnull=True), name="assignment_open_by_person")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.desk} {self.person_id}"


class Recusal(Record):
    """A person keeps away from a claim for good; never changed, never taken back."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recusals", verbose_name=_("风险补偿申请"))
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("回避人"))
    on = models.DateField(_("回避日期"))
    reason = models.TextField(_("回避原因"))

    class Meta(Record.Meta):
        verbose_name = verbose_name_plural = _("回避记录")
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["claim", "person"], name="recused_once")]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.person_id}"
