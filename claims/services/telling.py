"""Who is told of what: a notice to a bank's people or to a role of a public body, once per event."""

from datetime import date
from typing import Any
from uuid import UUID

from pool.models import Role
from pool.services.notices import notify

BANK_PEOPLE = (Role.BANK_MAKER, Role.BANK_CHECKER)


def bank(
    bank_id: UUID,
    title: str,
    *,
    key: str,
    on: date,
    url: str,
    article: str = "",
    body: str = "",
    due: date | None = None,
    kind: str = "",
    topic: Any = "",
) -> None:
    """Tell a bank's maker and checker."""
    for role in BANK_PEOPLE:
        notify(
            key=f"{key}:{role}",
            title=title,
            on=on,
            role=role,
            bank=bank_id,
            url=url,
            article=article,
            body=body,
            due=due,
            kind=kind,
            topic=topic,
        )


def bodies(
    roles: tuple[Any, ...], title: str, *, key: str, on: date, url: str, article: str = "", body: str = "",
    due: date | None = None, kind: str = "", topic: Any = "",
) -> None:  # fmt: skip
    """Tell everybody of these roles."""
    for role in roles:
        notify(
            key=f"{key}:{role}", title=title, on=on, role=role, url=url, article=article, body=body, due=due, kind=kind,
            topic=topic,
        )  # fmt: skip
