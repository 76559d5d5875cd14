"""A program may send the same write again: the header `Idempotency-Key` makes it one effect with one answer."""

import hashlib
import json
from collections.abc import Callable
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request

from pool.errors import Refused
from pool.forms_keys import body_hash, take

HEADER = "Idempotency-Key"


class KeyMissing(Refused):
    status = 400


def once(request: Request, act: Callable[[], str]) -> tuple[str, bool]:
    """What the first request with this key answered, and whether this one is the first.

    Inside the request's transaction: what fails frees its key. The same key with another body is refused.
    """
    digest = _digest(request)
    row, fresh = take(person=request.user, route=request.path[:200], key=_key(request), digest=digest)
    if fresh:
        row.answer = act()
        row.save(update_fields=["answer"])
    return row.answer, fresh


def _digest(request: Request) -> str:
    """A form by its fields and files; everything else by what was read of it."""
    if request._request.POST or request._request.FILES:
        return body_hash(request._request)
    said = json.dumps(request.data, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def _key(request: Request) -> UUID:
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        text = _("请在请求头 %(header)s 中给出一个 UUID；重发同一请求时用同一个。") % {"header": HEADER}
        raise KeyMissing("key_missing", text, field=HEADER) from None
