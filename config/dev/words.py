"""Translations: message ids are Chinese, `locale/en` is the translation. The compiled files are not kept in git."""

import subprocess

from config.dev.places import ROOT
from config.dev.say import Stop
from config.dev.venv import python

LOCALE = ROOT / "locale"


def compile_changed() -> None:
    """Babel compiles, so that no gettext package is needed to run the portal."""
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        command = [str(python()), "-m", "babel.messages.frontend", "compile", "-l", source.parts[-3]]
        done = subprocess.run(
            [*command, "-i", str(source), "-o", str(target)], capture_output=True, text=True, cwd=ROOT
        )
        if done.returncode != 0:
            raise Stop(f"{source} could not be compiled:\n{done.stderr}")
