"""Whatever is handed out as a file leaves a row in the access log; an export of client data says who took it."""

import ast

from tests.structure import tree

OPEN = {
    "blank": "an empty form to be filled in",
    "_handed_out": "open data: aggregates for everybody, and nobody's reading of them is kept",
    "document": "a publicity notice, open to everybody by the rules",
}
WRITERS = {"exports.write_xlsx", "exports.xlsx_bytes", "exports.csv_lines"}
HANDED_OUT = {"as_attachment", "Content-Disposition"}


def functions():
    for path in tree.python(under=["pool", "banks", "loans", "claims", "recovery", "evaluation"]):
        if "views" in path.parts:
            for node in ast.walk(tree.parsed(path)):
                if isinstance(node, ast.FunctionDef):
                    yield path, node


def test_every_file_handed_out_is_logged():
    silent, seen = [], 0
    for path, node in functions():
        text = ast.unparse(node)
        if any(word in text for word in HANDED_OUT):
            seen += 1
            if "log_access(" not in text and node.name not in OPEN:
                silent.append(f"{tree.where(path, node.lineno)}: {node.name}")
    assert seen >= 8
    assert not silent, tree.report(silent)


def test_every_export_of_rows_carries_its_mark():
    bare = []
    for path in tree.python(under=["loans", "claims", "recovery", "evaluation", "banks"]):
        for node in ast.walk(tree.parsed(path)):
            writes = isinstance(node, ast.Call) and tree.dotted(node.func) in WRITERS
            if writes and "mark" not in {word.arg for word in node.keywords}:
                bare.append(tree.where(path, node.lineno))
    assert not bare, tree.report(bare)
