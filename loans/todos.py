"""What waits for whom in this room: uploads, classifications, withdrawals, entry windows that close."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from loans import selectors
from loans.kinds import kind_of
from loans.models import ClassificationRequest, Correction, Extension, Upload, WithdrawalRequest
from loans.services.confirming import TRUTH
from pool.formats import whole
from pool.models import Role
from pool.registry import Draft, Todo
from pool.selectors import edition

SHOWN_WORKING_DAYS = 10
"""An entry window is shown to the maker when so few working days are left."""


def todos(user: Any, on: date) -> Iterable[Todo]:
    if user.role == Role.BANK_CHECKER:
        yield from _for_checker(user, on)
    if user.role == Role.BANK_MAKER:
        yield from _for_maker(user, on)


def drafts(user: Any) -> Iterable[Draft]:
    """What this person has prepared here and nobody has submitted or cancelled."""
    uploads = Upload.objects.visible_to(user).filter(
        made_by=user, state__in=[Upload.State.RECEIVED, Upload.State.CHECKING, Upload.State.CHECKED], rehearsal=False
    )
    yield Draft(_("未提交的入库批次"), uploads.count(), f"{reverse('loans:uploads')}?state=checked")
    for model in (ClassificationRequest, WithdrawalRequest, Extension, Correction):
        rows = model.objects.visible_to(user).filter(made_by=user, state=model.State.PREPARED)
        yield Draft(str(model._meta.verbose_name), rows.count(), reverse("loans:list"))


def _for_checker(user: Any, on: date) -> Iterable[Todo]:
    waiting_for = _("您（复核）")
    uploads = selectors.filings(user).filter(state=Upload.State.CHECKED, rows_good__gt=0, rows_unconfirmed=0)
    for upload in uploads.exclude(made_by=user).order_by("id")[:20]:
        yield Todo(
            title=_("复核并提交批次 %(number)s") % {"number": upload.number},
            detail=_("%(kind)s：可提交 %(good)s 行，暂缓 %(held)s 行")
            % {"kind": upload.get_kind_display(), "good": whole(upload.rows_good), "held": whole(upload.rows_held)},
            url=upload.get_absolute_url(), due=selectors.due_of(upload, on),
            article=edition()[kind_of(upload).article].article, waiting_for=waiting_for,
        )  # fmt: skip
    requests = ClassificationRequest.objects.visible_to(user).filter(state=ClassificationRequest.State.PREPARED)
    for request in requests.select_related("loan").exclude(made_by=user).order_by("id")[:20]:
        yield Todo(
            title=_("复核分类调整 %(number)s") % {"number": request.loan.loan_number},
            detail=_("%(name)s：拟调整为%(after)s")
            % {"name": request.loan.borrower_name, "after": request.get_after_display()},
            url=request.loan.get_absolute_url(), article=edition()["npl_classes"].article, waiting_for=waiting_for,
        )  # fmt: skip
    yield from _changes(user, waiting_for)
    withdrawals = WithdrawalRequest.objects.visible_to(user).filter(state=WithdrawalRequest.State.PREPARED)
    for request in withdrawals.select_related("loan").exclude(made_by=user).order_by("id")[:20]:
        yield Todo(
            title=_("复核撤回入库 %(number)s") % {"number": request.loan.loan_number},
            detail=request.reason, url=request.loan.get_absolute_url(), waiting_for=waiting_for,
        )  # fmt: skip


def _changes(user: Any, waiting_for: str) -> Iterable[Todo]:
    """Extensions and corrections that another person prepared."""
    book = edition()
    for model, words, article in (
        (Extension, _("复核展期 %(number)s"), book["auto_closing"].article),
        (Correction, _("复核入库更正 %(number)s"), book["entry_window"].article),
    ):
        rows = model.objects.visible_to(user).filter(state=model.State.PREPARED)
        for request in rows.select_related("loan").exclude(made_by=user).order_by("id")[:20]:
            yield Todo(
                title=words % {"number": request.loan.loan_number}, detail=request.reason,
                url=request.loan.get_absolute_url(), article=article, waiting_for=waiting_for,
            )  # fmt: skip


def _for_maker(user: Any, on: date) -> Iterable[Todo]:
    for window in selectors.open_windows(on):
        if window.left <= SHOWN_WORKING_DAYS:
            yield Todo(
                title=_("录入%(quarter)s发放的贷款") % {"quarter": window.name},
                detail=_("截止后录入的仍会保留，但不予补偿"),
                url=reverse("loans:upload_new"), due=window.window.closes_on, article=window.window.article,
                waiting_for=_("您（经办）"), provisional=window.window.provisional,
            )  # fmt: skip
    doubtful = selectors.filings(user).filter(state=Upload.State.CHECKED, rows_unconfirmed__gt=0)
    for upload in doubtful.order_by("id")[:20]:
        yield Todo(
            title=_("确认批次 %(number)s 的提示") % {"number": upload.number},
            detail=_("%(rows)s 行有提示，写明理由后才能复核提交") % {"rows": whole(upload.rows_unconfirmed)},
            url=f"{upload.get_absolute_url()}?rows=unconfirmed", due=selectors.due_of(upload, on), article=TRUTH,
            waiting_for=_("您（经办）"),
        )  # fmt: skip
    uploads = selectors.filings(user).filter(
        state__in=[Upload.State.CHECKED, Upload.State.ENTERED], rows_held__gt=0, made_by=user
    )
    for upload in uploads.order_by("-id")[:5]:
        if upload.made_on >= date.fromordinal(on.toordinal() - SHOWN_WORKING_DAYS):
            yield Todo(
                title=_("改正批次 %(number)s 的暂缓行") % {"number": upload.number},
                detail=_("%(held)s 行暂缓，改正后只需再传这些行") % {"held": whole(upload.rows_held)},
                url=upload.get_absolute_url(), due=_due_of_held(upload, on), waiting_for=_("您（经办）"),
                article=edition()[kind_of(upload).article].article,
            )  # fmt: skip


def _due_of_held(upload: Upload, on: date) -> date | None:
    """Of held loans the window they themselves fall under; those of a closed one are late already."""
    if not upload.is_of_loans:
        return kind_of(upload).due(on)
    found = selectors.closing_of_held(upload, on)
    return found[0].window.closes_on if found else None
