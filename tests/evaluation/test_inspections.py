"""Inspections (26): a sample that anybody can draw again, findings that only their addressee reads, closed by two."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from banks.models import Violation
from evaluation import sampling
from evaluation.invariants import reports_are_intact, samples_can_be_drawn_again
from evaluation.models import Finding, FindingAnswer, FindingPaper, Inspection, InspectionCase
from evaluation.sampling import Unit
from evaluation.services import findings, inspections, reports
from evaluation.services.jobs import remind_of_answers
from pool import clock, registry, scope, storage
from pool.errors import NotPermitted, Refused, Stale
from pool.models import Deadline, Notice, Role, StoredFile
from recovery.models import Clawback
from tests.archival import faults
from tests.evaluation.factories import filed, lender
from tests.evaluation.inspecting import act, answered, cases_of, cleared, drawn, opened, reported, sent, written
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, bank_team, person
from tests.factories.recovery import projects
from tests.factories.recovery import reported as recovered
from tests.factories.words import credit_code
from tests.plugins.worlds import built_once

pytestmark = pytest.mark.django_db
D = Decimal
State = Finding.State
WEIGHTS = {"large": 30, "late": 20}


# ---- how a sample is drawn: pure -------------------------------------------------------------------------------------


def units(**sizes: int) -> list[Unit]:
    return [Unit(f"{bank}-{n:04d}", f"{n}", bank, "1.00") for bank, size in sizes.items() for n in range(size)]


@pytest.mark.parametrize("method", ["random", "stratified", "risk"])
def test_the_same_list_and_seed_give_the_same_sample_and_another_seed_another(method):
    rows = [replace(unit, facts=("large",) if unit.key.endswith("7") else ()) for unit in units(a=60, b=40)]
    first = sampling.draw(rows, method, 10, "seed", WEIGHTS)
    assert first == sampling.draw(list(reversed(rows)), method, 10, "seed", WEIGHTS)
    assert first == sampling.draw(sampling.read(sampling.written(rows)), method, 10, "seed", WEIGHTS)
    assert len({one.unit.key for one in first}) == 10
    assert sampling.sample_hash(first) != sampling.sample_hash(sampling.draw(rows, method, 10, "other", WEIGHTS))


def test_a_list_is_written_by_key_so_that_its_hash_does_not_hang_on_an_order():
    rows = units(a=5, b=5)
    assert sampling.written(rows) == sampling.written(list(reversed(rows)))
    assert sampling.read(sampling.written(rows)) == sorted(rows, key=lambda unit: unit.key)


@pytest.mark.parametrize(
    ("sizes", "wanted", "given"),
    [
        ({"a": 50, "b": 30, "c": 20}, 10, {"a": 5, "b": 3, "c": 2}),
        ({"a": 1, "b": 1, "c": 1}, 2, {"a": 1, "b": 1, "c": 0}),
        ({"a": 60, "b": 39, "c": 1}, 10, {"a": 6, "b": 4, "c": 0}),
        ({"a": 3, "b": 2}, 99, {"a": 3, "b": 2}),
        ({}, 5, {}),
    ],
)
def test_each_bank_gets_its_share_by_the_largest_remainder(sizes, wanted, given):
    assert sampling.shares(sizes, wanted) == given
    sample = sampling.draw(units(**sizes), "stratified", wanted, "seed")
    assert Counter(one.unit.bank for one in sample) == Counter({bank: n for bank, n in given.items() if n})


def test_every_unit_has_the_same_chance():
    rows = units(a=20)
    drawn_ = Counter(one.unit.key for seed in range(600) for one in sampling.draw(rows, "random", 5, str(seed)))
    assert len(drawn_) == 20 and all(100 < times < 200 for times in drawn_.values())


def test_by_risk_the_highest_scores_come_first_and_tickets_choose_among_equals():
    rows = [
        Unit("1", "1", "a", "1.00", ("late",)), Unit("2", "2", "a", "1.00", ("large",)),
        Unit("3", "3", "a", "1.00", ("large", "late")), Unit("4", "4", "a", "1.00", ()),
        Unit("5", "5", "a", "1.00", ("suspended",)),
    ]  # fmt: skip
    sample = sampling.draw(rows, "risk", 4, "seed", WEIGHTS)
    assert [(one.unit.key, one.score) for one in sample[:3]] == [("3", 50), ("2", 30), ("1", 20)]
    assert sample[3].unit.key == min(("4", "5"), key=lambda key: sampling.ticket("seed", key))


# ---- opened and drawn ------------------------------------------------------------------------------------------------


def loans_of(*sizes: int):
    """A bank each with so many loans, the first of them ten times as large."""
    clock.set_day(TODAY)
    teams = [bank_team() for _size in sizes]
    for team, size in zip(teams, sizes, strict=True):
        rows = [loan_cells(principal="20000000.00" if n == 0 else "2000000.00") for n in range(size)]
        entered_upload(team, rows)
    return teams


def test_what_was_drawn_is_frozen_and_can_be_drawn_again():
    loans_of(6, 3)
    one = drawn(method="stratified", size=3)
    assert (one.state, one.population_size, len(one.seed)) == ("drawn", 9, 32)
    cases = cases_of(one)
    assert sorted(Counter(case.bank_id for case in cases).values()) == [1, 2]
    with scope.everything():
        with storage.open_file(one.population) as file:
            lines = [json.loads(line) for line in file.read().decode().splitlines()]
        again = inspections.redrawn(one)
        assert len(lines) == 9 and {line["bank"] for line in lines} == {str(case.bank_id) for case in cases}
        assert [str(case.key) for case in cases] == [unit.unit.key for unit in again]
        assert not list(samples_can_be_drawn_again())
        with pytest.raises(DatabaseError), transaction.atomic():
            Inspection.objects.filter(pk=one.pk).update(seed="another")
        with pytest.raises(DatabaseError), transaction.atomic():
            InspectionCase.objects.filter(pk=cases[0].pk).update(amount=D("1.00"))
        with pytest.raises(DatabaseError), transaction.atomic():
            InspectionCase.objects.filter(pk=cases[0].pk).delete()
        InspectionCase.objects.create(
            inspection=one, position=9, key=one.pk, label="x", bank=cases[0].bank, amount=D("1.00")
        )
        assert list(samples_can_be_drawn_again())


def test_it_is_drawn_once_and_only_while_it_is_as_it_was_seen():
    loans_of(2)
    one = opened(size=1)
    with scope.everything():
        with pytest.raises(Stale):
            inspections.draw_sample(inspection_id=one.pk, by=one.opened_by, on=TODAY, version=one.version + 1)
        one = inspections.draw_sample(inspection_id=one.pk, by=one.opened_by, on=TODAY, version=one.version)
        with pytest.raises(Refused) as no:
            inspections.draw_sample(inspection_id=one.pk, by=one.opened_by, on=TODAY, version=one.version)
        assert no.value.code == "move_not_allowed"


def test_only_those_of_article_26_inspect():
    loans_of(1)
    for role in (Role.MANAGER_APPROVER, Role.FINANCE_APPROVER, Role.AUDITOR, Role.REGULATOR):
        with pytest.raises(NotPermitted):
            opened(by=person(role))
    assert opened(by=person(Role.AUTHORITY)).number.startswith(f"JC{TODAY.year}")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": " "}, "reason"), ({"ends_on": date(2022, 1, 1)}, "ends_on"),
        ({"ends_on": date(2999, 1, 1)}, "ends_on"), ({"method": "risk", "weights": {"large": 0}}, "method"),
    ],
)  # fmt: skip
def test_an_inspection_says_why_when_and_by_what(more, field):
    clock.set_day(TODAY)
    with pytest.raises(Refused) as no:
        opened(**more)
    assert (no.value.field, no.value.article) == (field, "26")


def test_nothing_to_draw_is_refused_and_banks_narrow_the_population():
    first, second = loans_of(2, 3)
    with pytest.raises(Refused) as no:
        drawn("compensations")
    assert no.value.code == "nothing_to_draw"
    assert {case.bank_id for case in cases_of(drawn(size=9, banks=[second.bank]))} == {second.pk}
    assert len(cases_of(drawn(size=9, banks=[first.bank]))) == 2


def test_a_score_is_what_the_library_holds():
    """The largest tenth; two loans of one borrower with one sum on one day; a late entry."""
    (team,) = loans_of(7)
    twins = {"principal": "999000.00", "credit_code": credit_code(4321)}
    entered_upload(team, [loan_cells(**twins), loan_cells(**twins), loan_cells(disbursed_on="2024-05-08")])
    one = drawn(method="risk", size=10, weights={"large": 7, "alike": 5, "late": 3})
    cases = cases_of(one)
    assert [(case.score, case.facts) for case in cases[:4]] == [
        (7, ["large"]), (5, ["alike"]), (5, ["alike"]), (3, ["late"])
    ]  # fmt: skip
    assert cases[0].amount == D("20000000.00") and {case.score for case in cases[4:]} == {0}


@pytest.mark.parametrize("subject", ["compensations", "returns", "evaluations", "entries"])
def test_every_subject_has_its_population(subject):
    if subject == "evaluations":
        lender("甲行", (2024, ["1000000.00"]))
        filed(2024)
        clock.set_day(date(2025, 1, 23))
    else:
        project_of(projects(1), subject)
    (case, *_others) = cases_of(drawn(subject, size=1))
    with scope.everything():
        assert case.amount > 0 and case.label
    shown = signed_in(person(Role.SUPERVISOR)).get(case.get_absolute_url())
    assert shown.status_code == 200


def project_of(made, subject: str) -> None:
    (one,) = made
    day = max(clock.today(), one.claim.paid_on)
    clock.set_day(day)
    if subject == "returns":
        recovered(one.team, one.loan, "1000.00", received_on=day, on=day)


# ---- findings --------------------------------------------------------------------------------------------------------


@built_once
def two():
    """Two banks with a loan each, both in the sample."""
    teams = loans_of(1, 1)
    one = drawn(size=2)
    cases = {case.bank_id: case for case in cases_of(one)}
    return one, [(team, cases[team.pk]) for team in teams]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_bank_reads_its_own_finding_once_sent_and_nothing_of_the_rest(two):
    one, ((team, case), (other, other_case)) = two
    draft = written(case)
    client, stranger = signed_in(team.checker), signed_in(other.checker)
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert draft.label not in client.get(reverse("evaluation:findings")).content.decode()
    finding = act("issue_finding", draft, person(Role.SUPERVISOR))
    secret = sent(other_case, text="另一家银行的问题")
    inside = sent(case, addressee="manager", text="高新投初审疏漏")
    shown = client.get(finding.get_absolute_url()).content.decode()
    assert "部分资金用于偿还股东借款" in shown and one.number in shown
    listed = client.get(reverse("evaluation:findings")).content.decode()
    assert finding.number in listed and secret.number not in listed and inside.number not in listed
    assert other_case.label not in shown + listed
    for row in (secret, inside):
        assert client.get(row.get_absolute_url()).status_code == 404
    assert stranger.get(finding.get_absolute_url()).status_code == 404
    for name, pk in (("inspection", one.pk), ("inspection_case", case.pk), ("inspection_population", one.pk)):
        assert client.get(reverse(f"evaluation:{name}", args=[pk])).status_code in {403, 404}
    assert signed_in(person(Role.MANAGER_APPROVER)).get(inside.get_absolute_url()).status_code == 200
    assert signed_in(person(Role.MANAGER_APPROVER)).get(finding.get_absolute_url()).status_code == 404


def test_the_database_alone_keeps_a_bank_to_its_own_finding(two):
    _one, ((team, case), (other, other_case)) = two
    written(case)
    finding, _secret = sent(case), sent(other_case)
    sent(case, addressee="manager")
    with scope.bank_scope(team.pk):
        assert [row.pk for row in Finding.objects.all()] == [finding.pk]
        assert not InspectionCase.objects.exists() and not Inspection.objects.exists()
        assert {row.bank_id for row in FindingPaper.objects.all()} == {team.pk}
        papers = StoredFile.objects.filter(purpose=findings.PURPOSE)
        assert papers.count() == 1
        assert signed_in(team.checker).get(reverse("file", args=[papers.get().pk])).status_code == 200
    with scope.bank_scope(other.pk):
        papers = FindingPaper.objects.filter(finding=finding)
        assert not StoredFile.objects.filter(pk__in=papers.values("file")).exists()


def test_a_finding_is_answered_in_time_checked_by_one_and_closed_by_another(two):
    _one, ((team, case), _rest) = two
    lead, second = person(Role.SUPERVISOR), person(Role.AUTHORITY)
    finding = sent(case, lead)
    assert finding.answer_by == date(2025, 2, 6)
    with scope.everything():
        assert Deadline.objects.get(subject_id=finding.pk).closes_on == finding.answer_by
    with pytest.raises(NotPermitted):
        answered(finding, team.maker)
    with pytest.raises(Stale):
        act("answer_finding", finding, team.checker, version=99, text="x")
    finding = answered(finding, team.checker)
    finding = act("ask_again", finding, lead, reason="缺少收回凭证")
    finding = answered(finding, team.checker, "补交收回凭证")
    with pytest.raises(Refused) as no:
        act("accept_finding", finding, lead, reason=" ")
    assert no.value.field == "reason"
    finding = act("accept_finding", finding, lead, reason="已查看回单")
    with pytest.raises(NotPermitted):
        act("close_finding", finding, lead)
    with scope.everything(), pytest.raises(IntegrityError), transaction.atomic():
        Finding.objects.filter(pk=finding.pk).update(closed_by=lead)
    finding = act("look_again", finding, second, reason="金额对不上")
    finding = act("accept_finding", finding, lead, reason="金额已核对")
    finding = act("close_finding", finding, second)
    assert (finding.state, finding.closed_by) == (State.CLOSED, second)
    with scope.everything():
        assert [row.round for row in FindingAnswer.objects.filter(finding=finding)] == [1, 2]
        assert not Deadline.objects.filter(subject_id=finding.pk, fulfilled_on=None).exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            FindingAnswer.objects.filter(finding=finding).update(text="改写")
        with pytest.raises(DatabaseError), transaction.atomic():
            Finding.objects.filter(pk=finding.pk).update(text="改写")


def test_whoever_is_late_is_reminded_and_it_is_told(two):
    _one, ((team, case), _rest) = two
    finding = sent(case)
    clock.set_day(date(2025, 2, 7))
    with scope.everything():
        assert remind_of_answers.fn(date(2025, 2, 7)) == {"reminded": 1}
        told = set(Notice.objects.filter(key__startswith="due:", due=finding.answer_by).values_list("role", flat=True))
    assert told == {Role.BANK_CHECKER, Role.SUPERVISOR, Role.AUTHORITY}
    answered(finding, team.checker)
    with scope.everything():
        assert FindingAnswer.objects.get(finding=finding).late


def test_a_finding_says_what_by_which_article_and_what_must_be_done(two):
    _one, ((_team, case), _rest) = two
    for more, field in (
        ({"basis": "二十八"}, "basis"), ({"text": " "}, "text"), ({"demand": ""}, "demand"),
        ({"amount": D("-1")}, "amount"), ({"papers": [b"MZ not a paper"]}, "papers"),
    ):  # fmt: skip
        with pytest.raises(Refused) as no:
            written(case, **more)
        assert no.value.field == field
    with pytest.raises(NotPermitted):
        written(case, person(Role.AUDITOR))


def test_a_case_is_clear_only_without_findings_and_open_again_when_a_draft_is_withdrawn(two):
    _one, ((_team, case), (_other, other_case)) = two
    finding = written(case, kind="remark")
    (case,) = [row for row in cases_of(_one) if row.pk == case.pk]
    assert case.outcome == "remark"
    with pytest.raises(Refused) as no:
        cleared(case)
    assert no.value.code == "case_has_findings"
    act("withdraw_finding", finding, person(Role.SUPERVISOR), reason="误记")
    (case,) = [row for row in cases_of(_one) if row.pk == case.pk]
    assert case.outcome == ""
    assert cleared(case).outcome == cleared(other_case).outcome == "none"


def test_an_inspection_with_sent_findings_is_not_cancelled(two):
    one, ((_team, case), _rest) = two
    sent(case)
    with scope.everything():
        row = Inspection.objects.get(pk=one.pk)
        with pytest.raises(Refused) as no:
            inspections.cancel_inspection(
                inspection_id=row.pk, by=row.opened_by, on=TODAY, version=row.version, reason="重复"
            )
    assert no.value.code == "findings_sent"


# ---- report, end, sanction -------------------------------------------------------------------------------------------


@pytest.mark.draws
def test_the_report_counts_what_was_found_and_the_inspection_ends_when_all_is_closed(two):
    one, ((team, case), (_other, other_case)) = two
    lead, second = one.opened_by, person(Role.AUTHORITY)
    finding = sent(case, lead, amount=D("1234.56"))
    with pytest.raises(Refused) as no:
        reported(one, lead, second)
    assert no.value.code == "cases_open"
    cleared(other_case)
    report = reported(one, lead, second)
    figures = report.inputs
    counts = {row["outcome"]: row["count"] for row in figures["outcomes"]}
    assert counts == {"none": 1, "remark": 0, "breach": 1}
    assert figures["articles"] == [{"article": "15(2)", "remarks": 0, "breaches": 1, "found": "1234.56"}]
    assert (figures["seed"], figures["population_hash"]) == (one.seed, one.population.sha256)
    with scope.everything():
        assert not list(reports_are_intact())
        with storage.open_file(report.pdf) as file:
            assert faults(file.read()) == []
    readers = {Role.MANAGER_APPROVER: 200, Role.FINANCE_CLERK: 200, Role.AUDITOR: 200, Role.REGULATOR: 404}
    for role, code in readers.items():
        assert signed_in(person(role)).get(report.get_absolute_url()).status_code == code
    assert signed_in(team.checker).get(report.get_absolute_url()).status_code in {403, 404}
    with pytest.raises(Refused) as no:
        close(one, second)
    assert no.value.code == "findings_open"
    answered(finding, team.checker)
    act("accept_finding", finding, lead, reason="已核实")
    act("close_finding", finding, second)
    with pytest.raises(NotPermitted):
        close(one, lead)
    assert close(one, second).state == "closed"
    with scope.everything():
        breaches = [said for check in registry.invariants if not check.slow for said in check.fn()]
    assert not breaches


def close(one: Inspection, by) -> Inspection:
    with scope.everything():
        row = Inspection.objects.get(pk=one.pk)
        return inspections.close_inspection(inspection_id=row.pk, by=by, on=clock.today(), version=row.version)


def test_whoever_prepared_the_report_does_not_issue_it(two):
    one, ((_team, case), (_other, other_case)) = two
    for row in (case, other_case):
        cleared(row)
    with pytest.raises(NotPermitted):
        reported(one, one.opened_by, one.opened_by)
    with scope.everything():
        draft = reports.of_inspection(one)[0]
    assert signed_in(person(Role.MANAGER_APPROVER)).get(draft.get_absolute_url()).status_code == 404


def test_a_breach_becomes_a_proposal_that_names_the_project():
    (one,) = projects(1)
    on = max(clock.today(), one.claim.paid_on)
    clock.set_day(on)
    (case,) = cases_of(drawn("compensations", size=1))
    finding = sent(case)
    clerk = person(Role.MANAGER_STATISTICS)
    said = {
        "year": on.year, "ground": "misuse", "basis": "28", "description": "挪用", "document_number": "JC1",
        "claws_back": True, "rate": D("3.65"), "pay_by": date(on.year + 1, 1, 31),
    }  # fmt: skip
    with pytest.raises(Refused) as no:
        act("propose_sanction", finding, clerk, **said)
    assert no.value.code == "not_referred"
    with pytest.raises(Refused):
        act("refer_finding", sent(case, addressee="manager"), person(Role.SUPERVISOR), reason="追回")
    act("refer_finding", finding, person(Role.SUPERVISOR), reason="追回全部补偿")
    assert signed_in(clerk).get(finding.get_absolute_url()).status_code == 200
    with pytest.raises(NotPermitted):
        act("propose_sanction", finding, person(Role.MANAGER_APPROVER), **said)
    violation = act("propose_sanction", finding, clerk, **said)
    with scope.everything():
        assert Clawback.objects.get(violation=violation).claim_id == one.claim.pk
        assert Finding.objects.get(pk=finding.pk).violation == violation
        assert Violation.objects.get().state == Violation.State.PROPOSED
    with pytest.raises(Refused):
        act("propose_sanction", finding, clerk, **said)


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_every_desk_has_its_page_and_its_work(two):
    one, ((team, case), (_other, other_case)) = two
    lead, second = one.opened_by, person(Role.AUTHORITY)
    client = signed_in(lead)
    for name, args in (
        ("inspections", []), ("inspection_open", []), ("inspection", [one.pk]), ("inspection_case", [case.pk]),
        ("finding_write", [case.pk]), ("findings", []), ("inspection_population", [one.pk]),
    ):  # fmt: skip
        assert client.get(reverse(f"evaluation:{name}", args=args)).status_code == 200, name
    finding = written(case, lead)
    assert "发出问题" in client.get(finding.get_absolute_url()).content.decode()
    finding = act("issue_finding", finding, lead)
    assert "答复检查发现的问题" in signed_in(team.checker).get("/").content.decode()
    assert signed_in(team.checker).get(reverse("evaluation:finding_answer", args=[finding.pk])).status_code == 200
    answered(finding, team.checker)
    act("accept_finding", finding, lead, reason="已核实")
    assert "同意销号" in signed_in(second).get(finding.get_absolute_url()).content.decode()
    assert "同意销号" not in client.get(finding.get_absolute_url()).content.decode()
    cleared(other_case)
    assert "编制检查报告" in client.get(one.get_absolute_url()).content.decode()
