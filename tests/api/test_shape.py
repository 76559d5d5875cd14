"""What /api/v1/ has promised stays: the shape that is written down is the one that is served."""

import copy

import pytest

from config.management.commands.api_shape import changes
from pool.api.shape import shape


@pytest.fixture(scope="module")
def now():
    return shape()


def test_nothing_promised_is_gone_and_nothing_new_is_unwritten(now):
    gone, new = changes(now)
    assert not gone, "\n".join(["A client may break; keep it, or see docs/api.md on withdrawing:", *gone])
    assert not new, "\n".join(["New: dev.py manage api_shape --write", *new])


def test_the_comparison_sees_a_breaking_change(now):
    bent = copy.deepcopy(now)
    row = bent["GET /api/v1/reports/"]["answers"]["200"]["application/json"]["results"][0]
    row.pop("inputs_hash?")
    row["revision?"] = "string"
    bent["GET /api/v1/series/"]["parameters"]["query year"] = "integer"
    bent.pop("GET /api/v1/loans/{id}/")
    gone, new = changes(bent)
    assert any("inputs_hash" in line for line in gone) and any("loans/{id}" in line for line in gone)
    assert any(line.endswith("revision?: string") for line in new) and any(
        "query year: integer" in line for line in new
    )
