"""The supervisor draws a sample, sends a finding, the bank answers, and two people of two bodies close it."""

from collections.abc import Callable

from evaluation.models import Finding, Inspection
from pool import clock, registry, scope
from pool.models import Role, User
from tests.factories.claims import pdf_bytes
from tests.factories.loans import entered_upload, loan_cells
from tests.factories.people import TODAY, bank_team, person
from tests.journeys.acting import Album, Person


def test_a_sample_is_drawn_a_finding_answered_and_closed_by_two(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    clock.set_day(TODAY)
    team = bank_team("鹏湾银行")
    entered_upload(team, [loan_cells(principal="2000000.00") for _loan in range(3)])
    with scope.everything():
        officials = [person(role) for role in (Role.SUPERVISOR, Role.AUTHORITY)]
    supervisor, authority = (somebody(user) for user in officials)
    checker = somebody(team.checker)

    the_supervisor_opens_and_draws(supervisor, album)
    the_supervisor_sends_a_finding(supervisor, album)
    checker.go("/")
    checker.sees("答复检查发现的问题")
    checker.go("/reports/findings/")
    checker.window.locator("tbody a").first.click()
    checker.sees("部分资金转入股东账户", "第十五条第(二)项")
    album.keep(checker)
    checker.press("答复")
    checker.fill("整改情况", "资金已收回并重新用于采购，回单附后。")
    checker.upload("证明材料", pdf_bytes(), "回单.pdf", "提交答复")
    checker.sees("已答复，待核实")
    address = checker.address
    supervisor.go(address)
    supervisor.confirm("认可整改", "回单与流水相符")
    supervisor.does_not_see("同意销号")
    authority.go(address)
    authority.confirm("同意销号")
    authority.sees("已销号")
    album.keep(authority)

    with scope.everything():
        assert Finding.objects.get().state == Finding.State.CLOSED
        assert Inspection.objects.get().cases.get().outcome == "breach"
        breaches = [breach for invariant in registry.invariants for breach in invariant.fn()]
    assert not breaches, breaches


def the_supervisor_opens_and_draws(supervisor: Person, album: Album) -> None:
    supervisor.go("/reports/inspections/")
    supervisor.press("监督检查立项")
    supervisor.choose("检查对象", "入库贷款")
    supervisor.fill("检查期间起", "2024-01-01")
    supervisor.fill("检查期间止", TODAY.isoformat())
    supervisor.fill("检查事由", "年度抽查")
    supervisor.choose("抽样方法", "随机抽取")
    supervisor.fill("抽取数量", "1")
    album.keep(supervisor)
    supervisor.press("立项")
    supervisor.confirm("冻结总体并抽样")
    supervisor.sees("随机种子", "抽中的样本")
    album.keep(supervisor)


def the_supervisor_sends_a_finding(supervisor: Person, album: Album) -> None:
    supervisor.window.locator("table.data tbody a").first.click()
    supervisor.press("记录问题")
    supervisor.choose("问题性质", "违规问题")
    supervisor.fill("违反条款", "15(2)")
    supervisor.fill("问题事实", "部分资金转入股东账户")
    supervisor.fill("整改要求", "收回资金并报送回单")
    supervisor.upload("佐证材料", pdf_bytes(), "流水.pdf", "保存")
    supervisor.confirm("发出问题")
    supervisor.sees("待答复", "加盟银行")
    album.keep(supervisor)
