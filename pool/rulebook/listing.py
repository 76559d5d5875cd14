"""Article → provision → rule → examples: what the command and the page of the rulebook print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pool.rulebook.edition import Article, Edition, Provision
from pool.rulebook.implements import Rule, rules_of


@dataclass(frozen=True, slots=True)
class Example:
    """One boundary example: where it lies (under, exactly, over, or other) and what is expected."""

    provision: str
    title: str
    where: str
    source: str


@dataclass(frozen=True, slots=True)
class ProvisionLine:
    provision: Provision
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class ArticleLine:
    article: Article
    provisions: tuple[ProvisionLine, ...]


def example_files(folder: Path) -> list[Path]:
    """The example files of an edition, bases excepted."""
    return [path for path in sorted(folder.glob("*.yaml")) if not path.name.startswith("_")]


def read_examples(folder: Path) -> list[Example]:
    """Every example below `folder`."""
    found: list[Example] = []
    for path in example_files(folder):
        document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in document["provisions"]:
            found.extend(
                Example(slug, item["title"], item["where"], path.name)
                for slug in group["slugs"]
                for item in group["examples"]
            )
    return found


def rulebook_listing(book: Edition, examples: Iterable[Example] = ()) -> Sequence[ArticleLine]:
    """Every article with its provisions, the rules that execute each, and their examples."""
    by_slug: dict[str, list[Example]] = {}
    for example in examples:
        by_slug.setdefault(example.provision, []).append(example)
    return [
        ArticleLine(
            article,
            tuple(
                ProvisionLine(provision, tuple(rules_of(provision.slug)), tuple(by_slug.get(provision.slug, ())))
                for provision in book.provisions_of(number)
            ),
        )
        for number, article in book.articles.items()
    ]
