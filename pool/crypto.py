"""Personal data is encrypted field by field (SM4-GCM) and found by a blind index (HMAC-SM3)."""

import base64
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models

_NONCE = 12
_TAG = 16


class Undecipherable(Exception):
    """The stored text was not written with the keys at hand, or was altered."""


@lru_cache
def _derived(secret: str, purpose: str, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt=None, info=f"pool.crypto {purpose}".encode()).derive(secret.encode())


def _secrets() -> list[str]:
    """The newest first: it writes, all of them read."""
    if not settings.FIELD_KEY:
        raise ImproperlyConfigured("FIELD_KEY is empty")
    return [settings.FIELD_KEY, *settings.FIELD_OLD_KEYS]


def key_names() -> list[str]:
    """What the keys are called in the stored texts, the newest first."""
    return [_name(secret) for secret in _secrets()]


def _name(secret: str) -> str:
    return _derived(secret, "name", 4).hex()


def _key(name: str) -> bytes:
    for secret in _secrets():
        if _name(secret) == name:
            return _derived(secret, "encryption", 16)
    raise Undecipherable(f"no field key is called {name!r}")


def encrypt(text: str) -> str:
    """`<key name>:<base64 of nonce, ciphertext, tag>`."""
    if text == "":
        return ""
    name = _name(_secrets()[0])
    nonce = os.urandom(_NONCE)
    encryptor = Cipher(algorithms.SM4(_key(name)), modes.GCM(nonce)).encryptor()
    body = encryptor.update(text.encode()) + encryptor.finalize()
    return f"{name}:{base64.b64encode(nonce + body + encryptor.tag).decode()}"


def decrypt(stored: str) -> str:
    if stored == "":
        return ""
    name, separator, encoded = stored.partition(":")
    if not separator:
        raise Undecipherable("no key identifier")
    raw = base64.b64decode(encoded)
    nonce, body, tag = raw[:_NONCE], raw[_NONCE:-_TAG], raw[-_TAG:]
    decryptor = Cipher(algorithms.SM4(_key(name)), modes.GCM(nonce, tag)).decryptor()
    try:
        return (decryptor.update(body) + decryptor.finalize()).decode()
    except InvalidTag as fault:
        raise Undecipherable("the stored text was altered") from fault


def blind_index(value: str, purpose: str = "identity") -> str:
    """64 hex digits: equal for equal values (case and outer spaces aside) of one purpose; empty for nothing.

    A key of its own makes it, or else the oldest: a new key for the fields does not change what is already indexed.
    """
    normal = value.strip().upper()
    if not normal:
        return ""
    mac = hmac.HMAC(_derived(settings.FIELD_INDEX_KEY or _secrets()[-1], "blind index", 32), hashes.SM3())
    mac.update(f"{purpose}\x00{normal}".encode())
    return mac.finalize().hex()


class EncryptedTextField(models.TextField):
    """Clear text in Python, ciphertext in the database; it cannot be searched, use a blind index beside it."""

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return None if text is None else encrypt(str(text))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and cannot be searched by {lookup_name}")
