"""State moves by declared transitions only, so that every move is in the log."""

import ast
import re

from tests.structure import tree

STATE = re.compile(r"(^|_)state$")
SQL = re.compile(r"\bSET\b[^;]*\bstate\s*=", re.IGNORECASE | re.DOTALL)
# The one bulk move checks the table of transitions, locks and writes the log set-based.
MAY_MOVE_MANY = {"move_many"}


def of_models(path):
    return path.name == "models.py" or "models" in path.parts


def outside_models():
    return [path for path in tree.python() if not of_models(path)]


def test_nobody_assigns_a_state_outside_its_model():
    def assigned(node):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for target in targets:
                for part in ast.walk(target):
                    if (
                        isinstance(part, ast.Attribute)
                        and STATE.search(part.attr)
                        and tree.dotted(part) != "self.state"
                    ):
                        return f"assigns {tree.dotted(part)}"
        if isinstance(node, ast.Call) and tree.dotted(node.func) == "setattr" and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and STATE.search(str(name.value)):
                return f"sets {name.value} by setattr"
        return None

    found = tree.offences(outside_models(), assigned)
    assert not found, tree.report(found)


def test_no_query_writes_a_state():
    def updated(node):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return None
        if node.func.attr in ("update", "update_or_create", "bulk_create"):
            named = [word.arg for word in node.keywords if word.arg and STATE.search(word.arg)]
            if named:
                return f".{node.func.attr}({named[0]}=…)"
        if node.func.attr == "bulk_update":
            constants = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
            if any(isinstance(value, str) and STATE.search(value) for value in constants):
                return ".bulk_update(…, ['state'])"
        return None

    found = tree.offences(outside_models(), updated)
    assert not found, tree.report(found)


def test_no_raw_sql_writes_a_state():
    found = []
    for path in tree.python():
        allowed = [
            range(node.lineno, (node.end_lineno or node.lineno) + 1)
            for node in ast.walk(tree.parsed(path))
            if isinstance(node, ast.FunctionDef) and node.name in MAY_MOVE_MANY
        ]
        found += [
            f"{tree.where(path, node.lineno)}: SQL that sets a state"
            for node in ast.walk(tree.parsed(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SQL.search(node.value)
            and not any(node.lineno in lines for lines in allowed)
        ]
    assert not found, tree.report(found)
