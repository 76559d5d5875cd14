"""Review in the admin: the queue, and one page with the rules on the left, the evidence and the facts on the right.

Everything is read-only; the buttons call the services of `claims.services.review` and `claims.services.assignment`.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from claims import permissions, reports, selectors, services
from claims.admin import page as review
from claims.admin.acts import ACTS
from claims.admin.filters import AgeFilter, AmountFilter, AskedFilter, HolderFilter
from claims.admin.many import approve_many
from claims.admin.wording import CannedPhraseAdmin as CannedPhraseAdmin
from claims.models import Claim, Review
from claims.services import clocks
from claims.views import page
from pool import audit, clock, pdf
from pool.admin_kit import ReadOnlyAdmin
from pool.forms_keys import once
from pool.models import AccessLog, Role
from pool.selectors import edition

READERS = frozenset({Role.MANAGER_REVIEWER, Role.MANAGER_APPROVER, Role.MANAGER_STATISTICS, Role.AUDITOR})


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """The review queue and the review page (20(1))."""

    readers = READERS
    acts = ACTS
    list_display = [
        "number",
        "bank",
        "borrower",
        "shown_amount",
        "state",
        "held_by",
        "first_submitted_on",
        "decide_by",
        "days",
    ]
    list_filter = [
        "state",
        HolderFilter,
        AskedFilter,
        AgeFilter,
        AmountFilter,
        ("bank", admin.RelatedOnlyFieldListFilter),
    ]
    search_fields = ["number", "loan__loan_number", "loan__borrower_name"]
    list_select_related = ["bank", "loan"]
    ordering = ["decide_by", "first_submitted_on", "id"]
    change_form_template = "admin/claims/review.html"
    change_list_template = "admin/claims/queue.html"

    def get_urls(self) -> list[Any]:
        own = path("distribute/", self.admin_site.admin_view(distribute), name="claims_claim_distribute")
        many = path("approve/", self.admin_site.admin_view(approve_many), name="claims_claim_approve_many")
        letter = path(
            "<uuid:object_id>/letter/<slug:round_>/",
            require_GET(self.admin_site.admin_view(self.letter)),
            name="claims_claim_letter",
        )
        return [own, many, letter, *super().get_urls()]

    def letter(self, request: HttpRequest, object_id: UUID, round_: str) -> HttpResponse:
        """The opinion letter of the review, or the conclusion of the re-examination, as PDF."""
        claim = self.get_object(request, str(object_id))
        if claim is None or round_ not in reports.ROUNDS or not self.has_view_permission(request, claim):
            raise Http404
        audit.log_access(request, AccessLog.Kind.DOWNLOAD, claim)
        number = reports.ROUNDS[Review.Round(round_)]
        return pdf.download(reports.opinion_pdf(claim, round_), f"{claim.number}-{number}.pdf")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The queue under what lies before each person."""
        extra = {
            "title": _("审核办理"),
            "loads": selectors.loads(),
            "unassigned": selectors.unassigned().count(),
            "may_distribute": permissions.decide(request.user)[0],
            "deciding": Claim.objects.filter(state=Claim.State.REVIEWING).count(),
            "article": edition()["review_period"].article,
        }
        response: HttpResponse = super().changelist_view(request, extra | (extra_context or {}))
        return response

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Claim]":
        """A bank's draft is the bank's own."""
        rows: QuerySet[Claim] = super().get_queryset(request).exclude(state=Claim.State.DRAFT)
        return selectors.with_desk(rows.select_related("bank", "loan", "determination", "made_by", "submitted_by"))

    @admin.display(description=gettext_lazy("借款人"), ordering="loan__borrower_name")
    def borrower(self, claim: Claim) -> str:
        return str(claim.loan.borrower_name)

    @admin.display(description=gettext_lazy("补偿金额（元）"), ordering="amount")
    def shown_amount(self, claim: Claim) -> str:
        return "" if claim.amount is None else f"{claim.amount:,.2f}"

    @admin.display(description=gettext_lazy("承办人"))
    def held_by(self, claim: Claim) -> str:
        if claim.state not in selectors.UNDER_REVIEW:
            return "—"
        return str(claim.holder_name) if claim.holder_name else _("未分办")

    @admin.display(description=gettext_lazy("剩余工作日"))
    def days(self, claim: Claim) -> str:
        if claim.state not in clocks.ON_THE_DESK[clocks.REVIEW]:
            return "—"
        left = page.days_left(claim.decide_by, clock.today())
        return _("计时停止") if left is None else str(left)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        claim = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if claim is not None:
            extra |= review.of_claim(claim, request.user, self.buttons(request, claim))
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response


@require_POST
@once
def distribute(request: HttpRequest) -> HttpResponse:
    """Give what is nobody's to those with the fewest before them."""
    shares = services.distribute_claims(by=request.user, on=clock.today())
    if shares.given:
        people = len({one.person_id for one in shares.given})
        words = {"n": len(shares.given), "people": people}
        messages.success(request, _("已将 %(n)s 笔申请平均分办给 %(people)s 人。") % words)
    if shares.left:
        names = "、".join(claim.number for claim in shares.left)
        messages.warning(request, _("以下申请没有可以承办的人员，请增补人员后再分办：%(names)s。") % {"names": names})
    if not shares.given and not shares.left:
        messages.info(request, _("没有未分办的申请。"))
    return redirect("admin:claims_claim_changelist")
