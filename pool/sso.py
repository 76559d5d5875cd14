"""统一身份认证: an identity provider's signed word for one of our accounts. It never makes an account."""

from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from pool.models import User


class SingleSignOn(OIDCAuthenticationBackend):
    """The library checks state, nonce, PKCE, signature and time; issuer and audience are checked here."""

    def verify_token(self, token: str, **kwargs: Any) -> Any:
        try:
            payload = super().verify_token(token, **kwargs)
        except (jwt.PyJWTError, KeyError) as fault:
            raise SuspiciousOperation("the token does not hold") from fault
        audience = payload.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if (
            payload.get("iss") != settings.OIDC_ISSUER
            or settings.OIDC_RP_CLIENT_ID not in named
            or "exp" not in payload
        ):
            raise SuspiciousOperation("the token is another's")
        return payload

    def get_userinfo(self, access_token: str, id_token: str, payload: Any) -> Any:
        """What was signed is enough; nothing more is fetched."""
        return payload

    def verify_claims(self, claims: Any) -> bool:
        return bool(claims.get(settings.OIDC_USERNAME_CLAIM))

    def filter_users_by_claims(self, claims: Any) -> Any:
        return User.objects.filter(username=claims[settings.OIDC_USERNAME_CLAIM], is_active=True)

    def create_user(self, claims: Any) -> None:
        """Nobody becomes a person of this house by another house's word."""
        raise SuspiciousOperation("accounts are made here only")

    def get_user(self, user_id: Any) -> User | None:
        found: User | None = User.objects.filter(pk=user_id, is_active=True).first()
        return found
