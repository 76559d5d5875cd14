"""Reports from the request to the reader: one snapshot, two files, two people, marked copies, a public check."""

import hashlib
import io
import re
import shutil
import subprocess
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook

from evaluation import invariants, reports, todos
from evaluation.models import Report
from evaluation.selectors import half_year
from evaluation.services import reports as services
from pool import clock, registry, scope
from pool.errors import NotPermitted, Refused, SamePerson, Stale
from pool.jobs import is_due, run_job
from pool.ledger import services as ledger
from pool.models import AccessLog, AuditEvent, Notice, OutboxTask, Role, StoredFile, User
from tests.archival import faults
from tests.evaluation.factories import drafted, filed, lender, seven_banks
from tests.evaluation.world import LAST, World, approver, paid, statistics
from tests.factories.people import bank_team, person

TODAY = date(2025, 7, 3)


def asked(period: str = "2025H1", by: User | None = None, on: date = TODAY) -> Report:
    """Asked for and made: without a broker the worker's part runs when the request has committed."""
    with scope.everything():
        report = services.request_half_year(period=period, by=by or statistics(), on=on)
    return fresh(report)


def fresh(report: Report) -> Report:
    with scope.everything():
        return Report.objects.select_related("pdf", "xlsx").get(pk=report.pk)


def issued(report: Report, by: User | None = None) -> Report:
    with scope.everything():
        services.issue_report(report_id=report.pk, by=by or approver(), on=TODAY, version=report.version)
    return fresh(report)


def path_of(file: StoredFile) -> Path:
    return Path(settings.MEDIA_ROOT) / file.path


