"""The abstract base of every table that belongs to a bank."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from pool.models.base import Record


class BankOwnedQuerySet(models.QuerySet):
    """The first wall: what a person may see. Row-level security is the second, and holds where this is forgotten."""

    def visible_to(self, user: Any) -> Self:
        """A bank's people see their bank's rows, public bodies all rows, anybody else none."""
        if user is None or not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(bank_id=user.institution) if user.role.startswith("bank_") else self.all()


class BankOwned(Record):
    """A record of one bank; row-level security shows it to that bank and to the public bodies only.

    `branch` is empty until a bank divides its work by branch. Foreign keys to another bank-owned table are doubled in
    the database by a composite key over (id, bank), so that no row can point into another bank's data.
    """

    bank = models.ForeignKey("banks.Bank", on_delete=models.PROTECT, related_name="+", verbose_name=_("加盟银行"))
    branch = models.ForeignKey(
        "banks.Branch", on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("分支机构")
    )

    objects = models.Manager.from_queryset(BankOwnedQuerySet)()

    class Meta(Record.Meta):
        abstract = True
