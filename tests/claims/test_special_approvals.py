"""The city's documents (16(5)): registered by two people, named by every finding they decide, ended by two."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import Error, IntegrityError, transaction
from django.urls import reverse

from claims import approval_register, assessment, services
from claims.intake import ENTERPRISES
from claims.models import ApprovalRecord, Claim
from claims.todos import approvals
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import Role
from pool.templates_xlsx import fill
from tests.claims.conftest import Stage
from tests.claims.test_desk import press
from tests.claims.test_pages import get
from tests.factories import approvals as city
from tests.factories import claims as make
from tests.factories.people import person
from tests.factories.words import credit_code

pytestmark = pytest.mark.django_db
State = ApprovalRecord.State
PAID_OUT = date(2024, 11, 8)
"""The factories' loans."""


def found(claim: Claim) -> tuple[str, Decimal]:
    """The document that the findings name, and the ratio."""
    with scope.everything():
        answer = assessment.of_claim(make.fresh(claim), make.SUBMITTED_ON)
    told = answer.finding("special_approval")
    return (str(told.facts["document"]) if told else "", answer.full_ratio)


def sheet(*rows: tuple[str, str]) -> SimpleUploadedFile:
    buffer = BytesIO()
    fill(ENTERPRISES, buffer, [{"name": name, "code": code} for name, code in rows])
    return SimpleUploadedFile("名单.xlsx", buffer.getvalue())


def test_a_document_counts_once_another_person_has_confirmed_it(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    row = city.entered_approval()
    assert found(claim) == ("", Decimal("0.40"))
    with scope.everything():
        with pytest.raises(SamePerson):
            services.confirm_approval(approval_id=row.pk, by=row.made_by, on=make.ENTERED_ON, version=row.version)
        with pytest.raises(Stale):
            services.confirm_approval(approval_id=row.pk, by=stage.desk.approver, on=make.ENTERED_ON, version=7)
        assert approval_register.undecided_under(row) == 1
        services.confirm_approval(approval_id=row.pk, by=stage.desk.approver, on=make.ENTERED_ON, version=row.version)
    assert found(claim) == (row.number, Decimal("0.375"))


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"valid_from": date(2024, 11, 9)}, False),
        ({"valid_from": PAID_OUT}, True),
        ({"valid_to": PAID_OUT}, True),
        ({"valid_to": date(2024, 11, 7)}, False),
        ({"valid_to": None}, True),
        ({"industries": ["39"]}, True),
        ({"industries": ["C3921"]}, True),
        ({"industries": ["C38", "D"]}, False),
    ],
)
def test_whom_it_covers_is_read_on_the_day_of_disbursement(stage: Stage, given: dict, counts: bool) -> None:
    claim = make.submitted_claim(stage.team)
    row = city.confirmed_approval(**given)
    assert (found(claim)[0] == row.number) is counts


