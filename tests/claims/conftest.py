"""A bank in good standing and the people of the public bodies."""

from dataclasses import dataclass
from datetime import date

from tests.factories import claims as make
from tests.factories.people import BankTeam
from tests.plugins.worlds import built_once


@dataclass
class Stage:
    team: BankTeam
    desk: make.Desk

    def on(self, day: date) -> date:
        make.reach(day)
        return day


@built_once
def stage() -> Stage:
    return Stage(make.good_team(), make.Desk())
