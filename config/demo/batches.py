"""What the public bodies do with many loans at once: notices, funding plans, transfers, the year's evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from banks import services as banks
from banks.models import Violation
from claims import selectors as claims_selectors
from claims import services as claims
from claims.models import Claim, FundingPlan, PapersPacket, Payment, Publicity
from evaluation.models import Evaluation, Report, Statement
from evaluation.services import evaluations, reports, statements
from pool import scope
from pool.selectors import edition
from recovery import services as recovery

from .cases import Case
from .founding import appropriate
from .papers import sample
from .stage import Stage

Rite = Callable[..., None]
RITES: dict[str, Rite] = {}


def rite(fn: Rite) -> Rite:
    """A line of the offices' script calls it by its name."""
    RITES[fn.__name__] = fn
    return fn


class Batches:
    """The stories by the batch they are published and paid in, and the plans made of them."""

    def __init__(self, stage: Stage, members: dict[str, list[Case]]) -> None:
        self.stage, self.members = stage, members
        self.plans: dict[str, FundingPlan] = {}

    def claims_of(self, name: str, state: str) -> list[UUID]:
        loans = [(case.bank, case.life.iou_number) for case in self.members.get(name, [])]
        with scope.everything():
            rows = Claim.objects.filter(state=state, loan__loan_number__in=[number for _, number in loans])
            return list(rows.order_by("id").values_list("pk", flat=True))

    def packets(self, name: str, state: str, codes: Iterable[str]) -> list[PapersPacket]:
        rows = PapersPacket.objects.filter(plan=self.plans[name], state=state).select_related("bank")
        chosen = set(codes)
        return [row for row in rows.order_by("bank__code") if not chosen or row.bank.code in chosen]

    def payments(self, name: str, state: str, codes: Iterable[str]) -> list[Payment]:
        rows = Payment.objects.filter(packet__plan=self.plans[name], state=state).select_related("bank")
        chosen = set(codes)
        return [row for row in rows.order_by("bank__code") if not chosen or row.bank.code in chosen]


# --- publicity and plan -----------------------------------------------------------------------------------------------


@rite
def notice(batches: Batches, name: str) -> None:
    ids = batches.claims_of(name, Claim.State.APPROVED)
    with batches.stage.acting("authority1") as (by, on):
        claims.post_publicity(claim_ids=ids, title="", by=by, on=on)


@rite
def corrected(batches: Batches, name: str, left_out: str) -> None:
    """The notice of the batch had a wrong title and one project too many: a new one takes its place."""
    ids = batches.claims_of(name, Claim.State.PUBLICISED)
    out = batches.claims_of(left_out, Claim.State.PUBLICISED)
    with batches.stage.acting("authority1") as (by, on):
        old = Publicity.objects.get(items__claim=ids[0], state=Publicity.State.POSTED)
        claims.correct_publicity(
            publicity_id=old.pk, by=by, on=on, version=old.version,
            reason="原公示标题未写明批次，并误列一个尚待补充核实的项目，现予更正；其余项目和金额不变。",
            title="2024年第四季度第三批风险补偿项目公示", left_out=out,
        )  # fmt: skip


@rite
def plan(batches: Batches, name: str) -> None:
    """Drafted of the cleared claims of the batch."""
    ids = batches.claims_of(name, Claim.State.CLEARED)
    with batches.stage.acting("authority1") as (by, on):
        batches.plans[name] = claims.draft_plan(by=by, on=on, claim_ids=ids, reason="按月分批下达")


@rite
def stamped(batches: Batches, name: str) -> None:
    """The printed plan with its stamp comes back as a scan."""
    with batches.stage.acting("authority1") as (by, on):
        issued = batches.plans[name]
        issued.refresh_from_db()
        scan = sample(f"{issued.number}（盖章扫描件）")
        claims.keep_stamped(plan_id=issued.pk, by=by, on=on, version=issued.version, upload=scan)


