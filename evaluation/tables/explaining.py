"""Why a bank has its grade and not the next better one, from the facts that its finding keeps (23)."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pool.formats import percent_beside, ratio
from pool.rulebook import load

SHARE = Decimal(100)


def explained(finding: dict[str, Any], edition: str) -> str:
    """Rank, of how many, as a share; which line was missed. Empty for a finding that is no grade."""
    facts = finding["facts"]
    if finding["provision"] != "rank_shares" or not facts.get("banks"):
        return ""
    shares = {name: value / SHARE for name, value in load(edition)["rank_shares"].value.items()}
    said = [_leading(facts, shares["leading"]), _growing(facts, shares)]
    if missed := _missed(facts, shares):
        said.append(missed)
    return _("；").join(said) + _("。")


def _leading(facts: dict[str, Any], line: Decimal) -> str:
    banks = facts["banks"]
    words = {
        "amount": facts["amount_rank"],
        "borrowers": facts["borrowers_rank"],
        "banks": banks,
        "amount_share": _part(facts["amount_rank"], banks, line),
        "borrowers_share": _part(facts["borrowers_rank"], banks, line),
    }
    return (
        _("放款额第%(amount)s名、企业数第%(borrowers)s名，共%(banks)s家，位于前%(amount_share)s、前%(borrowers_share)s")
        % words
    )


def _growing(facts: dict[str, Any], shares: dict[str, Decimal]) -> str:
    rank, growing = facts["growth_rank"], facts["growing"]
    if rank is None:
        return _("上年没有放款，没有增速排名")
    line = min((shares["excellent"], shares["good"]), key=lambda share: abs(Decimal(rank) / growing - share))
    return _("增速第%(rank)s名，共%(growing)s家，位于前%(share)s") % {
        "rank": rank, "growing": growing, "share": _part(rank, growing, line),
    }  # fmt: skip


def _part(rank: int, of: int, line: Decimal) -> str:
    """Never rounded onto the line it is held against."""
    return percent_beside(Decimal(rank) / Decimal(of), line, places=1)


def _missed(facts: dict[str, Any], shares: dict[str, Decimal]) -> str:
    """What keeps it from the next better grade; a violation or a decline says so itself."""
    grade, rank, growing = facts["grade"], facts["growth_rank"], facts["growing"]
    if grade == "good":
        return _("未进入增速前%(share)s，为良好，不是优秀") % {"share": ratio(shares["excellent"])}
    if grade != "qualified":
        return ""
    if rank is None:
        return _("不能评为优秀、良好")
    if Decimal(rank) > shares["good"] * growing:
        return _("未进入增速前%(share)s，不能评为优秀、良好") % {"share": ratio(shares["good"])}
    return _("放款额和企业数都未进入前%(share)s，不能评为优秀、良好") % {"share": ratio(shares["leading"])}
