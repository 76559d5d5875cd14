"""审核询问: what the reviewer asks the bank during the thirty days, and what it answers (20(1))."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from banks.base import BankOwned
from claims.models.claim import Claim
from pool.models import StoredFile, User


class Question(FSMModelMixin, BankOwned):
    """One round of asking and answering; what was asked is never altered, and while it is open the clock stands still.

    The bank's maker writes the reply, its checker sends it.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待银行答复")
        PREPARED = "prepared", _("答复待复核提交")
        ANSWERED = "answered", _("已答复")
        WITHDRAWN = "withdrawn", _("已撤回")

    OPEN = (State.ASKED, State.PREPARED)

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="questions", verbose_name=_("风险补偿申请"))
    round = models.PositiveSmallIntegerField(_("次序"))
    state = FSMField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED, protected=True)
    text = models.TextField(_("询问内容"))
    items = models.JSONField(_("需补充的材料"), default=list, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("询问人"))
    asked_on = models.DateField(_("询问日期"))
    answer_by = models.DateField(_("答复截止日"))
    reply = models.TextField(_("答复内容"), blank=True)
    prepared_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人")
    )
    submitted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    withdrawn_on = models.DateField(_("撤回日期"), null=True, blank=True)
    withdrawn_because = models.TextField(_("撤回原因"), blank=True)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("审核询问")
        ordering = ["claim", "round"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "round"], name="question_round_once"),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state__in=["asked", "prepared"]), name="one_open_question_per_claim"
            ),
            models.CheckConstraint(
                condition=Q(submitted_by__isnull=True) | ~Q(submitted_by=F("prepared_by")),
                name="reply_submitted_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="answered")
                | Q(answered_on__isnull=False, submitted_by__isnull=False, prepared_by__isnull=False) & ~Q(reply=""),
                name="answered_by_two_with_words",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawn_on__isnull=False) & ~Q(withdrawn_because=""),
                name="question_withdrawn_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["bank"], condition=Q(state__in=["asked", "prepared"]), name="question_open_by_bank")
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.round}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def ended_on(self) -> date | None:
        """The day on which the clock runs again."""
        ended: date | None = self.answered_on or self.withdrawn_on
        return ended

    @property
    def is_late(self) -> bool:
        """Answered after its last day."""
        return self.answered_on is not None and self.answered_on > self.answer_by

    @transition(field=state, source=State.ASKED, target=State.PREPARED)
    def prepare(self) -> None:
        """The maker has written the reply; the checker sends it."""

    @transition(field=state, source=State.PREPARED, target=State.ANSWERED)
    def answer(self) -> None:
        """The bank's checker has sent it; the thirty days run again."""

    @transition(field=state, source=[State.ASKED, State.PREPARED], target=State.WITHDRAWN)
    def withdraw(self) -> None:
        """The manager needs no answer any more, or the claim has ended."""


class QuestionPaper(BankOwned):
    """A document of the reply; when the reply is sent, it takes its place among the claim's evidence."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="papers", verbose_name=_("审核询问"))
    item = models.CharField(_("材料类别"), max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("文件"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人"))
    superseded = models.BooleanField(_("已替换"), default=False)

    class Meta(BankOwned.Meta):
        verbose_name = verbose_name_plural = _("答复材料")
        constraints = [
            models.UniqueConstraint(
                fields=["question", "item"], condition=Q(superseded=False), name="one_current_reply_paper_per_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.item}"
