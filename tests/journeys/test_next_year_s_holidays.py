"""November: the notice for the next year is entered, looked at, confirmed by another, and a bank's last day moves."""

from collections.abc import Callable
from datetime import date

from loans.services.deadlines import CLAIM_PERIOD
from pool import scope
from pool.models import Deadline, Role, User
from tests.assurance.ending import verify
from tests.factories import claims as make
from tests.factories.holidays import FACTS, LINES
from tests.factories.loans import determined_loan
from tests.factories.people import person
from tests.journeys.acting import Album, Person

DETERMINED, TODAY = date(2026, 11, 5), date(2026, 11, 16)
BEFORE, AFTER = "2027-02-11", "2027-02-12"


def test_a_bank_s_last_day_moves_when_two_people_have_seen_that_it_will(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    team = make.good_team("迎春银行")
    loan = determined_loan(
        team, entered_on=date(2026, 10, 20), determined_on=DETERMINED, disbursed_on=date(2026, 10, 8),
        matures_on=date(2027, 10, 8),
    )  # fmt: skip
    make.reach(TODAY)
    keeper, other = person(Role.MANAGER_STATISTICS), person(Role.MANAGER_APPROVER)
    statistics, approver, maker = (somebody(user) for user in (keeper, other, team.maker))

    the_notice_is_entered(statistics, album)
    statistics.sees("迎春银行", BEFORE, AFTER)
    album.keep(statistics)
    statistics.confirm("提交确认")
    statistics.cannot_press("确认生效")

    approver.go("/")
    approver.sees("确认2027年节假日安排")
    approver.go(statistics.address)
    approver.sees("迎春银行", BEFORE, AFTER)
    approver.confirm("确认生效")
    approver.sees("已确认生效")
    album.keep(approver)

    maker.go("/notices/")
    maker.sees("2027年节假日安排已确认：贵行 1 项期限日期变动", f"截止日由 {BEFORE} 改为 {AFTER}")
    album.keep(maker)
    with scope.everything():
        row = Deadline.objects.get(subject_id=loan.pk, kind=CLAIM_PERIOD)
        assert (str(row.closes_on), row.provisional) == (AFTER, False)
    verify()


def the_notice_is_entered(statistics: Person, album: Album) -> None:
    statistics.go("/")
    statistics.sees("录入2027年节假日安排")
    statistics.go("/reference/holidays/")
    statistics.press("录入年度安排")
    statistics.fill("文号", FACTS["number"])
    statistics.fill("发布日期", FACTS["published_on"])
    for place, line in enumerate(LINES, start=1):
        statistics.fill(f"第 {place} 行节日", line.name)
        statistics.fill(f"第 {place} 行放假起日", line.first)
        statistics.fill(f"第 {place} 行放假止日", line.last)
        statistics.fill(f"第 {place} 行调休上班日", "、".join(map(str, line.works)))
    album.keep(statistics)
    statistics.press("录入并查看将变动的期限")
    statistics.sees("已录入")
