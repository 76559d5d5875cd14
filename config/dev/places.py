"""Where things lie. Everything that is made at run time is under `var/` of the checkout (or RCPOOL_VAR), or, when the
database server may not enter it (root's 0700 home), under /var/lib/rcpool."""

import hashlib
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("RCPOOL_VAR") or ROOT / "var").resolve()
SYSTEM_FOLDER = Path("/var/lib/rcpool")
LONGEST_SOCKET_FOLDER = (103 if sys.platform == "darwin" else 107) - len("/.s.PGSQL.5432.lock")


def checkout_id() -> str:
    """A name for this checkout that a second clone at the same path does not share."""
    path = VAR / "id"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        VAR.mkdir(exist_ok=True)
    fresh = secrets.token_hex(6)
    try:
        with path.open("x") as file:
            file.write(fresh)
    except FileExistsError:
        return path.read_text().strip()
    return fresh


def own_folder(name: str) -> Path:
    """`var/demo`, `var/test`: logs, secrets and locks of one set of services."""
    folder = VAR / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def socket_folder(state: Path) -> Path:
    """`run` beside the data, or a short hashed name in the temporary folder where the path would be too long."""
    folder = state / "run"
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    digest = hashlib.sha256(os.fsencode(state)).hexdigest()[:12]
    for base in (tempfile.gettempdir(), "/tmp"):
        short = Path(base) / f"rcpool-{os.getuid()}-{digest}"
        if len(os.fsencode(short)) <= LONGEST_SOCKET_FOLDER:
            return short
    return folder


def kept_secrets(name: str) -> dict[str, str]:
    """Keys for the demo and the tests of this checkout, made once. A real installation sets its own."""
    path = own_folder(name) / "secrets.json"
    try:
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    except FileNotFoundError:
        pass
    made = {"DJANGO_SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEY": secrets.token_urlsafe(32)}
    path.touch(mode=0o600)
    path.write_text(json.dumps(made))
    return made
