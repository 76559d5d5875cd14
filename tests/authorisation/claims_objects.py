"""Claims of the first bank at every stage, for the matrix."""

from datetime import date
from typing import Any

from django.test import override_settings

from claims import services
from pool import scope
from pool.models import Role
from tests.authorisation.objects import Parts, World, builds
from tests.factories import approvals
from tests.factories import claims as make
from tests.factories.banks import payee_account
from tests.factories.loans import healthy_volume
from tests.factories.people import TODAY, BankTeam, person

ISSUED = date(2024, 12, 26)
PAPERS = date(2024, 12, 27)
PAYER = {"SPECIAL_ACCOUNT_NAME": "财政", "SPECIAL_ACCOUNT_NUMBER": "44250100", "SPECIAL_ACCOUNT_BANK": "某银行"}


def _desk(world: World) -> make.Desk:
    """Other people of the public bodies than the matrix asks as, so that nobody has worn a hat already."""
    if "claims.desk" not in world.built:
        world.built["claims.desk"] = {"desk": make.Desk()}
    desk: make.Desk = world.built["claims.desk"]["desk"]
    return desk


def _team(world: World) -> BankTeam:
    """Much good business, so that no claim suspends the bank; a payee account."""
    if "claims.team" not in world.built:
        healthy_volume(world.team, "1000000000.00", make.ENTERED_ON)
        payee_account(world.team, make.ENTERED_ON)
        world.built["claims.team"] = {}
    return world.team


def _small(**given: Any) -> dict[str, Any]:
    return {"balance": "10000.00", **given}


def _plan(world: World) -> Any:
    """An issued plan of its own with one claim."""
    claim = make.cleared_claim(_team(world), _desk(world), **_small())
    make.money("10000.00", _desk(world))
    return make.issued_plan([claim], _desk(world), on=ISSUED)


# ---- claims


@builds("npl_loan")
def npl_loan(world: World) -> Parts:
    return {"pk": make.npl_loan(_team(world), "10000.00").pk}


@builds("draft_claim")
def draft_claim(world: World) -> Parts:
    return {"pk": make.drafted_claim(_team(world), **_small()).pk}


@builds("submitted_claim")
def submitted_claim(world: World) -> Parts:
    return {"pk": make.submitted_claim(_team(world), **_small()).pk}


@builds("claim_in_review")
def claim_in_review(world: World) -> Parts:
    return {"object_id": make.submitted_claim(_team(world), **_small()).pk}


@builds("claim_with_opinion")
def claim_with_opinion(world: World) -> Parts:
    return {"object_id": make.reviewed_claim(_team(world), _desk(world), **_small()).pk}


def _left_out(world: World) -> Any:
    """Approved, posted, and not carried by the correcting notice."""
    claims = [make.approved_claim(_team(world), _desk(world), **_small()) for _ in range(2)]
    return make.left_out(claims, _desk(world), date(2025, 1, 14))


@builds("claim_left_out")
def claim_left_out(world: World) -> Parts:
    return {"object_id": _left_out(world).pk}


@builds("claim_to_reconsider")
def claim_to_reconsider(world: World) -> Parts:
    claim = _left_out(world)
    make.proposed_again(claim, _desk(world), TODAY)
    return {"object_id": claim.pk}


@builds("asked_question")
def asked_question(world: World) -> Parts:
    return {"pk": make.asked(make.submitted_claim(_team(world), **_small()), _desk(world), TODAY, ["iou"]).pk}


@builds("claim_asked")
def claim_asked(world: World) -> Parts:
    claim = make.submitted_claim(_team(world), **_small())
    make.asked(claim, _desk(world), TODAY)
    return {"object_id": claim.pk}


@builds("prepared_reply")
def prepared_reply(world: World) -> Parts:
    question = make.asked(make.submitted_claim(_team(world), **_small()), _desk(world), TODAY)
    return {"pk": make.replied(question, world.team, TODAY).pk}


@builds("refused_claim")
def refused_claim(world: World) -> Parts:
    return {"pk": make.refused_claim(_team(world), _desk(world), **_small()).pk}


@builds("paid_claim")
def paid_claim(world: World) -> Parts:
    return {"pk": make.paid_claim(_team(world), _desk(world), **_small()).pk}


@builds("claim_evidence_file")
def claim_evidence_file(world: World) -> Parts:
    claim = make.drafted_claim(_team(world), **_small())
    with scope.everything():
        return {"file_id": claim.evidence.first().file_id}


# ---- notices, objections, plans


@builds("publicity")
def publicity(world: World) -> Parts:
    claim = make.approved_claim(_team(world), _desk(world), **_small())
    return {"pk": make.posted_publicity([claim], _desk(world), on=date(2025, 1, 14)).pk}


@builds("public_notice")
def public_notice(world: World) -> Parts:
    claim = make.approved_claim(_team(world), _desk(world), **_small())
    found = make.posted_publicity([claim], _desk(world), on=date(2025, 1, 14))
    return {"number": found.number, "position": 1}


def _objection(world: World) -> Any:
    claim = make.approved_claim(_team(world), _desk(world), **_small())
    make.posted_publicity([claim], _desk(world), on=date(2025, 1, 14))
    return make.objection_to(claim, date(2025, 1, 15))


@builds("received_objection")
def received_objection(world: World) -> Parts:
    return {"pk": _objection(world).pk}


