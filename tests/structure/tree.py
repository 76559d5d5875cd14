"""The house as text: which files there are, and what stands on which line."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("pool", "banks", "loans", "claims", "recovery", "evaluation", "config")
NOT_OURS = {"var", ".venv", "static-root", "__pycache__", ".git", "node_modules"}
CHINESE = re.compile(r"[\u3400-\u9fff]")


def files(*endings: str, under: Iterable[str] = (*ROOMS, "templates", "tests", "bench")) -> list[Path]:
    found = (path for top in under for path in (ROOT / top).rglob("*") if path.is_file())
    return sorted(p for p in found if p.suffix in endings and not NOT_OURS & set(p.relative_to(ROOT).parts))


def python(under: Iterable[str] = ROOMS, migrations: bool = False) -> list[Path]:
    return [path for path in files(".py", under=under) if migrations or "migrations" not in path.parts]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def where(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def offences(paths: Iterable[Path], find: Callable[[ast.AST], str | None]) -> list[str]:
    """`file:line: what` for every node that `find` has a word about."""
    found = []
    for path in paths:
        for node in ast.walk(parsed(path)):
            what = find(node)
            if what:
                found.append(f"{where(path, getattr(node, 'lineno', 0))}: {what}")
    return found


def dotted(node: ast.AST) -> str:
    """`timezone.now().date` of a chain of names and calls; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    if isinstance(node, ast.Call):
        inner = dotted(node.func)
        return f"{inner}()" if inner else ""
    return ""


def lines(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text().splitlines(), 1)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_chinese(text: object) -> bool:
    return bool(CHINESE.search(str(text)))


def report(found: Iterable[str]) -> str:
    return "\n" + "\n".join(sorted(found))
