"""Tokens for programs: the request takes on the scope of the token's person.

The framework loads this module by its name in the settings, so it must not load the framework's views."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from pool import scope
from pool.models import ApiToken, User
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
        tokens.used(token, timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "pool.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
