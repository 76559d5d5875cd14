"""The page in docs/ is what the command prints."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rulebook.md"


@pytest.mark.django_db
def test_the_page_in_docs_is_what_the_command_prints() -> None:
    out = StringIO()
    call_command("rulebook", stdout=out)
    assert PAGE.read_text(encoding="utf-8") == out.getvalue(), (
        "docs/rulebook.md is out of date: python3 dev.py manage rulebook > docs/rulebook.md"
    )
