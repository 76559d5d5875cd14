"""审核询问: the reviewer asks, the bank answers by two people, and the thirty days stand still exactly so long."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from claims import invariants, permissions, phrases, selectors, services, todos
from claims.jobs import remind
from claims.models import Claim, Evidence, Question
from pool import scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.models import AuditEvent, ClockInterval, Deadline, Notice, Role, User
from pool.rulebook.edition import article_number
from pool.selectors import dates_of, edition
from tests.claims.conftest import Stage
from tests.claims.test_admin import act, client_of
from tests.claims.test_assignment import assign, opine, recuse, run, seen
from tests.factories import claims as make
from tests.factories.people import person

pytestmark = pytest.mark.django_db
ASKED, ANSWERED = date(2024, 12, 12), date(2024, 12, 18)
THIRTIETH = date(2025, 1, 9)


def now(question: Question) -> Question:
    found: Question = make.fresh(question)
    return found


def refused(code: str, act_: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act_()
    assert refusal.value.code == code
    return refusal.value


def by_bank(service: Any, question: Question, by: User, on: date = ANSWERED, **given: Any) -> Any:
    with scope.bank_scope(question.bank_id):
        version = given.pop("version", Question.objects.get(pk=question.pk).version)
        return service(question_id=question.pk, by=by, on=on, version=version, **given)


def decide_by(claim: Claim) -> date | None:
    """What the claim says; the open deadline, if there is one, says the same."""
    with scope.everything():
        rows = Deadline.objects.filter(
            subject_id=claim.pk, kind="review_period", fulfilled_on=None, dropped_on=None
        ).values_list("closes_on", flat=True)
        last: date | None = make.fresh(claim).decide_by
        assert list(rows) == ([last] if last else [])
    return last


# ---- the clock


@pytest.mark.parametrize(
    ("rounds", "last"),
    [
        ([(ASKED, ANSWERED)], date(2025, 1, 15)),
        ([(ASKED, ASKED)], THIRTIETH),
        ([(date(2024, 12, 10), date(2024, 12, 11))], date(2025, 1, 10)),
        # 01-11 is a Saturday: the longer period ends on the Monday.
        ([(date(2024, 12, 31), date(2025, 1, 2))], date(2025, 1, 13)),
        ([(ASKED, date(2024, 12, 16)), (date(2024, 12, 16), ANSWERED)], date(2025, 1, 15)),
        ([(ASKED, date(2024, 12, 13)), (date(2024, 12, 20), date(2024, 12, 27))], date(2025, 1, 17)),
        # Asked on the last day nothing of the thirty is left; the day after, the period has ended for good.
        ([(THIRTIETH, date(2025, 1, 20))], date(2025, 1, 20)),
        ([(date(2025, 1, 10), date(2025, 1, 20))], THIRTIETH),
    ],
)
def test_the_last_day_moves_by_exactly_the_days_of_waiting(
    stage: Stage, rounds: list[tuple[date, date]], last: date
) -> None:
    claim = make.submitted_claim(stage.team)
    assert decide_by(claim) == THIRTIETH
    for asked_on, answered_on in rounds:
        question = make.asked(claim, stage.desk, asked_on)
        assert decide_by(claim) is None
        make.answered(question, stage.team, answered_on)
    assert decide_by(claim) == last
    with scope.everything():
        assert [one.round for one in claim.questions.all()] == list(range(1, len(rounds) + 1))


def test_a_suspension_in_the_middle_is_not_counted_twice(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    loan = make.suspend(stage.team, ASKED)
    question = make.asked(claim, stage.desk, date(2024, 12, 16))
    make.resume(stage.team, loan, ANSWERED)
    assert decide_by(claim) is None
    make.answered(question, stage.team, date(2024, 12, 20))
    assert decide_by(claim) == date(2025, 1, 17)
    with scope.everything():
        stretches = ClockInterval.objects.filter(subject_id=claim.pk, kind="review_period").order_by("started_on")
        assert [(one.started_on, one.stopped_on) for one in stretches] == [
            (make.SUBMITTED_ON, ASKED),
            (date(2024, 12, 20), None),
        ]


def test_withdrawn_the_clock_runs_from_that_day(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    question = make.asked(claim, stage.desk, ASKED)
    run(services.withdraw_question, claim, stage.desk.reviewer, date(2024, 12, 16), reason="已从其他材料核实")
    assert decide_by(claim) == date(2025, 1, 13)
    assert now(question).state == Question.State.WITHDRAWN
    with scope.everything():
        assert not Deadline.objects.filter(subject_id=question.pk, fulfilled_on=None, dropped_on=None).exists()
        told = Notice.objects.filter(bank=stage.team.pk, title__contains="无须答复")
        assert {one.body for one in told} == {"已从其他材料核实"}
    refused("question_over", lambda: by_bank(services.prepare_reply, question, stage.team.maker, reply="答复"))
    refused("no_question", lambda: run(services.withdraw_question, claim, stage.desk.reviewer, reason="再撤"))


@pytest.mark.parametrize("ends", ["withdrawn", "lapsed"])
def test_a_claim_that_ends_takes_its_question_along(stage: Stage, ends: str) -> None:
    claim = make.submitted_claim(stage.team)
    question = make.asked(claim, stage.desk, ASKED)
    if ends == "withdrawn":
        with scope.bank_scope(stage.team.pk):
            services.withdraw_claim(
                claim_id=claim.pk, by=stage.team.checker, on=ANSWERED, version=make.fresh(claim).version, reason="撤"
            )
    else:
        make.resume(stage.team, claim.loan, ANSWERED)
    assert now(question).state == Question.State.WITHDRAWN
    with scope.everything():
        open_ones = Deadline.objects.filter(fulfilled_on=None, dropped_on=None)
        assert not open_ones.filter(subject_id__in=[claim.pk, question.pk]).exists()
        assert not list(invariants.only_a_claim_in_first_review_is_asked())
        assert not list(invariants.states_follow_the_log())


# ---- who, when, in which order


def test_one_question_at_a_time_and_no_opinion_meanwhile(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    question = make.asked(claim, stage.desk, ASKED)
    refused("question_open", lambda: make.asked(claim, stage.desk, ASKED))
    refused("question_open", lambda: opine(claim, stage.desk.reviewer, ASKED))
    make.answered(question, stage.team, ANSWERED)
    assert opine(claim, stage.desk.reviewer, ANSWERED).by == stage.desk.reviewer
    refused("not_under_review", lambda: make.asked(claim, stage.desk, ANSWERED))


def test_who_may_not_ask(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    ask = {"text": "请说明", "on": ASKED}
    for by in (stage.desk.approver, stage.desk.authority, stage.team.checker):
        with pytest.raises(NotPermitted):
            run(services.ask_bank, claim, by, **ask)
    recuse(claim, stage.desk.second_reviewer)
    refused("recused", lambda: run(services.ask_bank, claim, stage.desk.second_reviewer, **ask))
    assign(claim, stage.desk.approver, stage.desk.reviewer)
    other = person(Role.MANAGER_REVIEWER)
    refused("given_to_another", lambda: run(services.ask_bank, claim, other, **ask))
    with pytest.raises(Stale):
        run(services.ask_bank, claim, stage.desk.reviewer, version=1, **ask)
    refused("text_missing", lambda: run(services.ask_bank, claim, stage.desk.reviewer, text=" ", on=ASKED))
    refused("unknown_item", lambda: run(services.ask_bank, claim, stage.desk.reviewer, items=["passport"], **ask))
    assert not seen(Question.objects.exists)


def test_the_maker_writes_and_another_sends(stage: Stage) -> None:
    question = make.asked(make.submitted_claim(stage.team), stage.desk, ASKED)
    team = stage.team
    refused("no_reply_yet", lambda: by_bank(services.submit_reply, question, team.checker))
    for by in (team.checker, stage.desk.reviewer):
        with pytest.raises(NotPermitted):
            by_bank(services.prepare_reply, question, by, reply="答复")
    refused("reply_missing", lambda: by_bank(services.prepare_reply, question, team.maker, reply="  "))
    by_bank(services.prepare_reply, question, team.maker, reply="初稿")
    by_bank(services.prepare_reply, question, team.maker, reply="改稿")
    with pytest.raises(NotPermitted):
        by_bank(services.submit_reply, question, team.maker)
    with pytest.raises(Stale):
        by_bank(services.submit_reply, question, team.checker, version=1)
    by_bank(services.submit_reply, question, team.checker)
    found = now(question)
    assert (found.state, found.reply, found.answered_on, found.is_late) == ("answered", "改稿", ANSWERED, False)
    assert (found.prepared_by, found.submitted_by) == (team.maker, team.checker)
    refused("question_over", lambda: by_bank(services.submit_reply, question, team.checker))
    refused("question_over", lambda: by_bank(services.prepare_reply, question, team.maker, reply="再改"))
    assert seen(AuditEvent.objects.filter(action="claims.submit_reply").count) == 1


def test_who_has_another_hat_on_the_claim_does_not_answer(stage: Stage) -> None:
    """The checker of the claim, made maker since, would stand in two places."""
    question = make.asked(make.submitted_claim(stage.team), stage.desk, ASKED)
    with scope.everything():
        stage.team.checker.role = Role.BANK_MAKER
        stage.team.checker.save()
    with pytest.raises(SamePerson):
        by_bank(services.prepare_reply, question, stage.team.checker, reply="答复")


def test_documents_take_their_places_when_the_reply_is_sent(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    question = make.asked(claim, stage.desk, ASKED, ["iou"])
    before = seen(lambda: selectors.current_evidence(claim).get(item="iou"))

    def add(item: str, name: str) -> None:
        with scope.bank_scope(stage.team.pk):
            services.add_question_paper(
                question_id=question.pk, item=item, upload=make.pdf_bytes(), name=name, by=stage.team.maker, on=ANSWERED
            )

    refused("unknown_item", lambda: add("loan_contract", "合同.pdf"))
    add("iou", "借据.pdf")
    add("iou", "借据（清晰）.pdf")
    add(selectors.OTHER_PAPER, "说明.pdf")
    assert seen(lambda: selectors.current_evidence(claim).get(item="iou").pk) == before.pk
    make.answered(question, stage.team, ANSWERED)
    with scope.everything():
        assert selectors.current_evidence(claim).get(item="iou").file.name == "借据（清晰）.pdf"
        assert not Evidence.objects.filter(item=selectors.OTHER_PAPER).exists()
        assert Evidence.objects.filter(claim=claim, item="iou", superseded=True).count() == 1
        assert question.papers.count() == 3
    refused("question_over", lambda: add("iou", "借据3.pdf"))


def test_who_reads_the_documents_before_and_after_they_are_sent(stage: Stage) -> None:
    question = make.asked(make.submitted_claim(stage.team), stage.desk, ASKED, ["iou"])
    with scope.bank_scope(stage.team.pk):
        papers = [
            services.add_question_paper(
                question_id=question.pk, item=item, upload=make.pdf_bytes(), by=stage.team.maker, on=ANSWERED
            )
            for item in ("iou", selectors.OTHER_PAPER)
        ]

    def read(who: User) -> list[bool]:
        with scope.everything():
            return [permissions.have_reply_paper(who, paper.file) for paper in papers]

    assert read(stage.team.checker) == [True, True]
    assert read(stage.desk.reviewer) == read(stage.desk.authority) == [False, False]
    make.answered(question, stage.team, ANSWERED)
    assert read(stage.team.checker) == read(stage.desk.reviewer) == [True, True]
    assert read(stage.desk.authority) == [True, False]
    assert read(make.good_team("别家银行").checker) == [False, False]


def test_a_question_is_never_altered_nor_deleted(stage: Stage) -> None:
    question = make.asked(make.submitted_claim(stage.team), stage.desk, ASKED)
    with scope.everything():
        for change in (
            lambda: Question.objects.filter(pk=question.pk).update(text="另一问"),
            lambda: Question.objects.filter(pk=question.pk).update(asked_on=ANSWERED),
            lambda: Question.objects.filter(pk=question.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_another_bank_sees_none_of_it(stage: Stage) -> None:
    question = make.asked(make.submitted_claim(stage.team), stage.desk, ASKED)
    other = make.good_team("别家银行")
    with scope.bank_scope(other.pk):
        assert not Question.objects.exists()
    assert client_of(other.maker).get(reverse("claims:question", args=[question.pk])).status_code == 404


# ---- who is waited for, and the chaser


def test_everybody_is_told_who_is_waited_for_and_until_when(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    assign(claim, stage.desk.approver, stage.desk.reviewer)
    question = make.asked(claim, stage.desk, ASKED)
    assert question.answer_by == date(2024, 12, 19)
    with scope.everything():
        todo = todos.of_claim(make.fresh(claim), ASKED)
        assert todo is not None
        assert (todo.title, todo.waiting_for, todo.due, todo.article) == (
            "答复审核询问", "银行经办", date(2024, 12, 19), "20(1)"
        )  # fmt: skip

        def mine(who: User) -> dict[str, tuple[int, bool]]:
            return {one.title: (one.count, one.mine) for one in todos.todos(who, ASKED) if one.count}

        assert mine(stage.desk.reviewer) == {"待答复的审核询问": (1, False)}
        assert mine(stage.team.maker)["待答复的审核询问"] == (1, True)
        assert mine(stage.team.checker)["待答复的审核询问"] == (1, False)
        make.replied(question, stage.team, ANSWERED)
        assert mine(stage.team.checker)["待复核提交的询问答复"] == (1, True)
        make.answered(question, stage.team, ANSWERED)
        assert mine(stage.desk.reviewer) == {"分办给您的补偿申请": (1, True)}
        told = Notice.objects.filter(user=stage.desk.reviewer, title__contains="银行已答复")
        assert told.count() == 1


def test_the_answer_is_told_to_who_holds_the_desk_and_not_to_who_keeps_away(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    question = make.asked(claim, stage.desk, ASKED)
    recuse(claim, stage.desk.reviewer)
    assign(claim, stage.desk.approver, stage.desk.second_reviewer)
    make.answered(question, stage.team, ANSWERED)
    told = seen(lambda: list(Notice.objects.filter(title__contains="银行已答复").values_list("user", flat=True)))
    assert told == [stage.desk.second_reviewer.pk]


def test_the_last_day_to_answer_stands_in_the_bank_s_calendar_and_the_review_s_does_not(stage: Stage) -> None:
    make.asked(make.submitted_claim(stage.team), stage.desk, ASKED)
    with scope.bank_scope(stage.team.pk):
        dates = dates_of(stage.team.maker, ASKED, date(2025, 1, 31))
    assert [(one.on, one.label) for one in dates if "审核" in one.label] == [(date(2024, 12, 19), "答复审核询问")]


def test_the_bank_is_reminded_before_the_day_and_both_after_it(stage: Stage) -> None:
    question = make.asked(make.submitted_claim(stage.team), stage.desk, ASKED)

    def told(on: date) -> set[str]:
        with scope.everything():
            remind.fn(on)
            rows = Notice.objects.filter(on=on)
            return {str(one.role or one.user) for one in rows if "询问" in one.title}

    bank = {Role.BANK_MAKER.value, Role.BANK_CHECKER.value}
    assert told(date(2024, 12, 16)) == bank
    assert told(date(2024, 12, 17)) == set()
    assert told(date(2024, 12, 18)) == bank
    assert told(date(2024, 12, 20)) == bank | {str(stage.desk.reviewer)}
    make.answered(question, stage.team, date(2024, 12, 23))
    assert now(question).is_late
    assert told(date(2024, 12, 24)) == set()


# ---- the pages


def test_the_page_asks_and_tells_the_answer_beside_the_checklist(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    stage.on(ASKED)
    given = {"text": "请说明资金去向", "items": ["disbursement_voucher"]}
    assert act(stage.desk.reviewer, claim, "ask", **given).status_code == 302
    assert act(stage.desk.reviewer, claim, "ask", text="再问", items=[]).status_code == 403
    assert act(stage.desk.reviewer, claim, "opinion", opinion="pass", reason="同意").status_code == 403
    with scope.everything():
        question = Question.objects.get()
    page = client_of(stage.desk.reviewer).get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "请说明资金去向" in page and "计时停止" in page and "银行经办" in page
    client = client_of(stage.team.maker)
    address = reverse("claims:question", args=[question.pk])
    shown = client.get(address).content.decode()
    assert "请说明资金去向" in shown and "放款及资金流向凭证" in shown and "2024-12-19" in shown
    assert str(stage.desk.reviewer) not in shown
    key = shown.rsplit('name="form_key" value="', 1)[1].split('"')[0]
    sent = {"form_key": key, "version": question.version, "reply": "受托支付给供应商"}
    assert client.post(address, sent).status_code == client.post(address, sent).status_code == 302
    manager = client_of(stage.desk.reviewer)
    assert "受托支付给供应商" not in manager.get(address).content.decode()
    make.answered(question, stage.team, ASKED, "受托支付给供应商")
    page = manager.get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert "受托支付给供应商" in page.split('id="questions"')[1].split("</section>")[0]


# ---- the canned wording


def test_every_phrase_rests_on_a_provision_and_asks_for_known_papers() -> None:
    book = edition()
    with scope.everything():
        every = [*phrases.questions(), *phrases.reasons("refuse", "return", "partial")]
        assert len(every) == phrases.in_use().count()
    assert len(every) == len({one.words for one in every}) > 20
    for one in every:
        assert one.provision in book
        assert set(one.evidence) <= set(book.words["evidence"])
        assert not any(sign.isdigit() for sign in one.words), one.words


def test_whatever_makes_a_claim_fail_has_a_canned_reason() -> None:
    book = edition()
    failing = {one.slug for one in book for said in one.messages.values() if said.outcome == "fail"}
    of_loans = {slug for slug in failing if article_number(book[slug].article) in {3, 4, 13, 14, 15}}
    assert len(of_loans) > 10
    with scope.everything():
        assert of_loans <= {one.provision for one in phrases.reasons("refuse")}


def test_a_phrase_is_filled_in_with_its_article(stage: Stage) -> None:
    claim = make.submitted_claim(stage.team)
    page = client_of(stage.desk.reviewer).get(reverse("admin:claims_claim_change", args=[claim.pk])).content.decode()
    assert 'data-fill="reason-opinion" data-text="合同年利率超过规定上限。（依据第十五条第(三)项）"' in page
    assert 'data-fill="ask-text"' in page and 'data-items="disbursement_voucher"' in page
