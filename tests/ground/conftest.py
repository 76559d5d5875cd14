import os
import subprocess
import sys
import textwrap

import pytest

from config.dev.places import ROOT


@pytest.fixture
def pytester_here(tmp_path):
    """Run a test that is expected to go wrong, with this project's fixtures; gives what pytest printed."""

    def run(text):
        # Beside the other tests, so that it finds their conftest; hidden from them by its name.
        folder = ROOT / "tests" / "ground"
        path = folder / f"planted_{tmp_path.name}.py"
        path.write_text(textwrap.dedent(text))
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", path],
                cwd=ROOT,
                env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            path.unlink()
        return done.stdout + done.stderr

    return run


@pytest.fixture
def dev(tmp_path, monkeypatch):
    """`dev.py …` as a person runs it, with a `var/` of this test's own."""

    def run(*arguments, given="", **extra):
        return subprocess.run(
            [sys.executable, ROOT / "dev.py", *arguments],
            env={**os.environ, "RCPOOL_VAR": str(tmp_path / "var"), "RCPOOL_VENV": sys.prefix, **extra},
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
