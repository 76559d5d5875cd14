"""Which edition of the rules has decided something: from its first use its content may not change."""

from django.utils.translation import gettext as _

from pool.errors import Refused
from pool.models import RulebookEdition
from pool.rulebook import Edition


def use(book: Edition) -> str:
    """Record the edition at its first use; gives the hash that a record freezes. Refused if it was altered since."""
    known = _recorded(book.key) or _record(book)
    if known != book.hash:
        raise Refused(
            "edition_changed",
            _("规则版本 %(key)s 的内容与首次使用时不同，不能继续办理。请以新版本登记修改。") % {"key": book.key},
        )
    return known


def _record(book: Edition) -> str:
    row = RulebookEdition.objects.get_or_create(
        slug=book.key,
        defaults={
            "scheme_id": book.scheme,
            "title": book.title.zh,
            "number": book.number,
            "sha256": book.hash,
        },
    )[0]
    return str(row.sha256)


def _recorded(key: str) -> str:
    return str(RulebookEdition.objects.filter(slug=key).values_list("sha256", flat=True).first() or "")
