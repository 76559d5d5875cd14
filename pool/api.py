"""What every API view shares: tokens, the scope of their person, refusals as JSON."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as framework_handler

from pool import scope
from pool.errors import Refused
from pool.models import ApiToken, User
from pool.refusals import as_json
from pool.services import tokens

KEYWORD = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`; the request's transaction takes on the scope of the token's person."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != KEYWORD.lower():
            return None
        token = tokens.find(parts[1], timezone.now()) if len(parts) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("令牌无效、已撤销或已过期。"))
        scope.become(token.user)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "pool.api.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


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