@rite
def issue(batches: Batches, name: str) -> None:
    with batches.stage.acting("authority2") as (by, on):
        drafted = batches.plans[name]
        batches.plans[name] = claims.issue_plan(plan_id=drafted.pk, by=by, on=on, version=drafted.version)


@rite
def withdraw(batches: Batches, name: str) -> None:
    with batches.stage.acting("authority2") as (by, on):
        issued = batches.plans[name]
        issued.refresh_from_db()
        claims.withdraw_plan(plan_id=issued.pk, by=by, on=on, version=issued.version, reason="批次调整，重新编制计划")


# --- papers and transfers ---------------------------------------------------------------------------------------------


@rite
def papers(batches: Batches, name: str, *codes: str) -> None:
    """The banks hand their papers in."""
    stage = batches.stage
    with scope.everything():
        packets = batches.packets(name, PapersPacket.State.OPEN, codes)
    for packet in packets:
        code = packet.bank.code.lower()
        with stage.acting(f"{code}-maker") as (by, on):
            for item in edition()["payment_papers"].words:
                label = claims_selectors.paper_label(item)
                paper = sample(label, packet.bank.name, f"资助计划：{batches.plans[name].number}")
                claims.add_paper(packet_id=packet.pk, item=item, upload=paper, name=f"{label}.pdf", by=by, on=on)
        with stage.acting(f"{code}-checker") as (by, on):
            version = PapersPacket.objects.get(pk=packet.pk).version
            claims.submit_papers(packet_id=packet.pk, by=by, on=on, version=version)


@rite
def accepted(batches: Batches, name: str, *codes: str) -> None:
    with batches.stage.acting("finance1") as (by, on):
        for packet in batches.packets(name, PapersPacket.State.SUBMITTED, codes):
            claims.accept_papers(packet_id=packet.pk, by=by, on=on, version=packet.version)


@rite
def prepared(batches: Batches, name: str, *codes: str) -> None:
    with batches.stage.acting("finance1") as (by, on):
        for packet in batches.packets(name, PapersPacket.State.COMPLETE, codes):
            claims.prepare_payment(packet_id=packet.pk, by=by, on=on, version=packet.version)


@rite
def instructed(batches: Batches, name: str, *codes: str) -> None:
    with batches.stage.acting("finance2") as (by, on):
        for payment in batches.payments(name, Payment.State.PREPARED, codes):
            claims.approve_payment(payment_id=payment.pk, by=by, on=on, version=payment.version)


@rite
def confirmed(batches: Batches, name: str, *codes: str) -> None:
    """The clerk enters what the bank says has arrived today."""
    with batches.stage.acting("finance1") as (by, on):
        for payment in batches.payments(name, Payment.State.INSTRUCTED, codes):
            claims.enter_confirmation(
                payment_id=payment.pk, by=by, on=on, version=payment.version, value_date=on,
                bank_reference=f"HD{payment.number}",
            )  # fmt: skip


@rite
def posted(batches: Batches, name: str, *codes: str) -> None:
    with batches.stage.acting("finance2") as (by, on):
        for payment in batches.payments(name, Payment.State.CONFIRMING, codes):
            claims.confirm_payment(payment_id=payment.pk, by=by, on=on, version=payment.version)


@rite
def failed(batches: Batches, name: str, *codes: str) -> None:
    with batches.stage.acting("finance2") as (by, on):
        for payment in batches.payments(name, Payment.State.INSTRUCTED, codes):
            claims.fail_payment(
                payment_id=payment.pk, by=by, on=on, version=payment.version, failure="收款户名与账号不符，银行退回"
            )


# --- the pool as a whole ----------------------------------------------------------------------------------------------


@rite
def appropriated(batches: Batches, amount: str, document: str) -> None:
    appropriate(batches.stage, amount, document)


@rite
def appropriation_entered(batches: Batches, amount: str, document: str) -> None:
    appropriate(batches.stage, amount, document, confirmed=False)


