"""The city approves another standard, and December's rate is published: two people each, then a claim goes by both."""

from collections.abc import Callable
from datetime import date

from pool.models import Role, User
from tests.assurance.ending import verify
from tests.factories import claims as make
from tests.factories import references
from tests.factories.people import person
from tests.journeys.acting import Album, Person

TODAY = date(2025, 12, 22)
NUMBER = "深府函〔2025〕18号"
RATE = {"published_on": TODAY, "one_year": "2.95", "five_year": "3.45"}


def test_a_claim_goes_by_the_document_that_two_people_have_registered(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    team = make.good_team("立冬银行")
    claim = make.submitted_claim(team)
    make.reach(TODAY)
    people = (person(Role.MANAGER_STATISTICS), person(Role.MANAGER_APPROVER), person(Role.MANAGER_REVIEWER))
    keeper, approver, reviewer = (somebody(user) for user in people)

    the_document_is_registered(keeper)
    keeper.cannot_press("确认生效")
    approver.go("/")
    approver.sees(f"确认特别审批 {NUMBER}")
    approver.go(keeper.address)
    approver.sees("尚未决定的申请有 1 件属适用范围")
    album.keep(approver)
    approver.confirm("确认生效")
    approver.sees("已确认")

    reviewer.go(f"/admin/claims/claim/{claim.pk}/change/")
    reviewer.sees(f"依据《{NUMBER}》，按专项比例37.5%", "937,500.00")
    album.keep(reviewer)

    the_rate_is_uploaded(keeper, album)
    approver.go(keeper.address)
    album.keep(approver)
    approver.confirm("确认生效")
    approver.sees("新增 1 行，变更 0 行，终止 0 行")
    approver.go("/reference/")
    approver.sees("2026-01-19")
    album.keep(approver)
    verify()


def the_document_is_registered(keeper: Person) -> None:
    keeper.go("/claims/special-approvals/")
    keeper.press("登记批准文件")
    for label, value in (
        ("批准文号", NUMBER), ("文件名称", "关于支持重点产业链企业融资的批复"), ("批准机关", "深圳市人民政府"),
        ("批准日期", "2024-06-20"), ("补偿比例（%）", "37.5"), ("有效期起", "2024-07-01"), ("适用行业代码", "C39"),
    ):  # fmt: skip
        keeper.fill(label, value)
    keeper.attach("批准文件扫描件", make.pdf_bytes(), "批复.pdf")
    keeper.press("录入，待另一人确认")
    keeper.sees("等待另一人对照文件确认")


def the_rate_is_uploaded(keeper: Person, album: Album) -> None:
    keeper.go("/reference/lpr/")
    keeper.press("由表格录入")
    keeper.fill("依据文件", "全国银行间同业拆借中心 2025年12月22日公告")
    keeper.attach("表格文件", references.sheet("lpr", [RATE]).read(), "LPR.xlsx")
    album.keep(keeper)
    keeper.press("上传并查看变动")
    keeper.sees("请查看变动")
    keeper.confirm("提交确认")
    keeper.sees("由另一人对照依据文件和变动确认")
