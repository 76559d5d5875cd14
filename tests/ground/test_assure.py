"""`dev.py assure`: which proofs, for how long each, and what is not run again."""

import pytest

from config.dev import assure

LIFE = "tests/assurance/test_life_cycle.py"


@pytest.fixture(autouse=True)
def no_limit_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSURANCE_SECONDS", raising=False)


def result(**given: object) -> assure.Result:
    known = {"proof": LIFE, "commit": "abc", "size": "release", "passed": True, "seconds": 9.0, "limit": 600}
    return assure.Result(**known | given)  # type: ignore[arg-type]


def test_each_word_chooses_and_may_bring_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert assure.limits(["oracle=60", "life"]) == {"tests/oracle": 60, LIFE: assure.LIMITS[LIFE]}
    assert set(assure.limits([])) == set(assure.proofs())
    monkeypatch.setenv("ASSURANCE_SECONDS", "90")
    assert assure.limits(["life", "tamper=5"]) == {LIFE: 90, "tests/assurance/test_tamper.py": 5}


@pytest.mark.parametrize(
    ("given", "limit", "enough"),
    [
        ({}, 600, True),
        ({"passed": False}, 600, False),
        ({"commit": "abd"}, 600, False),
        ({"commit": "abc-altered"}, 600, False),
        ({"figures": ["life: steps 5, CUT BY ITS LIMIT after 5 of 9"]}, 600, True),
        ({"figures": ["life: steps 5, CUT BY ITS LIMIT after 5 of 9"]}, 601, False),
    ],
)
def test_what_passed_here_is_not_run_again_unless_it_was_cut_and_has_more_time(
    given: dict[str, object], limit: int, enough: bool
) -> None:
    known = result(**given)
    assert (
        assure._is_enough(known, "abc" if known.commit != "abc-altered" else known.commit, "release", limit) is enough
    )