@rite
def violation(batches: Batches, code: str, year: str) -> None:
    """Proposed by the manager's statistics desk, decided by the authority; nothing is taken back."""
    bank = batches.stage.bank(code)
    with batches.stage.acting("statistics1") as (by, on):
        row = banks.propose_sanction(
            bank_id=bank.pk, year=int(year), ground=Violation.Ground.OTHER, basis="11",
            description="入库信息与借据不符，经提示未在期限内更正", document_number=f"深工信函〔{on.year}〕17号",
            by=by, on=on,
        )  # fmt: skip
    with batches.stage.acting("authority1") as (by, on):
        recovery.decide_sanction(violation_id=row.pk, by=by, on=on, version=row.version, reason="情况属实")


@rite
def listed(batches: Batches, code: str) -> None:
    """On the list of the seriously dishonest."""
    with batches.stage.acting("statistics1") as (by, on):
        banks.list_dishonest(
            bank_id=batches.stage.bank(code).pk, listed_from=on, source="国家企业信用信息公示系统", by=by, on=on
        )


@rite
def evaluated(batches: Batches, year: str) -> None:
    """Drafted anew from the library by a person."""
    with batches.stage.acting("statistics1") as (by, on):
        evaluations.draft_evaluation(year=int(year), by=by, on=on)


@rite
def evaluation_filed(batches: Batches, year: str) -> None:
    with batches.stage.acting("approver1") as (by, on):
        row = Evaluation.objects.filter(year=int(year)).latest("revision")
        evaluations.file_evaluation(evaluation_id=row.pk, by=by, on=on, version=row.version)


@rite
def evaluation_reported(batches: Batches, year: str) -> None:
    with batches.stage.acting("statistics1") as (by, on):
        row = Evaluation.objects.filter(year=int(year)).latest("revision")
        reports.request_evaluation_report(evaluation=row, by=by, on=on)
    batches.stage.work()


@rite
def report_adopted(batches: Batches, period: str) -> None:
    """The statistics desk has looked at what the job had made."""
    with batches.stage.acting("statistics1") as (by, on):
        row = Report.objects.filter(period=period).latest("revision")
        reports.adopt_report(report_id=row.pk, by=by, on=on, version=row.version)


@rite
def report_issued(batches: Batches, period: str) -> None:
    with batches.stage.acting("approver1") as (by, on):
        row = Report.objects.filter(period=period).latest("revision")
        reports.issue_report(report_id=row.pk, by=by, on=on, version=row.version)


@rite
def open_data_adopted(batches: Batches, period: str) -> None:
    """As the job has drafted them on the first working day after the quarter."""
    with batches.stage.acting("statistics1") as (by, on):
        row = Report.objects.get(kind=Report.Kind.OPEN_DATA, period=period)
        reports.adopt_report(report_id=row.pk, by=by, on=on, version=row.version)


@rite
def open_data_issued(batches: Batches, period: str) -> None:
    with batches.stage.acting("approver1") as (by, on):
        row = Report.objects.get(kind=Report.Kind.OPEN_DATA, period=period)
        reports.issue_report(report_id=row.pk, by=by, on=on, version=row.version)


@rite
def statements_drafted(batches: Batches, period: str) -> None:
    """The finance centre's clerk, once the quarter is over."""
    with batches.stage.acting("finance1") as (by, on):
        statements.draft_statements(period=period, by=by, on=on)


@rite
def statements_issued(batches: Batches, period: str) -> None:
    with batches.stage.acting("finance2") as (by, on):
        drafts = Statement.objects.filter(period=period, state=Statement.State.DRAFT)
        statements.issue_statements(seen=dict(drafts.values_list("pk", "version")), by=by, on=on)


@rite
def statement_confirmed(batches: Batches, period: str) -> None:
    """One bank has answered; the shown bank has not."""
    with scope.everything():
        row = Statement.objects.filter(period=period).select_related("bank").latest("bank__code")
    with batches.stage.acting(f"{row.bank.code.lower()}-checker") as (by, on):
        statements.confirm_statement(statement_id=row.pk, by=by, on=on, version=row.version)