def test_of_two_documents_the_one_that_names_the_enterprise_goes_first(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    own = city.confirmed_approval(enterprises=[claim.loan.credit_code], ratio=Decimal("0.45"))
    newer = city.confirmed_approval(issued_on=date(2024, 10, 1))
    assert found(claim) == (own.number, Decimal("0.45"))
    wider = city.confirmed_approval(industries=["C39"], issued_on=date(2024, 9, 1), valid_to=date(2024, 12, 31))
    with scope.everything():
        assert approval_register.overlapping(wider) == [newer]
        assert approval_register.overlapping(own) == []


def test_the_list_of_enterprises_comes_by_spreadsheet_whole_or_not_at_all(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    other = credit_code(77)
    row = city.confirmed_approval(sheet=sheet(("本案企业", claim.loan.credit_code), ("另一家", other)))
    assert row.enterprises == [
        {"code": claim.loan.credit_code, "name": "本案企业"}, {"code": other, "name": "另一家"},
    ]  # fmt: skip
    assert found(claim)[0] == row.number
    with pytest.raises(Refused, match=r"B3.*校验位不符"):
        city.entered_approval(sheet=sheet(("一", other), ("二", other[:-1] + ("0" if other[-1] != "0" else "1"))))
    with pytest.raises(Refused, match=r"B3.*第 2 行已经填过"):
        city.entered_approval(sheet=sheet(("一", other), ("又一", other)))


def test_the_cap_stays_unless_the_document_lifts_it(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    with pytest.raises(Refused, match="高于封顶 50%"):
        city.entered_approval(ratio=Decimal("0.60"))
    row = city.confirmed_approval(ratio=Decimal("0.60"), lifts_cap=True)
    assert found(claim) == (row.number, Decimal("0.60"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"industries": ["D39"]}, "不是行业代码"),
        ({"industries": ["C3"]}, "不是行业代码"),
        ({"enterprises": ["91440300"]}, "不是统一社会信用代码"),
        ({"ratio": Decimal("0.00")}, "大于 0"),
        ({"issued_on": date(2024, 11, 21)}, "不能晚于今天"),
        ({"valid_to": date(2024, 6, 30)}, "早于有效期起"),
        ({"by": None}, "无权"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_the_reason(stage: Stage, given: dict, words: str) -> None:
    if "by" in given:
        given = {"by": person(Role.AUTHORITY)}
    with pytest.raises(Refused if "by" not in given else NotPermitted, match=words):
        city.entered_approval(**given)


def test_a_document_is_registered_once(stage: Stage) -> None:
    row = city.entered_approval()
    with pytest.raises(Refused, match="已经登记"):
        city.entered_approval(number=row.number)
    with scope.everything():
        with pytest.raises(Refused, match="写明理由"):
            services.return_approval(
                approval_id=row.pk, by=row.made_by, on=make.ENTERED_ON, version=row.version, reason=" "
            )
        services.return_approval(
            approval_id=row.pk, by=row.made_by, on=make.ENTERED_ON, version=row.version, reason="文号录错"
        )
    assert city.entered_approval(number=row.number).state == State.SUBMITTED


def test_it_is_ended_by_two_and_what_was_decided_stays(stage: Stage) -> None:
    row = city.confirmed_approval()
    decided = make.cleared_claim(stage.team, stage.desk, balance="100000.00")
    waiting = make.submitted_claim(stage.team, balance="100000.00")
    today = make.SUBMITTED_ON
    with scope.everything():
        for day in (date(2024, 6, 29), date(2025, 7, 1)):
            with pytest.raises(Refused, match="有效期之内"):
                services.propose_approval_end(
                    approval_id=row.pk, by=stage.desk.reviewer, on=today, version=row.version, last_day=day,
                    reason="废止",
                )  # fmt: skip
        row = services.propose_approval_end(
            approval_id=row.pk, by=stage.desk.reviewer, on=today, version=row.version, last_day=date(2024, 6, 30),
            reason="自始不适用",
        )  # fmt: skip
        assert found(waiting)[0] == row.number
        with pytest.raises(SamePerson):
            services.confirm_approval_end(
                approval_id=row.pk, by=stage.desk.reviewer, on=today, version=row.version
            )  # fmt: skip
        row = services.confirm_approval_end(approval_id=row.pk, by=row.made_by, on=today, version=row.version)
    assert row.state == State.ENDED
    assert found(waiting) == ("", Decimal("0.40"))
    assert found(decided) == (row.number, Decimal("0.375"))
    make.money("1000000.00", stage.desk)
    plan = make.issued_plan([decided], stage.desk)
    with scope.everything():
        assert plan.items.get().amount == Decimal("37500.00")


def test_an_end_that_nobody_agreed_to_changes_nothing(stage: Stage) -> None:
    row = city.confirmed_approval()
    with scope.everything():
        row = services.propose_approval_end(
            approval_id=row.pk, by=stage.desk.reviewer, on=make.ENTERED_ON, version=row.version,
            last_day=PAID_OUT, reason="废止",
        )  # fmt: skip
        assert [todo.mine for todo in approvals(stage.desk.reviewer, make.ENTERED_ON)] == [False]
        assert [todo.mine for todo in approvals(stage.desk.approver, make.ENTERED_ON)] == [True]
        row = services.keep_approval(
            approval_id=row.pk, by=stage.desk.approver, on=make.ENTERED_ON, version=row.version, reason="文件仍有效"
        )
    assert (row.state, row.last_day, row.end_by) == (State.CONFIRMED, None, None)


def test_an_opinion_given_before_a_document_came_is_given_again(stage: Stage) -> None:
    claim = make.reviewed_claim(stage.team, stage.desk)
    city.confirmed_approval()
    with scope.everything(), pytest.raises(Refused, match="初审意见"):
        services.decide(
            claim_id=claim.pk, by=stage.desk.approver, on=make.SUBMITTED_ON, version=claim.version, decision="pass",
            reason=make.REASON,
        )  # fmt: skip


def test_the_database_itself_asks_for_two_people_and_keeps_what_was_entered(stage: Stage) -> None:
    row = city.entered_approval()
    with scope.everything():
        rows = ApprovalRecord.objects.filter(pk=row.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(confirmed_by=row.made_by)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state=State.CONFIRMED)
        with pytest.raises(Error), transaction.atomic():
            rows.update(ratio=Decimal("0.50"))
        with pytest.raises(Error), transaction.atomic():
            rows.delete()


def test_the_pages_say_what_the_document_covers_and_what_it_decided(stage: Stage) -> None:
    claim = make.approved_claim(stage.team, stage.desk)
    row = city.confirmed_approval(enterprises=[credit_code(78)])
    page = get(stage.desk.authority, "claims:special", row.pk)
    assert all(words in page for words in (row.number, "37.5%", "还没有申请适用本文件", credit_code(78)))
    assert claim.number not in page
    other = city.confirmed_approval()
    decided = make.approved_claim(stage.team, stage.desk)
    page = get(stage.desk.reviewer, "claims:special", other.pk)
    assert decided.number in page
    assert claim.number not in page
    assert "37.5%" in get(stage.team.maker, "claims:detail", decided.pk)
    review = get(stage.desk.reviewer, "admin:claims_claim_change", decided.pk)
    assert f'href="{other.get_absolute_url()}"' in review
    assert f"依据《{other.number}》，按专项比例37.5%" in review


def test_the_form_says_beside_the_field_what_is_missing(stage: Stage) -> None:
    given = {
        "number": "深府函〔2024〕5号", "title": "批复", "issuer": "深圳市人民政府", "issued_on": "2024-06-20",
        "ratio": "45", "valid_from": "2024-07-01", "valid_to": "", "industries": "", "enterprises": "",
    }  # fmt: skip
    keeper = person(Role.MANAGER_STATISTICS)

    def scan() -> SimpleUploadedFile:
        return SimpleUploadedFile("批复.pdf", make.pdf_bytes(), "application/pdf")

    make.reach(make.ENTERED_ON)
    answer = press(keeper, "claims:enter_special", **given, file=scan())
    assert answer.status_code == 422
    assert "至少一项" in answer.content.decode()
    answer = press(keeper, "claims:enter_special", **given | {"industries": "C39、C40"}, file=scan())
    assert "等待另一人对照文件确认" in answer.content.decode()
    with scope.everything():
        row = ApprovalRecord.objects.get()
    assert (row.industries, row.ratio) == (["C39", "C40"], Decimal("0.4500"))
    press(stage.desk.approver, "claims:confirm_special", row.pk, version=row.version)
    ended = {"last_day": "2024-12-31", "reason": "废止"}
    press(stage.desk.reviewer, "claims:end_special", row.pk, version=row.version + 1, **ended)
    with scope.everything():
        row.refresh_from_db()
    assert (row.state, row.last_day) == (State.ENDING, date(2024, 12, 31))
    assert "终止待确认" in get(keeper, "claims:specials")
    assert reverse("claims:confirm_end_special", args=[row.pk]) in get(stage.desk.approver, "claims:special", row.pk)
