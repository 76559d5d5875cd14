"""The page that asks for a fresh proof carries fields, no files: so no form that may lead to it takes a file."""

import ast
from collections.abc import Iterable
from pathlib import Path

from tests.structure.tree import ROOT

ROOMS = ("pool", "banks", "loans", "claims", "recovery", "evaluation")


def functions(folder: str) -> Iterable[ast.FunctionDef]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if folder in path.relative_to(ROOT).as_posix():
                tree = ast.parse(Path(path).read_text(encoding="utf-8"))
                yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def called(function: ast.FunctionDef) -> set[str]:
    """What it names to be called, by itself or as an attribute."""
    named = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return named | {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def asking() -> set[str]:
    """Services that say `be_sure()`, and the services of the same name's callers."""
    direct = {one.name for one in functions("services") if "be_sure" in called(one)}
    private = {name for name in direct if name.startswith("_")}
    return (direct - private) | {one.name for one in functions("services") if called(one) & private}


def taking_files(asked: set[str], views: Iterable[ast.FunctionDef]) -> list[str]:
    return sorted(one.name for one in views if called(one) & asked and "FILES" in called(one))


def test_no_form_that_asks_for_a_fresh_proof_takes_a_file() -> None:
    asked = asking()
    assert {"enter_payee", "approve_payment", "confirm_payment", "issue_plan"} <= asked
    assert taking_files(asked, functions("views")) == []


def test_one_that_did_would_be_seen() -> None:
    (view,) = ast.parse("def pay(request):\n    services.approve_payment(file=request.FILES['a'])").body
    assert isinstance(view, ast.FunctionDef)
    assert taking_files(asking(), [view]) == ["pay"]
