"""The second oracle is independent, or it proves nothing."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("oracle*.py"))


def foreign_imports(source: str) -> list[str]:
    """What a module imports that is neither the standard library nor another module of the oracle."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Name) and node.id in {"__import__", "eval", "exec"}:
            found.append(node.id)
        elif isinstance(node, ast.Attribute) and node.attr == "import_module":
            found.append(node.attr)
    return [
        name
        for name in found
        if name.split(".")[0] not in sys.stdlib_module_names - {"importlib"}
        and not name.startswith("tests.oracle.oracle")
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_oracle_imports_nothing_of_the_project(path: Path) -> None:
    assert foreign_imports(path.read_text(encoding="utf-8")) == []


def test_there_are_oracles() -> None:
    assert len(FILES) >= 6


@pytest.mark.parametrize(
    "line",
    [
        "from claims.rules import amount",
        "import pool.workdays",
        "from . import oracle",
        "__import__('pool')",
        "import importlib",
    ],
)
def test_an_import_of_the_project_is_seen(line: str) -> None:
    assert foreign_imports(line)
