"""What the tests of this room leave out: the funding plan's document, which is drawn and looked at elsewhere."""

import pytest

from claims import reports


@pytest.fixture(autouse=True)
def plans_without_their_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "plan_pdf", lambda *_args, **_named: b"%PDF-1.4 no pages")