@builds("reported_objection")
def reported_objection(world: World) -> Parts:
    found = _objection(world)
    with scope.everything():
        services.report_objection(
            objection_id=found.pk, by=_desk(world).second_reviewer, on=TODAY, version=found.version, report="经核实"
        )
    return {"pk": found.pk}


@builds("drafted_plan")
def drafted_plan(world: World) -> Parts:
    claim = make.cleared_claim(_team(world), _desk(world), **_small())
    make.money("10000.00", _desk(world))
    with scope.everything():
        return {
            "pk": services.draft_plan(by=_desk(world).authority, on=ISSUED, claim_ids=[claim.pk], reason="分批下达").pk
        }


@builds("issued_plan")
def issued_plan(world: World) -> Parts:
    return {"pk": _plan(world).pk}


@builds("plan_item")
def plan_item(world: World) -> Parts:
    with scope.everything():
        return {"pk": _plan(world).items.get().pk}


# ---- papers and payments


@builds("open_packet")
def open_packet(world: World) -> Parts:
    return {"pk": make.packet_of(_plan(world), world.team).pk}


@builds("submitted_packet")
def submitted_packet(world: World) -> Parts:
    return {"pk": make.submitted_papers(_plan(world), world.team, on=PAPERS).pk}


@builds("complete_packet")
def complete_packet(world: World) -> Parts:
    return {"pk": make.complete_packet(_plan(world), world.team, _desk(world), on=PAPERS).pk}


@builds("prepared_payment")
def prepared_payment(world: World) -> Parts:
    return {"pk": make.prepared_payment(_plan(world), world.team, _desk(world), on=PAPERS).pk}


@builds("instructed_payment")
def instructed_payment(world: World) -> Parts:
    return {"pk": make.instructed_payment(_plan(world), world.team, _desk(world), on=PAPERS).pk}


@builds("pay_file")
def pay_file(world: World) -> Parts:
    """Made by another approver than the matrix asks as."""
    payment = make.instructed_payment(_plan(world), world.team, _desk(world), on=PAPERS)
    with scope.everything(), override_settings(**PAYER):
        made = services.make_pay_file(
            payment_ids=[payment.pk], execute_on=TODAY, by=_desk(world).finance_approver, on=PAPERS
        )
    return {"pk": made.pk}


# ---- special approvals


@builds("entered_special")
def entered_special(_world: World) -> Parts:
    return {"pk": approvals.entered_approval().pk}


@builds("confirmed_special")
def confirmed_special(_world: World) -> Parts:
    return {"pk": approvals.confirmed_approval().pk}


@builds("ending_special")
def ending_special(_world: World) -> Parts:
    """Proposed by another person than the matrix asks as."""
    row = approvals.confirmed_approval()
    with scope.everything():
        services.propose_approval_end(
            approval_id=row.pk, by=person(Role.MANAGER_REVIEWER), on=make.ENTERED_ON, version=row.version,
            last_day=date(2024, 12, 31), reason="文件废止",
        )  # fmt: skip
    return {"pk": row.pk}


# ---- upgrades


@builds("prepared_ending")
def prepared_ending(world: World) -> Parts:
    loan = make.npl_loan(_team(world), "10000.00")
    return {"pk": make.prepared_ending(world.team, loan, TODAY).pk}


@builds("prepared_upgrade")
def prepared_upgrade(world: World) -> Parts:
    claim = make.paid_claim(_team(world), _desk(world), **_small())
    with scope.bank_scope(world.team.pk):
        upgrade = services.apply_upgrade(
            loan_id=claim.loan_id, classification="normal", upgraded_on=TODAY, reason="已恢复", by=world.team.maker,
            on=TODAY,
        )  # fmt: skip
    return {"pk": upgrade.pk}


@builds("applied_upgrade")
def applied_upgrade(world: World) -> Parts:
    claim = make.paid_claim(_team(world), _desk(world), **_small())
    return {"pk": make.applied_upgrade(claim, world.team, TODAY).pk}


@builds("passed_upgrade")
def passed_upgrade(world: World) -> Parts:
    claim = make.paid_claim(_team(world), _desk(world), **_small())
    upgrade = make.applied_upgrade(claim, world.team, TODAY)
    with scope.everything():
        services.review_upgrade(
            upgrade_id=upgrade.pk, by=_desk(world).reviewer, on=TODAY, version=upgrade.version, agree=True,
            reason=make.REASON,
        )  # fmt: skip
    return {"pk": upgrade.pk}


@builds("approved_upgrade")
def approved_upgrade(world: World) -> Parts:
    claim = make.paid_claim(_team(world), _desk(world), **_small())
    return {"pk": make.approved_upgrade(claim, world.team, _desk(world), TODAY).pk}


@builds("refund_to_confirm")
def refund_to_confirm(world: World) -> Parts:
    claim = make.paid_claim(_team(world), _desk(world), **_small())
    upgrade = make.approved_upgrade(claim, world.team, _desk(world), TODAY)
    with scope.everything():
        services.enter_refund(
            upgrade_id=upgrade.pk, by=_desk(world).clerk, on=TODAY, version=upgrade.version,
            amount=upgrade.refund_due, refunded_on=TODAY, bank_reference="TK-MATRIX",
        )  # fmt: skip
    return {"pk": upgrade.pk}
