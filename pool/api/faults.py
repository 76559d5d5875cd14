"""Every problem of the API in one shape: {"code", "detail", "article", "field"}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import exception_handler as framework_handler

from pool.errors import Refused
from pool.refusals import as_json


def exception_handler(fault: Exception, context: dict[str, Any]) -> Response | None:
    """Every problem answers with its code, words, article and field; whatever was begun is rolled back."""
    if isinstance(fault, Refused):
        response: Response | None = Response(as_json(fault), status=fault.status)
    else:
        response = framework_handler(fault, context)
        if response is not None:
            response.data = _problem(response.data, response.status_code)
    known = isinstance(fault, Http404 | PermissionDenied) or response is not None
    if known and transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return response


def _problem(data: Any, status: int) -> dict[str, str]:
    """The framework's answers in the shape of our own: the first field that is wrong, or the matter as a whole."""
    code = {400: "invalid", 401: "not_authenticated", 403: "not_permitted", 404: "not_found"}.get(status, "error")
    field, detail = "", data
    if isinstance(data, dict):
        field, detail = next(iter(data.items()), ("", ""))
    while isinstance(detail, list | tuple | dict):
        detail = next(iter(detail.values() if isinstance(detail, dict) else detail), "")
    if status == 404:
        detail = _("没有这项内容，或您不能查看。")
    named = "" if field in {"detail", "non_field_errors"} else str(field)
    return as_json(Refused(code, str(detail), field=named))
