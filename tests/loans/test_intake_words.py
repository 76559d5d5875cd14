"""The template's words are the contract's words, and each column tells its article."""

from __future__ import annotations

import pytest

from loans.choices import COVERS, FEATURES, INDUSTRY_GROUPS, PRODUCTS, QUALIFICATIONS, USES
from loans.columns import LOAN_SCHEMA
from loans.industries import SECTION_OF, full_industry_code, usual_group
from pool.sheets import Choice, Kind, squeeze

QUALIFICATION_WORDS = {
    "manufacturing_champion",
    "high_tech",
    "tech_sme",
    "srdi_little_giant",
    "srdi_sme",
    "innovative_sme",
    "agricultural_leader",
    "key_list",
}
FEATURE_WORDS = {
    "first_loan",
    "government_procurement",
    "renewal_without_repayment",
    "green",
    "credit",
    "ip_pledge",
    "receivables_pledge",
    "inventory_pledge",
}
GROUP_WORDS = {
    "agriculture",
    "industry",
    "construction",
    "wholesale",
    "retail",
    "transport",
    "storage",
    "post",
    "lodging",
    "catering",
    "information_transmission",
    "software",
    "real_estate_development",
    "property_management",
    "leasing_business_services",
    "other",
}


def words(choices: tuple[Choice, ...]) -> set[str]:
    return {choice.word for choice in choices}


def test_the_words_of_the_choices_are_those_of_the_trial_calculation() -> None:
    assert words(QUALIFICATIONS) == QUALIFICATION_WORDS
    assert words(FEATURES) == FEATURE_WORDS
    assert words(INDUSTRY_GROUPS) == GROUP_WORDS
    assert words(PRODUCTS) == {"working_capital", "personal_business", "other"}
    assert words(COVERS) == {"none", "insurance", "guarantee_company", "re_guarantee", "other_compensation"}
    assert words(USES) >= {"operations", "on_lending", "entrusted_loan", "acquisition", "prohibited_project"}
    assert words(USES) >= {"private_lending", "capital_market", "personal_consumption"}


def test_no_writing_of_a_choice_means_two_things() -> None:
    for column in LOAN_SCHEMA.columns:
        labels = [choice.label for choice in column.choices]
        assert len(set(labels)) == len(labels)
        for choice in column.choices:
            for text in (choice.label, *choice.synonyms):
                assert column.words[squeeze(text)] == choice.word


@pytest.mark.parametrize("column", LOAN_SCHEMA.columns, ids=lambda column: column.key)
def test_a_column_that_decides_something_names_its_article_and_explains_itself(column) -> None:
    if column.required or column.required_when:
        assert column.article
    assert column.note or column.key == "remarks"
    assert (column.kind in (Kind.CHOICE, Kind.CHOICES)) == bool(column.choices)


def test_the_usual_group_of_an_industry_is_one_of_the_sixteen() -> None:
    assert {usual_group(f"{division:02d}") for division in SECTION_OF} | {
        "real_estate_development",
        "property_management",
    } == GROUP_WORDS
    assert [usual_group(code) for code in ("C3921", "F5179", "F5211", "I6510", "K7010", "K7020", "G5430", "J6610")] == [
        "industry",
        "wholesale",
        "retail",
        "software",
        "real_estate_development",
        "property_management",
        "transport",
        "other",
    ]
    assert full_industry_code("7010") == "K7010"
