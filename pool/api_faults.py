"""How a fault in an API view is answered."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from rest_framework.response import Response
from rest_framework.views import exception_handler as framework_handler

from pool.errors import Refused
from pool.refusals import as_json


def exception_handler(fault: Exception, context: dict[str, Any]) -> Response | None:
    """A refusal answers with its code, words, article and field; whatever was begun is rolled back."""
    if isinstance(fault, Refused):
        response: Response | None = Response(as_json(fault), status=fault.status)
    else:
        response = framework_handler(fault, context)
    known = isinstance(fault, Http404 | PermissionDenied) or response is not None
    if known and transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return response
