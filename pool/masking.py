"""Personal data as it may be shown: enough to recognise, not enough to use."""

import re
from typing import Any

PERSONAL = frozenset(
    {"phone", "id_number", "owner_id_number", "identity", "contact_phone", "email", "mobile", "password", "token"}
)


def mask_identity(value: str) -> str:
    """First six and last two of an identity number."""
    return value[:6] + "*" * (len(value) - 8) + value[-2:] if len(value) > 8 else "*" * len(value)


def mask_phone(value: str) -> str:
    return value[:3] + "*" * (len(value) - 7) + value[-4:] if len(value) > 7 else "*" * len(value)


def mask_name(value: str) -> str:
    """A person's name keeps its first character."""
    return value[:1] + "*" * (len(value) - 1)


def mask_account(value: str) -> str:
    return value[:4] + "*" * (len(value) - 8) + value[-4:] if len(value) > 8 else "*" * len(value)


def masked(values: Any) -> Any:
    """A copy of JSON-like values with every personal field masked, however deep."""
    if isinstance(values, dict):
        return {key: _hide(value) if is_personal(str(key)) else masked(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [masked(value) for value in values]
    return values


def is_personal(key: str) -> bool:
    return key in PERSONAL or key.endswith(("_phone", "_id_number", "_identity"))


def _hide(value: Any) -> Any:
    return mask_phone(value) if isinstance(value, str) else None


_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{5}(?:18|19|20)\d{9}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")


def mask_text(text: str) -> str:
    """Free text, such as a line of the log, with what looks like an identity or telephone number masked."""
    text = _IDENTITY.sub(lambda found: mask_identity(found.group()), text)
    return _PHONE.sub(lambda found: mask_phone(found.group()), text)
