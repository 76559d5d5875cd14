"""Whoever switches to English reads English: every message is translated, and the pages show it."""

import ast
import re
from html import unescape

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from config.management.commands.check_words import CHINESE, OF_THE_SPREADSHEET, brought_up, faults_of, read, text_of
from pool import registry
from pool.models import Role
from tests.pool.people import person
from tests.structure import tree

ENGLISH = tree.ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
# What an English page may still say in Chinese: the switch back.
SAID_IN_CHINESE = {"中文"}
# The names under which the extraction knows a translating function.
KNOWN_NAMES = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}

PAGES = [
    (Role.BANK_MAKER, "/"),
    (Role.BANK_MAKER, "/notices/"),
    (Role.BANK_MAKER, "/loans/"),
    (Role.BANK_MAKER, "/loans/uploads/"),
    (Role.BANK_MAKER, "/loans/uploads/new/"),
    (Role.BANK_MAKER, "/loans/uploads/form/"),
    (Role.BANK_CHECKER, "/claims/"),
    (Role.BANK_CHECKER, "/claims/claimable/"),
    (Role.MANAGER_REVIEWER, "/admin/"),
    (Role.MANAGER_STATISTICS, "/banks/"),
    (Role.MANAGER_STATISTICS, "/reference/"),
    (Role.FINANCE_CLERK, "/appropriations/"),
    (Role.AUTHORITY, "/publicity/"),
    (Role.AUDITOR, "/trial/assess/"),
    (Role.AUDITOR, "/recovery/"),
]


@pytest.fixture
def in_english(settings, tmp_path):
    """The catalogue as it stands, compiled for this test alone."""
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "django.mo").open("wb") as file:
        write_mo(file, read(ENGLISH))
    settings.LOCALE_PATHS = [tmp_path]
    with translation.override("en"):
        yield


def test_every_message_of_the_code_has_its_english():
    call_command("check_words")


def test_the_catalogue_is_kept_sorted_and_without_lines_of_code():
    assert ENGLISH.read_bytes() == text_of(read(ENGLISH))


def test_english_that_is_half_chinese_or_lacks_a_value_is_told():
    kept = Catalog(locale="en")
    kept.add("共 %(n)s 笔", "%(n)s loans %(n)s")
    kept.add("贷款", "Loan 贷款")
    kept.add("单位为万元", "The unit is 万元")
    assert any("placeholders" in fault for fault in faults_of(Message("共 %(n)s 笔"), kept))
    assert any("Chinese" in fault for fault in faults_of(Message("贷款"), kept))
    assert not list(faults_of(Message("单位为万元"), kept))


def test_what_is_new_is_added_without_english_and_what_is_gone_goes():
    kept = Catalog(locale="en")
    kept.add("贷款", "Loan")
    kept.add("旧词", "Old word")
    made = brought_up([Message("贷款"), Message("新词")], kept)
    assert [(message.id, message.string or "") for message in made if message.id] == [("贷款", "Loan"), ("新词", "")]


def test_translating_functions_are_imported_under_names_that_the_extraction_knows():
    strange = [
        f"{tree.where(path, node.lineno)}: {alias.name} as {alias.asname}"
        for path in tree.python()
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if "gettext" in alias.name and (alias.asname or alias.name) not in KNOWN_NAMES
    ]
    assert not strange, tree.report(strange)


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_the_error_pages_are_english(in_english, template: str):
    assert chinese_in(render_to_string(template, request=RequestFactory().get("/"))) == set()


@pytest.mark.django_db
def test_the_sign_in_page_is_english(in_english):
    page = asked(Client(), "/login/")
    assert "Sign in" in page
    # The demo's institutions have no English names.
    names = {account.institution for account in registry.demo_accounts}
    assert chinese_in(page) <= {part for name in names for part in CHINESE.findall(name)}


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "address"), PAGES)
def test_the_pages_of_daily_work_are_english(in_english, role: Role, address: str):
    client = Client()
    client.force_login(person(role, display_name="A. Person"))
    assert chinese_in(asked(client, address)) == set()


def asked(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def chinese_in(page: str) -> set[str]:
    """Only what a reader sees or hears: the text, and the attributes that are read out."""
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    heard = " ".join(re.findall(r"""\b(?:aria-label|title|alt|placeholder)=["']([^"']*)""", body))
    seen = re.sub(r"<[^>]*>", " ", body)
    return set(CHINESE.findall(unescape(f"{seen} {heard}"))) - SAID_IN_CHINESE - OF_THE_SPREADSHEET
