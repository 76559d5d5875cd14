"""Stored findings as programs read them: article, outcome, the message in words, the facts behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from pool.rulebook import Finding, load


class FindingSerializer(serializers.Serializer):
    article = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["pass", "fail", "hold", "info"])
    code = serializers.CharField()
    message = serializers.CharField()
    facts = serializers.DictField()
    provisional = serializers.BooleanField()


def in_words(stored: Iterable[Mapping[str, Any]], edition: str) -> list[dict[str, Any]]:
    """With the messages of the edition that the record was judged by."""
    if not edition:
        return []
    book = load(edition)
    return [
        {
            "article": item["article"],
            "outcome": item["outcome"],
            "code": item["code"],
            "message": book.message(Finding.from_json(item)),
            "facts": item["facts"],
            "provisional": bool(item.get("provisional")),
        }
        for item in stored
    ]
