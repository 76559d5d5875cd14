"""A bank in good standing and the people of the public bodies."""

from dataclasses import dataclass
from datetime import date

import pytest

from tests.factories import claims as make
from tests.factories.people import BankTeam


@dataclass
class Stage:
    team: BankTeam
    desk: make.Desk

    def on(self, day: date) -> date:
        make.reach(day)
        return day


@pytest.fixture
def stage(db: None) -> Stage:
    return Stage(make.good_team(), make.Desk())
