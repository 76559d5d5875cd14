"""`dev.py bench`: the benchmarks, each a ratio against a baseline measured in the same run."""

import subprocess
from collections.abc import Sequence

from config.dev import setting_up
from config.dev.places import ROOT
from config.dev.say import Stop
from config.dev.services import services
from config.dev.venv import python


def main(arguments: Sequence[str]) -> int:
    if not (ROOT / "bench" / "run.py").exists():
        raise Stop("There are no benchmarks yet (bench/run.py).")
    setting_up.to_develop()
    with services("bench") as environment:
        module, rest = ("bench.imports", arguments[1:]) if arguments[:1] == ["imports"] else ("bench.run", arguments)
        return subprocess.run([python(), "-m", module, *rest], cwd=ROOT, env=environment).returncode
