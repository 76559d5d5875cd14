"""What is entered about a bank: account, agreements, listings, violations. Each ends in a service."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from banks import forms, services
from banks import permissions as may
from banks.models import Agreement, DishonestyListing, PayeeAccount, Violation
from banks.views.banks import bank_or_404
from banks.views.forms import fill_in
from pool import clock
from pool.forms_keys import once, seen_version
from pool.selectors import edition, page_of


def _article(slug: str) -> str:
    return str(edition()[slug].article)


def _page(bank_id: UUID) -> str:
    return reverse("banks:detail", args=[bank_id])


@login_required
@require_http_methods(["GET", "POST"])
@once
def register_agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, pk)
    allowed = [who for who in Agreement.Counterparty if may.may_register_agreement(request.user, who)[0]]
    may.require((bool(allowed), _("您的角色无权执行此操作。")))
    return fill_in(
        request,
        forms.AgreementForm(
            request.POST or None, request.FILES or None, parties=allowed, initial={"counterparty": allowed[0]}
        ),
        lambda data: services.register_agreement(bank_id=bank.pk, by=request.user, on=clock.today(), **data),
        title=_("登记合作协议"),
        article=_article("agreement_parties"),
        back=_page(bank.pk),
        about=_("须与高新投集团、深圳市财政金融服务中心分别签订；两份均在有效期内，方可录入贷款和提出申请。"),
        done=_("已登记合作协议。"),
        bank=bank,
    )


@login_required
@require_http_methods(["GET", "POST"])
@once
def enter_payee(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, pk)
    may.require(may.may_enter_payee(request.user, bank.pk))
    return fill_in(
        request,
        forms.PayeeForm(request.POST or None),
        lambda data: services.enter_payee(bank_id=bank.pk, by=request.user, on=clock.today(), **data),
        title=_("录入收款专用账户"),
        about=_("须由本行复核人员另行确认后才会用于拨付；变更账户同样录入新的一版。"),
        back=_page(bank.pk),
        done=_("已录入，等待复核人员确认。"),
        bank=bank,
    )


@login_required
@require_POST
@once
def confirm_payee(request: HttpRequest, pk: UUID) -> HttpResponse:
    account = get_object_or_404(PayeeAccount.objects.visible_to(request.user), pk=pk)
    version = seen_version(request)
    services.confirm_payee(account_id=account.pk, by=request.user, on=clock.today(), version=version)
    messages.success(request, _("已确认收款专用账户。"))
    return redirect(_page(account.bank_id))


@login_required
@require_http_methods(["GET", "POST"])
@once
def list_dishonest(request: HttpRequest, pk: UUID) -> HttpResponse:
    bank = bank_or_404(request, pk)
    may.require(may.may_list_dishonest(request.user))
    return fill_in(
        request,
        forms.ListingForm(request.POST or None),
        lambda data: services.list_dishonest(bank_id=bank.pk, by=request.user, on=clock.today(), **data),
        title=_("登记列入严重失信主体名单"),
        about=_("列入期间不得提出申请；已提交的申请不受影响。"),
        article=_article("dishonesty_bar"),
        back=_page(bank.pk),
        done=_("已登记。"),
        bank=bank,
    )


@login_required
@require_http_methods(["GET", "POST"])
@once
def end_listing(request: HttpRequest, pk: UUID) -> HttpResponse:
    listing = get_object_or_404(DishonestyListing.objects.visible_to(request.user), pk=pk)
    may.require(may.may_list_dishonest(request.user))
    return fill_in(
        request,
        forms.EndListingForm(request.POST or None),
        lambda data: services.end_listing(listing_id=listing.pk, by=request.user, on=clock.today(), **data),
        title=_("登记移出严重失信主体名单"),
        article=_article("dishonesty_bar"),
        back=_page(listing.bank_id),
        done=_("已登记移出。"),
        bank=listing.bank,
    )


@login_required
@require_http_methods(["GET", "POST"])
@once
def propose_sanction(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the bank did and what is proposed; the projects are named on the next page, the authority decides there."""
    bank = bank_or_404(request, pk)
    may.require(may.may_propose_sanction(request.user))
    return fill_in(
        request,
        forms.SanctionForm(request.POST or None, initial={"year": clock.today().year, "basis": _article(CLAWBACK)}),
        lambda data: services.propose_sanction(bank_id=bank.pk, by=request.user, on=clock.today(), **data),
        title=_("提出违规处理"),
        about=_("由主管部门决定；决定后计入所属年度的评价，追回补偿资金的还须列明涉及的项目。"),
        article=_article(CLAWBACK),
        back=_page(bank.pk),
        then=lambda row: page_of(Violation._meta.label_lower, row.pk),
        done=_("已提出，等待主管部门决定。"),
        bank=bank,
    )


CLAWBACK = "clawback_interest"
"""The provision of what follows a breach (28)."""
