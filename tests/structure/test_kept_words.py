"""A notice is kept in Chinese: who puts its words together does so in Chinese, whatever language the actor reads."""

import ast
from collections.abc import Iterator

from tests.structure.tree import ROOT

ROOMS = ("pool", "banks", "loans", "claims", "recovery", "evaluation")
TELLING = {"notify", "bank", "bodies", "_tell"}
IN_CHINESE_ALREADY = {
    "loans/jobs.py": "jobs run in Chinese (pool.jobs)",
    "claims/jobs.py": "jobs run in Chinese (pool.jobs)",
    "recovery/jobs.py": "jobs run in Chinese (pool.jobs)",
    "pool/services/verification.py": "called by a job",
    "pool/services/anchors.py": "called by a job",
    "pool/services/downloads.py": "for the one who asked, in the language they asked in",
}


def words_outside(source: str) -> Iterator[int]:
    """Lines that tell somebody in words of the actor's language."""
    yield from _within(ast.parse(source), False)


def _within(node: ast.AST, in_chinese: bool) -> Iterator[int]:
    if isinstance(node, ast.FunctionDef):
        in_chinese = any(_is_ours(one) for one in node.decorator_list)
    elif isinstance(node, ast.With):
        in_chinese = in_chinese or any(_is_ours(item.context_expr) for item in node.items)
    elif isinstance(node, ast.Call) and not in_chinese and _tells(node) and _speaks(node):
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _within(child, in_chinese)


def _is_ours(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "in_chinese"


def _tells(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in TELLING and isinstance(call.func.value, ast.Name) and call.func.value.id == "telling"
    return isinstance(call.func, ast.Name) and call.func.id in {"notify", "_tell"}


def _speaks(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    inner = [node for value in given for node in ast.walk(value)]
    return any(isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "_" for one in inner)


def test_notices_are_worded_in_chinese() -> None:
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("services/*.py")) + sorted((ROOT / room).glob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in IN_CHINESE_ALREADY:
                found += [f"{name}:{line}" for line in words_outside(path.read_text(encoding="utf-8"))]
    assert found == []


def test_one_worded_in_the_actor_s_language_is_seen() -> None:
    outside = "def tell():\n    notify(key='a', title=_('到期') % {})\n"
    assert list(words_outside(outside)) == [2]
    assert not list(words_outside(f"@in_chinese()\n{outside}"))
    assert not list(words_outside("with in_chinese():\n    telling.bank(pk, _('到期'))\n"))
