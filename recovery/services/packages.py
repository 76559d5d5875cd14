"""Registered transfers of non-performing loans: the price shared over them, each share a recovery (19(6)).

The bank's two people file a package, the manager reviews it; then every share is reported in one transaction, by the
same rules and clocks as a recovery entered by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Claim, Upgrade
from claims.services import locking
from loans.models import Loan
from pool import hats, moves
from pool.chinese import in_chinese
from pool.errors import Refused
from pool.models import StoredFile, User
from pool.money import CENT, ZERO, total, yuan
from recovery import permissions as may
from recovery import rules, selectors
from recovery.models import Closing, Package, PackageItem, Recovery, Settlement
from recovery.services import notes, recoveries
from recovery.services.common import BANK_CHECKER, BANK_MAKER, article, born, note, number

MANAGER = "manager"
Method = Package.Method
LOANS = "loans"


@dataclass(frozen=True)
class Sale:
    """What the bank says about a transfer; `loans` are IOU numbers, each with its price where the contract names it."""

    registration_number: str
    buyer: str
    transferred_on: date
    received_on: date
    price: Decimal
    loans: Mapping[str, Decimal | None]
    method: str = Method.PRINCIPAL
    other_principal: Decimal = ZERO


@dataclass(frozen=True)
class Share:
    """One loan's part."""

    claim: Claim
    principal_left: Decimal
    amount: Decimal

    @property
    def principal_part(self) -> Decimal:
        """The price goes to the principal first; what is more is interest."""
        return min(self.amount, self.principal_left)


def law() -> str:
    return article("return_formula")


@transaction.atomic
def prepare_package(*, sale: Sale, document: StoredFile, bank_id: UUID, by: User, on: date) -> Package:
    """The maker writes it down; the shares are reckoned and stand there for the checker."""
    may.require(may.prepare(by, bank_id))
    _check_facts(sale, on)
    claims = _claims_named(bank_id, sale)
    _refuse_known(bank_id, sale)
    shares = _shares(sale, claims, on)
    package: Package = Package.objects.create(
        bank_id=bank_id, number=number("ZR", on), registration_number=sale.registration_number.strip(),
        buyer=sale.buyer.strip(), transferred_on=sale.transferred_on, received_on=sale.received_on, price=sale.price,
        other_principal=sale.other_principal, method=sale.method, document=document, made_by=by,
    )  # fmt: skip
    for one in shares:
        PackageItem.objects.create(
            package=package, bank_id=bank_id, branch_id=one.claim.branch_id, loan=one.claim.loan, claim=one.claim,
            principal_left=one.principal_left, share=one.amount, principal_part=one.principal_part,
        )  # fmt: skip
    born(package, by=by, on=on)
    hats.wear(package, by, BANK_MAKER)
    _noted("prepare_package", package, by=by, on=on)
    return package


@transaction.atomic
def submit_package(*, package_id: UUID, by: User, on: date, version: int) -> Package:
    """The checker files it, if the shares are still what the projects say."""
    package, claims = _held(package_id)
    may.require(may.submit(by, package.bank_id))
    locking.check(package, version)
    _refuse_changed(package, claims, on)
    hats.wear(package, by, BANK_CHECKER)
    moves.move(package, "apply", by=by, on=on, article=law(), submitted_by=by, applied_on=on)
    _noted("submit_package", package, by=by, on=on)
    return package


@transaction.atomic
def cancel_package(*, package_id: UUID, by: User, on: date, version: int, reason: str = "") -> Package:
    """Either person of the bank, as long as the manager has not decided."""
    package = locking.row(Package, package_id, "bank")
    may.require(may.cancel(by, package.bank_id))
    locking.check(package, version)
    moves.move(package, "cancel", by=by, on=on, article=law(), reason=reason)
    _drop_items(package)
    _noted("cancel_package", package, by=by, on=on, reason=reason)
    return package


@transaction.atomic
def decide_package(*, package_id: UUID, accept: bool, reason: str, by: User, on: date, version: int) -> Package:
    """The manager: every share is reported now, all of them or none; or it goes back with a reason."""
    package, claims = _held(package_id)
    may.require(may.review(by))
    locking.check(package, version)
    if not accept and not reason.strip():
        raise Refused("reason_missing", _("退回须写明理由。"), law(), "reason")
    hats.wear(package, by, MANAGER)
    moves.move(
        package, "accept" if accept else "refuse", by=by, on=on, article=law(), reason=reason, decided_by=by,
        decided_on=on, decision_reason=reason.strip(),
    )  # fmt: skip
    if accept:
        _refuse_changed(package, claims, on)
        _report_all(package, claims, on)
    else:
        _drop_items(package)
    notes.package_decided(package, on=on)
    _noted("decide_package", package, by=by, on=on, reason=reason)
    return package


