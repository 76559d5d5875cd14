"""A person who signed in long ago is asked once more before an act of weight, and loses nothing of what they wrote."""

from collections.abc import Callable
from typing import Any

from pool import clock
from pool.models import User
from tests.factories.people import TODAY, bank_team
from tests.journeys.acting import Album, Person


def test_a_payee_account_is_entered_and_confirmed_after_a_proof(
    committed_db: str, settings: Any, somebody: Callable[[User | None], Person], album: Album
) -> None:
    clock.set_day(TODAY)
    settings.SURE_MINUTES = -1
    team = bank_team("前海银行")
    maker, checker = somebody(team.maker), somebody(team.checker)

    maker.go(f"/banks/{team.pk}/payee/")
    maker.fill("户名", "前海银行风险补偿专户")
    maker.fill("账号", "6222021234567890")
    maker.fill("开户行", "前海银行营业部")
    maker.press("保存")
    maker.sees("再次确认身份", "已填写的内容不会丢失")
    album.keep(maker)
    maker.proves_who_they_are()
    maker.sees("等待复核人员确认")

    checker.go(f"/banks/{team.pk}/")
    checker.sees("前海银行风险补偿专户")
    checker.confirm("确认账户")
    checker.proves_who_they_are()
    checker.sees("已确认收款专用账户")


def test_a_person_binds_a_telephone_and_needs_it_from_then_on(
    committed_db: str, somebody: Callable[[User | None], Person], album: Album
) -> None:
    clock.set_day(TODAY)
    team = bank_team("前海银行")
    maker = somebody(team.maker)
    maker.go("/account/second-factor/")
    maker.sees("绑定手机")
    album.keep(maker)
    maker.fill("应用上显示的六位数字", maker.code_on_the_telephone())
    maker.press("启用动态口令")
    maker.sees("恢复码只显示这一次")
    code = str(maker.window.locator(".recovery-codes code").first.text_content())
    album.keep(maker)
    stranger = somebody(None)
    stranger.sign_in(team.maker)
    stranger.sees("请完成第二步")
    stranger.fill("动态口令或恢复码", code)
    stranger.press("登录")
    stranger.sees("工作台")
