"""One word per concept, as docs/glossary.md has it, and the punctuation of a Chinese sentence."""

import re

import pytest

from config.management.commands.check_words import read
from tests.structure import tree

ENGLISH = tree.ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
RULEBOOK = tree.ROOT / "pool" / "rulebook" / "shenzhen" / "2024.yaml"
# A word that says what another already says, and the one that is kept.
RETIRED = {
    "征信报告": "信用报告",
    "核验码": "校验码",
    "占用": "预留",
    "他行贷款余额": "其他贷款余额",
    "放款日": "发放日",
    "判定": "认定",
}
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”）][,;:!?()]|[,;:!?()][\u4e00-\u9fff“（]")


def faults(words: str) -> list[str]:
    found = [f"“{old}”, say “{kept}”" for old, kept in RETIRED.items() if old in words]
    return found + [f"half-width {match}" for match in HALF_WIDTH.findall(words)]


def messages() -> list[str]:
    return [message.id for message in read(ENGLISH) if message.id and isinstance(message.id, str)]


def test_every_message_uses_the_words_of_the_glossary():
    found = [f"{words[:60]}: {fault}" for words in messages() for fault in faults(words)]
    assert not found, tree.report(found)


def test_the_rules_use_the_words_of_the_glossary():
    text = RULEBOOK.read_text()
    assert not [old for old in [*RETIRED, "评定"] if old in text]


@pytest.mark.parametrize("words", ["征信报告出具日期", "放款日", "查阅全部,不作变更", "年利率(%)"])
def test_a_retired_word_or_a_half_width_mark_is_noticed(words):
    assert faults(words)
