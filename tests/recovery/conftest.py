"""What most tests of this room begin from: one claim paid and transferred, 400,000.00 of 1,000,000.00."""

import pytest

from tests.factories.recovery import Project, project
from tests.plugins.worlds import built_once


@built_once
def one() -> Project:
    return project()


@pytest.fixture
def paid(one: Project) -> Project:
    """The same, where its money is looked at."""
    return one
