"""What a report consists of between its cover and its signature, and the chapter that every report ends with."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from pool.paper import Chapter, Notes, Part
from pool.tables import Text


@dataclass(frozen=True)
class Content:
    opening: list[Part]
    chapters: list[Chapter] = field(default_factory=list)
    issuer: str = ""
    """Empty: the managing body."""
    receivers: str = ""
    """Empty: the finance centre."""


def meanings(notes: Iterable[tuple[Text, str]], *before: Part) -> Chapter:
    """What is counted how, each with its article."""
    inside = _("各表全部数据以 CSV 文件附在本 PDF 内，另有 Excel 数据表。")
    return Chapter(_("口径说明"), [*before, Notes([*notes, (inside, "")])])
