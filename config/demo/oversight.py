"""What else happens at the desks: pay files, sanctions, transfers of loans, silent projects, inspections, documents."""

from __future__ import annotations

import datetime
from decimal import Decimal
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from banks import services as banks
from banks.models import Joining, Violation
from claims import services as claims
from claims.models import ApprovalRecord, Claim, Payment
from evaluation.models import Finding, Inspection, InspectionCase
from evaluation.services import findings, inspections
from pool import scope, storage
from recovery import services as recovery
from recovery.models import Chaser, Clawback, Package

from .batches import Batches, rite
from .borrowers import credit_code
from .cases import Case, verb
from .papers import sample
from .stage import Stage, fresh

INSPECTED = ("B01", "B02", "B03")
PAPER_DAYS = 5


def _scan(title: str, *lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{title}.pdf", sample(title, *lines), "application/pdf")


# --- the wording of the review ----------------------------------------------------------------------------------------


@rite
def wording_proposed(batches: Batches) -> None:
    """Waits for another of the manager's people."""
    with batches.stage.acting("reviewer2") as (by, on):
        claims.propose_phrase(
            kind="question", provision="permitted_use", opinion="", evidence=["disbursement_voucher"],
            words="请说明借款人与收款方是否为关联企业，并补充双方的股权结构。", by=by, on=on,
        )  # fmt: skip


# --- the special account's bank ---------------------------------------------------------------------------------------


@rite
def pay_file(batches: Batches, name: str, *codes: str) -> None:
    """The released transfers of a plan go to the account's bank in one file."""
    with batches.stage.acting("finance2") as (by, on):
        rows = batches.payments(name, Payment.State.INSTRUCTED, codes)
        claims.make_pay_file(payment_ids=[row.pk for row in rows], execute_on=on, by=by, on=on)


# --- a notice that left one out ---------------------------------------------------------------------------------------


@verb
def reconsideration_proposed(case: Case) -> None:
    with case.office("reviewer1") as (by, on):
        claim = case.newest(Claim)
        claims.propose_reconsideration(
            claim_id=claim.pk, by=by, on=on, version=claim.version,
            reason="公示期间核对发现借款人从业人数与社保记录不一致，需重新核定企业规模。",
        )  # fmt: skip


# --- a sanction that takes the money back -----------------------------------------------------------------------------


@verb
def sanction_proposed(case: Case, pay_by: str) -> None:
    with case.office("statistics1") as (by, on):
        row = banks.propose_sanction(
            bank_id=case.stage.bank(case.bank).pk, year=on.year, ground=Violation.Ground.FALSE_PAPERS, basis="28",
            description="补偿申请所附受托支付凭证系伪造，经核查贷款资金回流借款人关联账户。",
            document_number=f"深工信处〔{on.year}〕2号", claws_back=True, rate=Decimal("3.10"),
            pay_by=datetime.date.fromisoformat(pay_by), by=by, on=on,
        )  # fmt: skip
        recovery.name_projects(
            violation_id=row.pk, loan_numbers=[case.life.iou_number], by=by, on=on, version=row.version
        )


@verb
def sanction_decided(case: Case) -> None:
    with case.office("authority2") as (by, on):
        row = Violation.objects.get(pk=case.newest(Clawback).violation_id)
        recovery.decide_sanction(violation_id=row.pk, by=by, on=on, version=row.version, reason="事实清楚，依规追回")


@verb
def clawback_received(case: Case, amount: str) -> None:
    """A part of it, found in the account by both people of the finance centre."""
    with case.office("finance1") as (by, on):
        row = case.newest(Clawback)
        receipt = recovery.enter_clawback_receipt(
            clawback_id=row.pk, amount=Decimal(amount), reference=f"HK{on:%Y%m%d}019", received_on=on, by=by, on=on,
            version=row.version,
        )  # fmt: skip
    with case.office("finance2") as (by, on):
        recovery.confirm_clawback_receipt(receipt_id=receipt.pk, by=by, on=on, version=receipt.version)


# --- registered transfers and silent projects -------------------------------------------------------------------------


@rite
def sold(batches: Batches, name: str, registration: str, price: str) -> None:
    """The bank sells the loans of the batch through the registration centre and files what it got for them."""
    members = batches.members[name]
    code, numbers = members[0].bank, [case.life.iou_number for case in members]
    stage = batches.stage
    bank = stage.bank(code).pk
    with stage.acting(f"{code.lower()}-maker") as (by, on):
        received = on - datetime.timedelta(days=PAPER_DAYS)
        contract = storage.keep(
            sample("不良贷款转让合同", registration), name="不良贷款转让合同.pdf", purpose="transfer_contract", by=by,
            bank=bank,
        )  # fmt: skip
        sale = recovery.Sale(
            registration, "深圳市某资产管理有限公司", received, received, Decimal(price), dict.fromkeys(numbers)
        )
        row = recovery.prepare_package(sale=sale, document=contract, bank_id=bank, by=by, on=on)
    with stage.acting(f"{code.lower()}-checker") as (by, on):
        recovery.submit_package(package_id=row.pk, by=by, on=on, version=row.version)


@rite
def transfer_accepted(batches: Batches, registration: str) -> None:
    with batches.stage.acting("reviewer2") as (by, on):
        row = Package.objects.get(registration_number=registration)
        recovery.decide_package(package_id=row.pk, accept=True, reason="", by=by, on=on, version=row.version)


@rite
def chased(batches: Batches, code: str, quarter: str) -> None:
    with batches.stage.acting("reviewer1") as (by, on):
        first = datetime.date.fromisoformat(quarter)
        recovery.chase_silent(quarter=first, bank_id=batches.stage.bank(code).pk, by=by, on=on)


@rite
def chaser_answered(batches: Batches, code: str) -> None:
    """For the first of its projects; the others still wait for a word."""
    with batches.stage.acting(f"{code.lower()}-checker") as (by, on):
        row = Chaser.objects.order_by("pk")[0]
        recovery.answer_chaser(
            chaser_id=row.pk, by=by, on=on, version=row.version,
            reply="抵押物正在司法拍卖，预计下季度回款，本季未收回款项。",
        )  # fmt: skip


# --- inspection -------------------------------------------------------------------------------------------------------


@rite
def inspected(batches: Batches) -> None:
    """The supervisor draws from a year's compensations: one finding for each of two banks, nothing at a third."""
    stage = batches.stage
    with stage.acting("supervisor1") as (by, on):
        plan = inspections.Plan(
            subject=Inspection.Subject.COMPENSATIONS, starts_on=datetime.date(on.year - 1, 1, 1),
            ends_on=datetime.date(on.year - 1, 12, 31), reason="年度监督检查：补偿项目用途和申报材料的真实性",
            method=Inspection.Method.STRATIFIED, size=4, answer_days=10, banks=[stage.bank(code) for code in INSPECTED],
        )  # fmt: skip
        row = inspections.open_inspection(plan=plan, by=by, on=on)
        inspections.draw_sample(inspection_id=row.pk, by=by, on=on, version=row.version)
    kinds = (Finding.Kind.BREACH, Finding.Kind.REMARK)
    for code, kind, (basis, text, demand) in zip(INSPECTED, kinds, FOUND, strict=False):
        _found(stage, code, kind, basis, text, demand)
    with stage.acting("supervisor1") as (by, on):
        last = _drawn(stage, INSPECTED[-1])
        inspections.clear_case(
            case_id=last.pk, by=by, on=on, version=last.version,
            note="已调阅借款合同、受托支付凭证和补偿申请材料，未见异常。",
        )  # fmt: skip


FOUND = (
    (
        "15(2)", "部分贷款资金发放次日转入借款人股东账户，与申报用途不符。",
        "核实资金去向，报送流水和情况说明，涉及违规的一并提出处理意见。",
    ),
    (
        "16", "补偿申请所附信用报告出具日期早于不良认定日。",
        "补充认定日之后的信用报告，并自查同批申请。",
    ),
)  # fmt: skip


def _drawn(stage: Stage, code: str) -> InspectionCase:
    found: InspectionCase = InspectionCase.objects.filter(bank=stage.bank(code)).order_by("position")[0]
    return found


def _found(stage: Stage, code: str, kind: str, basis: str, text: str, demand: str) -> None:
    with stage.acting("supervisor1") as (by, on):
        case = _drawn(stage, code)
        row = findings.write_finding(
            case_id=case.pk, kind=kind, addressee=Finding.Addressee.BANK, basis=basis, amount=case.amount, text=text,
            demand=demand, papers=[_scan("检查工作底稿", case.label)], by=by, on=on, version=case.version,
        )  # fmt: skip
        findings.issue_finding(finding_id=row.pk, by=by, on=on, version=row.version)


@rite
def finding_answered(batches: Batches, code: str) -> None:
    with batches.stage.acting(f"{code.lower()}-checker") as (by, on):
        row = Finding.objects.get(bank=batches.stage.bank(code))
        findings.answer_finding(
            finding_id=row.pk, by=by, on=on, version=row.version, papers=[_scan("补充的企业信用报告")],
            text="已向借款人补取认定日之后的信用报告，随附；同批其余申请经自查均符合要求。",
        )  # fmt: skip


# --- joining, and the city's documents --------------------------------------------------------------------------------


@rite
def applied_to_join(batches: Batches, code: str, short_name: str) -> None:
    with batches.stage.acting("statistics1") as (by, on):
        banks.apply_to_join(
            credit_code=credit_code(Random(f"joining/{code}")), code=code, short_name=short_name,
            name=f"{short_name}股份有限公司深圳分行", kind="bank", level=Joining.Level.BRANCH,
            licence_number="B0044S244030001", licence=_scan("金融许可证及营业执照"), undertaking=_scan("加盟申请书"),
            applied_on=on, by=by, on=on,
        )  # fmt: skip


@rite
def special_approval(batches: Batches, number: str, word: str = "confirmed") -> None:
    """For one enterprise each, that no loan of the demo is made to: `entered` still waits for the second person."""
    with batches.stage.acting("statistics1") as (by, on):
        row = claims.enter_approval(
            number=number, title="关于支持重点产业链企业融资的批复", issuer="深圳市人民政府", issued_on=on,
            industries=[], enterprises=[credit_code(Random(f"approval/{number}"))], ratio=Decimal("0.60"),
            lifts_cap=True, valid_from=on, valid_to=on.replace(year=on.year + 1), file=_scan("批复"), by=by, on=on,
        )  # fmt: skip
    if word == "confirmed":
        with batches.stage.acting("approver1") as (by, on), scope.everything():
            waiting = fresh(ApprovalRecord.objects.get(pk=row.pk))
            claims.confirm_approval(approval_id=waiting.pk, by=by, on=on, version=waiting.version)
