"""What a bank's people are told of their bank's own record."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from banks.models import Agreement
from pool.chinese import in_chinese
from pool.models import Role
from pool.selectors import edition
from pool.services.notices import notify


@in_chinese()
def agreement_registered(agreement: Agreement, on: date) -> None:
    notify(
        key=f"agreement:{agreement.pk}", role=Role.BANK_ADMIN, bank=agreement.bank_id, on=on,
        title=_("已登记与%(who)s的合作协议 %(number)s")
        % {"who": agreement.get_counterparty_display(), "number": agreement.number},
        url=reverse("banks:detail", args=[agreement.bank_id]), article=edition()["agreement_parties"].article,
    )  # fmt: skip