def text_of(content: bytes | Path, tmp_path: Path) -> str:
    if isinstance(content, bytes):
        (tmp_path / "copy.pdf").write_bytes(content)
        content = tmp_path / "copy.pdf"
    return subprocess.run(["pdftotext", "-layout", str(content), "-"], capture_output=True, text=True).stdout


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="THERE IS NO POPPLER HERE")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@needs_poppler
@pytest.mark.draws
def test_a_half_year_report_from_the_request_to_the_regulator_s_copy(the_world: World, tmp_path: Path) -> None:
    made = the_world
    clock.set_day(TODAY)
    report = asked()
    assert report.state == Report.State.DRAFT, report.problem
    amount = f"{made.projects[0].claim.amount:,.2f}"
    text = text_of(path_of(report.pdf), tmp_path)
    for words in ("2025年上半年风险补偿资金池运行统计报告", report.check_code, amount, "133,333.33", "600,000.00",
                  "5,000,000,000.00", made.written_off.number):  # fmt: skip
        assert words in text
    for words in ("目录", "一、资金池资金情况", "表1资金池资金情况（金额单位：元）", "图1", "口径说明", "数据截至"):
        assert words in re.sub(r"\s", "", text), words
    assert faults(path_of(report.pdf).read_bytes()) == []
    inside = subprocess.run(["pdfdetach", "-list", str(path_of(report.pdf))], capture_output=True, text=True).stdout
    assert "01-资金池资金情况.csv" in inside and "05-" in inside
    assert report.inputs_hash[:32] in text.replace("\n", "")
    fonts = subprocess.run(["pdffonts", str(path_of(report.pdf))], capture_output=True, text=True).stdout.splitlines()
    assert len(fonts) > 2 and all(re.search(r"\byes\s+yes\s+yes\b", line) for line in fonts[2:]), fonts

    regulator = signed_in(person(Role.REGULATOR))
    assert regulator.get(f"/reports/{report.pk}/").status_code == 404
    assert regulator.get(f"/reports/{report.pk}/pdf/").status_code == 404
    report = issued(report)
    page = regulator.get(f"/reports/{report.pk}/")
    assert page.status_code == 200 and amount in page.content.decode()
    copy = regulator.get(f"/reports/{report.pk}/pdf/")
    assert copy["Content-Type"] == "application/pdf" and "attachment" in copy["Content-Disposition"]
    text = text_of(copy.content, tmp_path)
    pages = text.rstrip("\f").split("\f")
    assert len(pages) > 1 and all("副本：共享单位" in one and report.pdf.sha256[:16] in one for one in pages)
    assert amount in text and report.check_code in text
    book = load_workbook(io.BytesIO(regulator.get(f"/reports/{report.pk}/xlsx/").content))
    assert book["资金池资金情况"]["A1"].value.startswith("副本：共享单位")
    assert regulator.get(f"/files/{report.pdf_id}/").status_code == 404, "the original is not the regulator's"
    original = signed_in(approver()).get(f"/reports/{report.pk}/pdf/")
    assert original.content == path_of(report.pdf).read_bytes()
    with scope.everything():
        log = AccessLog.objects.filter(kind=AccessLog.Kind.DOWNLOAD, subject_id=str(report.pk))
        assert log.filter(role=Role.REGULATOR).count() == 2 and log.filter(role=Role.MANAGER_APPROVER).count() == 1
        told = set(Notice.objects.filter(key__startswith=f"report:{report.pk}").values_list("role", flat=True))
        assert {Role.REGULATOR, Role.AUTHORITY, Role.FINANCE_CLERK} <= told
        actions = AuditEvent.objects.filter(subject_id=str(report.pk)).order_by("id").values_list("action", flat=True)
        assert list(actions) == ["report.request", "report.made", "report.issue"]

    check = Client().get("/reports/check/", {"code": report.check_code.lower().replace("-", " ")}).content.decode()
    assert report.number in check and report.pdf.sha256 in check and report.inputs_hash in check
    assert "没有使用该校验码" in Client().get("/reports/check/", {"code": "0000-0000-0000"}).content.decode()

    for content, told in (
        (original.content, "与原件逐字节一致"),
        (copy.content, "本系统发出的副本，发出后没有改动"),
        (copy.content + b" ", "可能被改动"),
        (original.content[:-1], "可能被改动"),
        (b"%PDF-1.7 another", "不是本系统发布的报告"),
    ):
        answer = Client().post("/reports/check/", {"file": SimpleUploadedFile("x.pdf", content)}).content.decode()
        assert told in answer and hashlib.sha256(content).hexdigest() in answer, told
    with scope.everything():
        assert not StoredFile.objects.filter(name="x.pdf").exists(), "what a visitor sends is not kept"

    with scope.everything():
        assert list(invariants.reports_are_intact()) == []
        for change in (
            lambda: Report.objects.filter(pk=report.pk).update(check_code="x"),
            lambda: Report.objects.filter(pk=report.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    bent = path_of(report.xlsx)
    bent.chmod(0o600)
    bent.write_bytes(bent.read_bytes() + b" ")
    with scope.everything():
        [problem] = invariants.reports_are_intact()
    assert "xlsx" in problem


def test_the_workbook_has_every_bank_and_its_totals(the_world: World) -> None:
    report = asked("2024H2")
    book = load_workbook(io.BytesIO(path_of(report.xlsx).read_bytes()))
    assert book.sheetnames == [
        "资金池资金情况", "贷款入库与不良情况", "风险补偿申请与拨付情况", "清收、返还与结项情况",
        "暂停与恢复办理情况", "逾期办理与未办理情况", "与资金账核对", "与上期、上年同期比较", "重述",
    ]  # fmt: skip
    rows = [[cell.value for cell in row] for row in book["风险补偿申请与拨付情况"].iter_rows()]
    head = next(place for place, row in enumerate(rows) if row[0] == "加盟银行")
    place = rows[head].index("本期拨付金额（元）")
    by_bank = {row[0]: row[place] for row in rows[head + 1 :]}
    assert {"拒付银行", "在审银行"} < set(by_bank) and len(by_bank) == 6
    assert Decimal(str(by_bank["合计"])) == paid(the_world)


@pytest.mark.draws
def test_the_same_figures_give_the_same_document(the_world: World) -> None:
    first = asked("2024H2")
    assert reports.as_pdf(first) == path_of(first.pdf).read_bytes()
    second = asked("2025H1")
    assert second.inputs_hash != first.inputs_hash
    issued(first)
    with scope.everything():
        services.request_again(report_id=first.pk, by=statistics(), on=TODAY)
    with scope.everything():
        again = Report.objects.get(period="2024H2", revision=2)
    assert again.inputs_hash == first.inputs_hash and again.check_code != first.check_code


def test_all_figures_are_of_one_instant(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the worker reads, another connection posts money; the report knows all of it or nothing of it."""
    people = statistics(), approver()
    money = {"prepared_by": people[0], "approved_by": people[1], "on": date(2024, 12, 2)}
    with scope.everything():
        ledger.appropriate(key="before", amount=Decimal("5.00"), **money)
    reading, others_commits = half_year.money.flows, []

    def post_meanwhile() -> None:
        try:
            with scope.everything():
                ledger.appropriate(key="meanwhile", amount=Decimal("7.00"), **money)
            others_commits.append(True)
        finally:
            connections.close_all()

    def flows(*period: date) -> dict[str, Decimal]:
        other = threading.Thread(target=post_meanwhile)
        other.start()
        other.join(timeout=60)
        return reading(*period)

    monkeypatch.setattr(half_year.money, "flows", flows)
    report = asked("2024H2", by=people[0])
    assert others_commits == [True]
    assert report.state == Report.State.DRAFT, report.problem
    assert (report.inputs["flows"]["cash"], report.inputs["closing"]["cash"]) == ("5.00", "5.00")
    with scope.everything():
        assert ledger.balances()["cash"] == Decimal("12.00")


def test_without_the_snapshot_the_test_above_would_see_the_break(
    committed_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scope, "snapshot", scope.everything)
    with pytest.raises(AssertionError):
        test_all_figures_are_of_one_instant(committed_db, monkeypatch)


def test_a_snapshot_is_no_part_of_another_transaction(db: None) -> None:
    with pytest.raises(RuntimeError), scope.snapshot():
        pass


def test_figures_that_do_not_tie_make_no_report_and_say_where(committed_db: str) -> None:
    team, people = bank_team("甲行"), (statistics(), approver())
    item = ledger.Item(team.pk, team.pk, Decimal("1.00"))
    on = date(2024, 12, 2)
    with scope.everything():
        ledger.appropriate(key="a", amount=Decimal("5.00"), on=on, prepared_by=people[0], approved_by=people[1])
        ledger.reserve(key="r", items=[item], on=on, prepared_by=people[0])
        ledger.post_payment(key="p", items=[item], on=on, prepared_by=people[0], approved_by=people[1])
    report = asked("2024H2", by=people[0])
    assert (report.state, report.pdf_id) == (Report.State.FAILED, None)
    assert "甲行：支付补偿按业务记录为 0.00 元，资金账为 1.00 元" in report.problem
    page = signed_in(people[0]).get(f"/reports/{report.pk}/").content.decode()
    assert "业务记录与资金账不符" in page and "编制新版" in page
    with scope.everything():
        assert [(str(todo.title), todo.mine) for todo in todos.todos(people[0], TODAY)] == [
            ("2024年下半年风险补偿资金池运行统计报告编制失败", True)
        ]
        with pytest.raises(Refused):
            services.issue_report(report_id=report.pk, by=people[1], on=TODAY, version=report.version)
        services.request_again(report_id=report.pk, by=people[0], on=TODAY)
    with scope.everything():
        assert Report.objects.filter(period="2024H2").count() == 2
        assert len(list(todos.todos(people[0], TODAY))) == 1


def test_a_report_needs_two_people_also_when_a_job_asked_for_it(committed_db: str) -> None:
    clerk, second = statistics(), approver()
    job = registry.jobs["half_year_statistics"]
    assert not is_due(job, date(2025, 7, 5)) and is_due(job, date(2025, 7, 1)) and not is_due(job, date(2024, 1, 2))
    run = run_job("half_year_statistics", date(2025, 7, 1))
    again = run_job("half_year_statistics", date(2025, 7, 2))
    assert run.result["requested"] and again.repeated
    with scope.everything():
        report = Report.objects.get()
        assert (report.period, report.state, report.made_by) == ("2025H1", Report.State.DRAFT, None)
        with pytest.raises(NotPermitted, match="核对确认"):
            services.issue_report(report_id=report.pk, by=second, on=TODAY, version=report.version)
        with pytest.raises(NotPermitted):
            services.adopt_report(report_id=report.pk, by=second, on=TODAY, version=report.version)
        report = services.adopt_report(report_id=report.pk, by=clerk, on=TODAY, version=report.version)
        with pytest.raises(Refused):
            services.adopt_report(report_id=report.pk, by=statistics(), on=TODAY, version=report.version)
        clerk.role = Role.MANAGER_APPROVER
        with pytest.raises((NotPermitted, SamePerson)):
            services.issue_report(report_id=report.pk, by=clerk, on=TODAY, version=report.version)
        with pytest.raises(Stale):
            services.issue_report(report_id=report.pk, by=second, on=TODAY, version=report.version - 1)
        services.issue_report(report_id=report.pk, by=second, on=TODAY, version=report.version)


def test_a_second_delivery_makes_nothing_twice(committed_db: str) -> None:
    report = asked("2024H2")
    with scope.everything():
        files = StoredFile.objects.count()
    services.make_report(report.pk)
    with scope.everything():
        assert StoredFile.objects.count() == files and fresh(report).version == report.version
        assert OutboxTask.objects.get(task=services.TASK).done_at is not None
        with pytest.raises(Refused, match="正在编制或待核准"):
            services.request_half_year(period="2024H2", by=statistics(), on=TODAY)


def test_what_was_booked_later_for_an_earlier_half_year_is_told_in_the_next(committed_db: str) -> None:
    people = statistics(), approver()
    money = {"prepared_by": people[0], "approved_by": people[1]}
    with scope.everything():
        ledger.appropriate(key="a", amount=Decimal("5.00"), on=date(2024, 12, 2), **money)
    first = issued(asked("2024H2"))
    with scope.everything():
        ledger.appropriate(key="b", amount=Decimal("2.00"), on=LAST, **money)
    found = asked("2025H1").inputs["booked_later"]
    assert {row["figure"]: (row["said"], row["now"]) for row in found} == {
        "appropriated": ("5.00", "7.00"), "cash": ("5.00", "7.00"), "available": ("5.00", "7.00"),
    }  # fmt: skip
    assert {row["report"] for row in found} == {first.number}


def test_a_period_that_is_not_over_is_refused(db: None) -> None:
    with scope.everything():
        for period, on in (("2025H1", date(2025, 6, 30)), ("2025H2", TODAY)):
            with pytest.raises(Refused) as refused:
                services.request_half_year(period=period, by=statistics(), on=on)
            assert refused.value.code == "period_not_over"
        for role in set(Role) - {Role.MANAGER_STATISTICS}:
            user = person(role, bank_team().bank if role.startswith("bank_") else None)
            with pytest.raises(NotPermitted):
                services.request_half_year(period="2024H2", by=user, on=TODAY)


@needs_poppler
@pytest.mark.draws
def test_the_report_on_an_evaluation_names_every_bank_its_grade_and_why(committed_db: str, tmp_path: Path) -> None:
    seven_banks()
    evaluation = filed()
    clerk = statistics()
    with scope.everything():
        report = services.request_evaluation_report(evaluation=evaluation, by=clerk, on=TODAY)
    report = fresh(report)
    assert report.state == Report.State.DRAFT
    text = text_of(path_of(report.pdf), tmp_path)
    assert "2024年度加盟银行绩效评价报告" in text and "放款额与受贷企业数均较上年下降" in text
    with scope.everything():
        for line in evaluation.lines.select_related("bank"):
            assert line.bank.short_name in text and f"{line.amount:,.2f}" in text
    assert faults(path_of(report.pdf).read_bytes()) == []
    book = load_workbook(io.BytesIO(path_of(report.xlsx).read_bytes()))
    assert [cell.value for cell in book["评价结果"][3]][-2:] == ["等级", "评定理由"]
    report = issued(report)
    for role in (Role.REGULATOR, Role.AUTHORITY):
        assert "甲行" in signed_in(person(role)).get(f"/reports/{report.pk}/").content.decode()


def test_a_draft_evaluation_has_no_report(db: None) -> None:
    lender("甲行", (2024, ["1000000.00"]))
    with scope.everything(), pytest.raises(Refused, match="报备后"):
        services.request_evaluation_report(evaluation=drafted(), by=statistics(), on=TODAY)


def test_a_report_is_written_in_chinese_whoever_asks(committed_db: str) -> None:
    with translation.override("en"):
        report = asked("2024H2")
        assert report.title == "2024年下半年风险补偿资金池运行统计报告"
        assert "副本" in reports.copy_mark(person(Role.REGULATOR), "0" * 64)
