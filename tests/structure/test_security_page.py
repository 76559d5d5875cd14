"""`docs/security.md` names only tests, files and commands that exist, and each row has its result."""

import re

from tests.structure import tree

PAGE = (tree.ROOT / "docs" / "security.md").read_text()
NAMED = re.compile(r"`((?:tests|pool|docs|config)/[\w./*-]+)(?:::(\w+))?`")
RESULTS = ("met", "partly:", "not:", "does not apply")


def rows():
    """Cells of the two tables of requirements."""
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| **"):
            yield cells


def test_every_path_and_every_test_named_there_exists():
    missing, seen = [], 0
    for path, name in NAMED.findall(PAGE):
        seen += 1
        there = list(tree.ROOT.glob(path))
        if not there or (name and f"def {name}(" not in there[0].read_text()):
            missing.append(f"{path}::{name}" if name else path)
    assert seen > 80
    assert not missing, tree.report(missing)


def test_every_row_has_four_cells_and_an_honest_result():
    found = list(rows())
    assert len(found) >= 65
    assert not [row[0] for row in found if len(row) != 4]
    assert not [row[0] for row in found if not row[3].startswith(RESULTS)]


def test_what_is_met_names_its_proof():
    bare = [
        row[0] for row in rows() if row[3].startswith("met") and not re.search(r"`(tests/|dev\.py|manage\.py)", row[2])
    ]
    assert not bare, tree.report(bare)


def test_commands_named_there_exist():
    for name in re.findall(r"`manage\.py (\w+)`", PAGE):
        assert list(tree.ROOT.glob(f"*/management/commands/{name}.py")), name
