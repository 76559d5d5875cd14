"""Every article is executable or narrative, every provision has a rule, every rule has boundary examples."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from pool.rulebook import Edition, load, rules
from pool.rulebook.edition import article_number
from pool.rulebook.listing import Example, read_examples, rulebook_listing
from pool.rulebook.values import MEASURED

ROOMS = ("pool.rules", "banks.rules", "loans.rules", "claims.rules", "claims.periods", "recovery.rules")
EXAMPLES = Path(__file__).parent.parent / "articles" / "shenzhen_2024"


@pytest.fixture(scope="module", autouse=True)
def every_room_is_open() -> None:
    for room in (*ROOMS, "evaluation.rules"):
        importlib.import_module(room)


@pytest.fixture(scope="module")
def book() -> Edition:
    return load("shenzhen/2024")


@pytest.fixture(scope="module")
def by_slug() -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = {}
    for example in read_examples(EXAMPLES):
        found.setdefault(example.provision, []).append(example)
    return found


def test_the_thirty_four_articles_are_all_there(book: Edition) -> None:
    assert list(book.articles) == list(range(1, 35))


def test_every_article_is_executed_or_narrative(book: Edition) -> None:
    executed = {article_number(provision.article) for provision in book}
    for number, article in book.articles.items():
        assert article.narrative != (number in executed), number


def test_every_provision_has_a_rule(book: Edition) -> None:
    executed = {slug for rule in rules() for slug in rule.slugs}
    bare = [item.slug for item in book if item.slug not in executed and not item.consumed_by]
    assert bare == []


def test_no_rule_executes_a_provision_that_does_not_exist(book: Edition) -> None:
    assert [(rule.path, slug) for rule in rules() for slug in rule.slugs if slug not in book] == []


def test_every_provision_has_examples_and_no_example_is_orphaned(
    book: Edition, by_slug: dict[str, list[Example]]
) -> None:
    assert set(by_slug) == {provision.slug for provision in book}
    assert [slug for slug, items in by_slug.items() if len(items) < 2] == []


def test_every_measured_bound_has_examples_just_under_exactly_and_just_over(
    book: Edition, by_slug: dict[str, list[Example]]
) -> None:
    wanted = {"under", "exactly", "over"}
    gaps = {
        provision.slug: wanted - {example.where for example in by_slug[provision.slug]}
        for provision in book
        if provision.unit in MEASURED
    }
    assert {slug: gap for slug, gap in gaps.items() if gap} == {}


def test_every_finding_code_can_be_told_in_both_languages_with_its_readings(book: Edition) -> None:
    samples = {"date": "2024-05-10", "money": "1234.50", "ratio": "0.40", "points": "0.10", "percent": "3", "count": 3}
    for provision in book:
        for code, message in provision.messages.items():
            facts = {name: samples.get(provision.facts[name], "x") for name in message.facts}
            finding = book.finding(provision.slug, code, provisional=True, **facts)
            for language in ("zh", "en"):
                text = book.message(finding, language)
                assert "{" not in text and text.endswith(book.provisional_note.said(language))
                assert (message.mend is None) == (book.mend(finding, language) == "")
            assert [reading.number for reading in book.readings_of(finding)] == list(message.readings)


def test_every_failing_code_says_how_to_mend(book: Edition) -> None:
    silent = [
        code
        for provision in book
        for code, message in provision.messages.items()
        if message.outcome == "fail" and message.mend is None
    ]
    assert set(silent) <= {"graded_violation", "graded_decline", "strike_out"}


def test_the_listing_leads_from_article_to_examples(book: Edition) -> None:
    lines = rulebook_listing(book, read_examples(EXAMPLES))
    claim = next(line for line in lines[18].provisions if line.provision.slug == "claim_period")
    assert lines[18].article.number == 19
    assert "loans.rules.claim_window" in [rule.path for rule in claim.rules]
    assert len(claim.examples) >= 3
