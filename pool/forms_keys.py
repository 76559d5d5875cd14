"""A double click does one thing: each rendered form carries a key that may be used once."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from pool.errors import Refused, Stale
from pool.models import FormKey, User

FIELD = "form_key"
KEPT_FOR = timedelta(days=30)
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """For POST: the first submission runs and its redirect is stored; the same again gets that redirect.

    Stand it under the permission check and inside the request's transaction (not on an `unscoped` view).
    A view that answers without a redirect did nothing, so the key stays free.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        row, fresh = _take(request)
        if not fresh:
            return _again(request, row)
        response = view(request, *args, **kwargs)
        answer = response.headers.get("HX-Redirect") or response.headers.get("Location")
        if answer:
            row.answer = answer
            row.save(update_fields=["answer"])
        else:
            row.delete()
        return response

    return guarded


def answered(request: HttpRequest) -> HttpResponse | None:
    """The answer to a form that was already taken; for a view that asks for a right which the first press used up."""
    if request.method != "POST" or not request.POST.get(FIELD):
        return None
    row = FormKey.objects.filter(**_wanted(request)).first()
    if row is None:
        return None
    _require_same(row, body_hash(request))
    return _again(request, row)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    return {"person": request.user, "route": request.path[:200], "key": _key(request)}


def _take(request: HttpRequest) -> tuple[FormKey, bool]:
    return take(**_wanted(request), digest=body_hash(request))


def take(*, person: User, route: str, key: UUID, digest: str) -> tuple[FormKey, bool]:
    """Insert the key first: a second request with it waits here until the first has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pool_formkey (person_id, route, key, body_hash, answer, created_at)"
            " VALUES (%s, %s, %s, %s, '', now()) ON CONFLICT DO NOTHING RETURNING id",
            [person.pk, route, key, digest],
        )
        fresh = cursor.fetchone() is not None
    row = FormKey.objects.get(person=person, route=route, key=key)
    _require_same(row, digest)
    return row, fresh


def _require_same(row: FormKey, digest: str) -> None:
    if row.body_hash != digest:
        raise Refused(
            "form_key_reused", _("这张表单已经提交过，而本次内容与上次不同。请重新打开页面，确认上次的结果后再填写。")
        )


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get(FIELD, ""))
    except ValueError:
        raise Refused("form_key_missing", _("表单已失效，请刷新页面后重新提交。")) from None


def _again(request: HttpRequest, row: FormKey) -> HttpResponse:
    if getattr(request, "htmx", False):
        response = HttpResponse()
        response["HX-Redirect"] = row.answer
        return response
    return HttpResponseRedirect(row.answer)


def body_hash(request: HttpRequest) -> str:
    """Of every field and the content of every file, the tokens aside."""
    fields = {
        name: request.POST.getlist(name) for name in sorted(request.POST) if name not in {"csrfmiddlewaretoken", FIELD}
    }
    digest = hashlib.sha256(json.dumps(fields, ensure_ascii=False, sort_keys=True).encode())
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            digest.update(f"\x00{name}\x00{upload.name}\x00".encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    return digest.hexdigest()


def seen_version(request: HttpRequest) -> int:
    """The version of the row that this person saw when deciding."""
    given = request.POST.get("version", "")
    if not given.isdecimal():
        raise Stale()
    return int(given)


def ticked(request: HttpRequest, field: str) -> list[UUID]:
    """The rows that were ticked."""
    return [_row_key(value) for value in request.POST.getlist(field)]


def ticked_versions(request: HttpRequest, field: str) -> dict[UUID, int]:
    """The rows that were ticked, sent as `key:version`, each with the version that the page showed."""
    parts = [value.partition(":") for value in request.POST.getlist(field)]
    if not all(version.isdecimal() for _row, _colon, version in parts):
        raise _unreadable()
    return {_row_key(key): int(version) for key, _colon, version in parts}


def _row_key(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> Refused:
    return Refused("unreadable", _("所选项目无法识别，请刷新页面后重新勾选。"))
