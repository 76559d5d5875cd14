"""A notice is corrected, an objection heard and answered, and what remains is planned in part by two people."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import call_command

from claims.models import Claim, FundingPlan, Objection, Publicity
from pool import clock, scope
from pool.ledger import services as ledger
from pool.models import User
from tests.factories import claims as make
from tests.journeys.acting import Album, Person

Somebody = Callable[[User | None], Person]
POSTED, AFTERWARDS = date(2024, 12, 13), date(2024, 12, 26)
CONTACT = "13900001111"


@pytest.fixture
def desk(committed_db: str) -> make.Desk:
    return make.Desk()


@pytest.fixture
def approved(desk: make.Desk) -> list[Claim]:
    """Three approved claims of one bank, with money for all of them."""
    team = make.good_team()
    found = [make.approved_claim(team, desk, balance=balance) for balance in ("2500000.00", "1000000.00", "500000.00")]
    make.money("1600000.00", desk)
    return found


@pytest.mark.draws
def test_from_a_wrong_title_to_a_stamped_plan(
    desk: make.Desk, approved: list[Claim], somebody: Somebody, album: Album
) -> None:
    clock.advance(POSTED)
    official, visitor = somebody(desk.authority), somebody(None)
    official.go("/claims/publicity/")
    official.press("发布公示")
    old = Publicity.objects.get()
    received = somebody_objects(visitor, old, album)
    the_official_corrects_the_title(official, old, album)
    new = Publicity.objects.get(corrects=old)
    visitor.go(f"/publicity/{old.number}/")
    visitor.sees(f"本公示已由 {new.number} 更正")
    the_objection_is_upheld(somebody(desk.second_reviewer), somebody(desk.second_authority), album)
    the_objector_reads_the_answer(visitor, received, album)
    clock.advance(AFTERWARDS)
    the_rest_is_planned_in_part(official, somebody(desk.second_authority), approved, album)
    call_command("verify", "--all")


def somebody_objects(visitor: Person, notice: Publicity, album: Album) -> str:
    visitor.go(f"/publicity/{notice.number}/1/")
    visitor.fill("姓名或单位名称", "王女士")
    visitor.fill("联系电话或邮箱", CONTACT)
    visitor.fill("异议内容", "该企业已于上月停业")
    visitor.press("提交异议")
    visitor.sees("请妥善保存")
    album.keep(visitor)
    with scope.everything():
        return Objection.objects.get().number


def the_official_corrects_the_title(official: Person, old: Publicity, album: Album) -> None:
    official.go(f"/claims/publicity/{old.pk}/")
    official.opens("更正公示")
    official.fill("公示标题", "二〇二四年第九批风险补偿项目公示")
    official.fill("更正说明（随更正公示公布）", "标题漏写批次")
    album.keep(official)
    official.press("发布更正公示")
    official.sees("标题漏写批次", "2024-12-24")


def the_objection_is_upheld(reviewer: Person, official: Person, album: Album) -> None:
    reviewer.go("/claims/objections/")
    reviewer.opens_the_first_row()
    reviewer.fill("复核报告", "经实地核查，该企业确已停业，借款用途存疑。")
    reviewer.press("提交报告")
    assert "确已停业" in reviewer.reads_pdf("下载报告")
    official.go(reviewer.address)
    official.window.locator("input[type=radio][value=yes]").check()
    official.fill("理由", "复核报告属实，异议成立")
    official.press("作出决定")
    official.sees("异议成立")
    album.keep(official)


def the_objector_reads_the_answer(visitor: Person, number: str, album: Album) -> None:
    visitor.go("/publicity/results/")
    visitor.fill("异议编号", number)
    visitor.fill("提交时填写的联系电话或邮箱", CONTACT)
    visitor.press("查询")
    visitor.sees("异议成立", "复核报告属实")
    visitor.does_not_see("王女士")
    album.keep(visitor)


def the_rest_is_planned_in_part(drafter: Person, signer: Person, claims: list[Claim], album: Album) -> None:
    _removed, first, second = claims
    drafter.go("/claims/plans/")
    drafter.sees(first.number, second.number)
    drafter.press("拟定资助计划")
    drafter.cannot_press("签发下达")
    signer.go(drafter.address)
    signer.window.get_by_label(second.number, exact=True).uncheck()
    signer.fill("不下达的项目说明原因", "材料待核实")
    signer.press("签发下达")
    signer.sees("正式文件", "已移出", "材料待核实", "上传资助计划盖章件")
    signer.attach("上传盖章扫描件", make.pdf_bytes(), "盖章件.pdf")
    signer.sees("盖章扫描件已保存")
    album.keep(signer)
    plan = FundingPlan.objects.get()
    assert (str(plan.total), plan.state) == ("400000.00", "issued")
    with scope.everything():
        assert ledger.reserved_for(first.pk) == first.amount
        assert ledger.reserved_for(second.pk) == 0
