"""What the lists of other departments say about a claim's borrower: shown to whoever reviews, deciding nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from claims import assessment
from claims.assessment import language
from claims.models import Claim
from pool.models import DishonestEntity, QualifiedEnterprise, ReferenceCoverage
from pool.models.reference import IN_FORCE
from pool.selectors import edition


@dataclass(frozen=True)
class Said:
    text: str
    tone: str
    article: str = ""


def of_claim(claim: Claim) -> list[Said]:
    """Each qualification that raises the ratio against its department's list, and the borrower's dishonesty."""
    loan = claim.loan
    codes = [code for code in (loan.credit_code, loan.co_borrower_code) if code]
    found = [_of_kind(kind, codes, loan.disbursed_on) for kind in assessment.values_of(claim)["qualifications"]]
    return found + _dishonest(codes, loan.disbursed_on)


def _of_kind(kind: str, codes: list[str], day: date) -> Said:
    article = edition()["qualification_kinds"].article
    words: dict[str, Any] = {"kind": edition().word("qualification", kind, language()), "day": day}
    rows = QualifiedEnterprise.objects.filter(IN_FORCE, kind=kind, credit_code__in=codes)
    valid = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day).first()
    if valid is not None:
        words["source"] = valid.source
        return Said(_("%(kind)s：发放日见于名单（%(source)s）。") % words, "good", article)
    through = _known_through()
    if rows.exists():
        return Said(_("%(kind)s：名单上的有效期不含发放日 %(day)s，请核对。") % words, "wait", article)
    if through is not None and through >= day:
        return Said(_("%(kind)s：名单中没有该企业，请核对证书。") % words, "wait", article)
    return Said(_("%(kind)s：名单尚未确认完整至发放日 %(day)s，请核对证书。") % words, "info", article)


def _known_through() -> date | None:
    rows = ReferenceCoverage.objects.filter(IN_FORCE, kind=ReferenceCoverage.Kind.QUALIFICATIONS)
    return rows.values_list("confirmed_through", flat=True).first()


def _dishonest(codes: list[str], day: date) -> list[Said]:
    on_list = DishonestEntity.objects.filter(
        Q(listed_to__isnull=True) | Q(listed_to__gt=day), IN_FORCE, credit_code__in=codes, listed_from__lte=day
    )
    return [
        Said(
            _("发放日借款人在%(list)s上（%(source)s）。细则未就借款人作规定，供审核参考。")
            % {"list": row.get_register_display(), "source": row.source}, "wait",
        )
        for row in on_list
    ]  # fmt: skip
