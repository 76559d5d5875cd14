"""The fingerprint of figures."""

import hashlib
import json
from typing import Any


def digest(figures: Any) -> str:
    """The SHA-256 of the figures in canonical JSON: equal figures, equal hash."""
    text = json.dumps(figures, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
