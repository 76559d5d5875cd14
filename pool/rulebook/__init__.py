"""The law as data: editions of a scheme's rules, findings, and which code executes which provision."""

from pool.rulebook.edition import CHINESE, ENGLISH, LANGUAGES, Article, Edition, NoEditionGoverns, Provision, Reading
from pool.rulebook.findings import FAIL, HOLD, INFO, PASS, Facts, Finding, failed_articles
from pool.rulebook.implements import implements, rules, rules_of
from pool.rulebook.loader import RulebookError, editions, load

__all__ = [
    "CHINESE",
    "ENGLISH",
    "FAIL",
    "HOLD",
    "INFO",
    "LANGUAGES",
    "PASS",
    "Article",
    "Edition",
    "Facts",
    "Finding",
    "NoEditionGoverns",
    "Provision",
    "Reading",
    "RulebookError",
    "editions",
    "failed_articles",
    "implements",
    "load",
    "rules",
    "rules_of",
]