def _report_all(package: Package, claims: Mapping[UUID, Claim], on: date) -> None:
    """Written down by the one who prepared the package, reported by the one who filed it, on the day of the filing."""
    items = list(selectors.items_of(package))
    method = Recovery.Method.PACKAGE_SALE if len(items) > 1 else Recovery.Method.TRANSFER
    for item in items:
        claim = claims[item.claim_id]
        facts = recoveries.Facts(package.received_on, item.share, item.principal_part, method, _source(package))
        case = (claim.loan, claim.determination, claim)
        row = recoveries.prepare(facts, *case, by=package.made_by, on=on, voucher=package.document)
        recoveries.report(row, *case, by=package.submitted_by, on=on, filed_on=package.applied_on)
        item.recovery = row
        locking.keep(item, "recovery")


@in_chinese()
def _source(package: Package) -> str:
    """What is kept with each recovery."""
    said = _("银登中心登记 %(registration)s，转让 %(number)s，受让方 %(buyer)s") % {
        "registration": package.registration_number, "number": package.number, "buyer": package.buyer,
    }  # fmt: skip
    return said[:400]


def _drop_items(package: Package) -> None:
    """The loans are free for another transfer."""
    for item in package.items.all():
        item.dropped = True
        locking.keep(item, "dropped")


def _held(package_id: UUID) -> tuple[Package, dict[UUID, Claim]]:
    """Standing, loans and claims first, then the package."""
    named = PackageItem.objects.filter(package=package_id).values_list("claim_id", flat=True)
    claims = locking.claims(named, with_standing=True)
    return locking.row(Package, package_id, "bank", "made_by", "document"), {claim.pk: claim for claim in claims}


# --- the shares -------------------------------------------------------------------------------------------------------


def _shares(sale: Sale, claims: Sequence[Claim], on: date) -> list[Share]:
    left = {claim.loan.loan_number: _principal_left(claim, sale, on) for claim in claims}
    amounts = share_out(sale.price, sale.method, left, sale.loans, sale.other_principal)
    small = sorted(name for name, amount in amounts.items() if amount <= 0)
    if small:
        raise Refused(
            "no_share", _("转让价款分摊到下列借据不足一分：%(numbers)s") % {"numbers": "、".join(small)}, law(), LOANS
        )
    by_number = {claim.loan.loan_number: claim for claim in claims}
    return [Share(by_number[name], left[name], amounts[name]) for name in sorted(left)]


def share_out(
    price: Decimal, method: str, left: Mapping[str, Decimal], agreed: Mapping[str, Decimal | None], other: Decimal
) -> dict[str, Decimal]:
    """By outstanding principal, or as the contract says; the contract's prices are the whole price, to the fen."""
    if method == Method.PRINCIPAL:
        return rules.share_price(price, left, other)
    named = {name: agreed.get(name) for name in left}
    if any(amount is None or amount <= 0 for amount in named.values()):
        raise Refused("price_missing", _("请在每行借据号后填写转让合同列明的该笔价格。"), law(), LOANS)
    amounts = {name: amount for name, amount in named.items() if amount is not None}
    whole = total(amounts.values())
    if whole > price or (whole != price and other == ZERO):
        words = {"sum": yuan(whole), "price": yuan(price)}
        text = _("逐笔价格合计 %(sum)s 元，与转让价款 %(price)s 元不符。")
        raise Refused("sum_differs", text % words, law(), LOANS)
    return amounts


def _principal_left(claim: Claim, sale: Sale, on: date) -> Decimal:
    """What the project weighs, if the rules have nothing against its being sold."""
    loan, determination = claim.loan, claim.determination
    _refuse_under_way(loan, claim)
    left = recoveries.principal_left(determination)
    if left <= 0:
        raise Refused("nothing_left", _of(loan, _("本金已全部收回，没有可转让的余额。")), law(), LOANS)
    facts = recoveries.Facts(sale.received_on, CENT, ZERO)
    refusal = recoveries.why_not(facts, loan, determination, claim, on, left)
    if refusal is not None:
        raise Refused(refusal.code, _of(loan, str(refusal.message)), refusal.article, LOANS)
    return left


def _refuse_changed(package: Package, claims: Mapping[UUID, Claim], on: date) -> None:
    """What came back since changes the shares: such a package is made anew."""
    sale = _said(package)
    for item in selectors.items_of(package):
        claim = claims[item.claim_id]
        if claim.state != Claim.State.PAID or claim.loan.state != Loan.State.COMPENSATED:
            raise _not_compensated([claim.loan.loan_number])
        if _principal_left(claim, sale, on) != item.principal_left:
            raise Refused(
                "basis_changed", _of(claim.loan, _("填报后又有清收，分摊依据已变动，请撤回或退回后重新填报。")), law()
            )


