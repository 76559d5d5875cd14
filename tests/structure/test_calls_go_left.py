"""pool ← banks ← loans ← claims ← recovery ← evaluation ← config: imports and foreign keys alike."""

import subprocess
import sys
from pathlib import Path

from django.apps import apps

from tests.structure import tree


def test_the_import_contracts_hold():
    program = Path(sys.executable).with_name("lint-imports")
    cache = tree.ROOT / "var" / "import-linter"
    done = subprocess.run(
        [program, "--no-logo", "--cache-dir", cache], cwd=tree.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_foreign_key_points_to_the_right():
    wrong = []
    for model in apps.get_models():
        room = model.__module__.split(".")[0]
        if room not in tree.ROOMS:
            continue
        for field in model._meta.get_fields():
            if not (field.is_relation and field.concrete and field.related_model):
                continue
            target = field.related_model.__module__.split(".")[0]
            if target in tree.ROOMS and tree.ROOMS.index(target) > tree.ROOMS.index(room):
                wrong.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")
    assert not wrong, tree.report(wrong)


def test_the_rulebook_and_every_rules_file_are_covered_by_the_contract():
    """A pure file that nobody named in the contract would be free to import Django."""
    contract = (tree.ROOT / "pyproject.toml").read_text()
    pure = [name for name in ("rulebook", "workdays", "refs", "money") if list((tree.ROOT / "pool").glob(f"{name}*"))]
    forgotten = [name for name in pure if f'"pool.{name}"' not in contract]
    assert '"**.rules"' in contract
    assert not forgotten, f"pyproject.toml, contract `pure`: add {forgotten}"
