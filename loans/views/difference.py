"""What a correction changes, as a table: field, before, after."""

from django.utils.translation import gettext as _

from loans.columns import LOAN_SCHEMA
from loans.intake import LoanFacts
from loans.models import Correction
from loans.services.correction import differing
from loans.services.rows import read_facts
from loans.words import Qualification
from pool.masking import mask_identity
from pool.sheets import Kind
from pool.tables import Column, Table


def table_of(correction: Correction) -> Table:
    """Field, before, after: only what differs, personal numbers masked."""
    before, after = read_facts(correction.before), read_facts(correction.after)
    rows = [
        {"label": _(LOAN_SCHEMA[name].header), "before": _said(before, name), "after": _said(after, name)}
        for name in differing(before, after)
    ]
    columns = [
        Column(_("项目"), "label"),
        Column(_("更正前"), "before"),
        Column(_("更正后"), "after"),
    ]
    return Table(columns, rows, caption=_("更正内容"))


def _said(facts: LoanFacts, name: str) -> str:
    value = getattr(facts, name)
    if name == "qualifications":
        words = dict(Qualification.choices)
        told = (f"{words.get(one.kind, one.kind)}（{one.valid_from} 至 {one.valid_to}）" for one in value)
        return "、".join(told) or "—"
    column = LOAN_SCHEMA[name]
    if column.sensitive:
        return mask_identity(value) or "—"
    if column.kind is Kind.MONEY:
        return f"{value:,.2f}"
    if column.kind is Kind.PERCENT:
        return f"{value.normalize():f}%"
    if column.kind is Kind.YES_NO:
        return str(_("是") if value else _("否"))
    if column.kind in (Kind.CHOICE, Kind.CHOICES):
        words = [value] if isinstance(value, str) else value
        return "、".join(str(_(column.labels[word])) for word in words if word in column.labels) or "—"
    return str(value) or "—"