def _said(package: Package) -> Sale:
    return Sale(
        package.registration_number, package.buyer, package.transferred_on, package.received_on, package.price, {},
        package.method, package.other_principal,
    )  # fmt: skip


# --- what may be sold -------------------------------------------------------------------------------------------------


def _check_facts(sale: Sale, on: date) -> None:
    for field, value in (("registration_number", sale.registration_number), ("buyer", sale.buyer)):
        if not value.strip():
            raise Refused("facts_missing", _("请填写银登中心登记编号和受让方。"), law(), field)
    if sale.method not in Method.values:
        raise Refused("method_unknown", _("请选择价款的分摊方法。"), law(), "method")
    if sale.price <= 0 or sale.price != sale.price.quantize(CENT):
        raise Refused("not_money", _("转让价款须大于零，且最多两位小数。"), law(), "price")
    if sale.other_principal < 0 or sale.other_principal != sale.other_principal.quantize(CENT):
        raise Refused("not_money", _("金额不能为负，且最多两位小数。"), law(), "other_principal")
    for field, day in (("transferred_on", sale.transferred_on), ("received_on", sale.received_on)):
        if day > on:
            raise Refused("in_the_future", _("转让日期和价款到账日期不能晚于今天。"), law(), field)


def _claims_named(bank_id: UUID, sale: Sale) -> list[Claim]:
    """The compensated projects of these numbers, locked; another bank's loan is no loan of this one."""
    wanted = sorted(sale.loans)
    if not wanted:
        raise Refused("nothing_named", _("请填写转让的借据号，每行一个。"), law(), LOANS)
    paid = Claim.objects.filter(
        bank_id=bank_id, loan__loan_number__in=wanted, state=Claim.State.PAID, loan__state=Loan.State.COMPENSATED
    )
    known = dict(paid.values_list("loan__loan_number", "pk"))
    if set(known) != set(wanted):
        raise _not_compensated([name for name in wanted if name not in known])
    return locking.claims(known.values())


def _not_compensated(numbers: Sequence[str]) -> Refused:
    text = _("下列借据不是本行已获补偿、仍在清收的项目：%(numbers)s")
    return Refused("not_compensated", text % {"numbers": "、".join(numbers)}, law(), LOANS)


def _refuse_known(bank_id: UUID, sale: Sale) -> None:
    ours = Package.objects.filter(bank_id=bank_id, state__in=Package.LIVE)
    same = ours.filter(registration_number=sale.registration_number.strip())
    if same.exists():
        text = _("该登记编号已用于转让 %(number)s。")
        raise Refused("registered", text % {"number": same[0].number}, law(), "registration_number")
    taken = PackageItem.objects.filter(package__in=ours, loan__loan_number__in=sale.loans, dropped=False)
    for item in taken.select_related("loan", "package"):
        said = _("已列在转让 %(number)s 中。") % {"number": item.package.number}
        raise Refused("in_another_package", _of(item.loan, said), law(), LOANS)


def _refuse_under_way(loan: Loan, claim: Claim) -> None:
    """One way at a time: what is being decided of the project in another way is decided first."""
    open_settlement = Settlement.objects.filter(
        loan=loan, state__in=[Settlement.State.PREPARED, Settlement.State.APPLIED]
    )
    open_closing = Closing.objects.filter(loan=loan).exclude(state__in=Closing.ENDED)
    prepared = Recovery.objects.filter(loan=loan, state=Recovery.State.PREPARED)
    for rows, what in (
        (Upgrade.objects.filter(claim=claim, state__in=Upgrade.OPEN), _("上调转回")),
        (open_settlement, _("清收申请")), (open_closing, _("结项")), (prepared, _("清收记录的复核")),
    ):  # fmt: skip
        if rows.exists():
            raise Refused("under_way", _of(loan, _("正在办理%(what)s，请先办结。") % {"what": what}), law(), LOANS)
    refusal = selectors.clawback_in_the_way(loan)
    if refusal is not None:
        raise Refused(refusal.code, _of(loan, str(refusal.message)), refusal.article, LOANS)


def _of(loan: Loan, said: str) -> str:
    return _("借据 %(number)s：%(said)s") % {"number": loan.loan_number, "said": said}


def _noted(action: str, package: Package, *, by: User, on: date, reason: str = "") -> None:
    after = {
        "state": package.state, "registration_number": package.registration_number, "price": package.price,
        "method": package.method,
        "shares": {str(item.loan_id): str(item.share) for item in package.items.order_by("loan_id")},
    }  # fmt: skip
    note(action, package, by=by, on=on, after=after, article=law(), reason=reason)
