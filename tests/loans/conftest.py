"""What most tests of this room begin from: a partner bank with its people."""

from tests.factories.people import BankTeam, bank_team
from tests.plugins.worlds import built_once


@built_once
def team() -> BankTeam:
    return bank_team("甲银行")
