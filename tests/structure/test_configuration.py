"""Every variable that the project reads stands in the one table, and the table names no other."""

import ast
import re

from tests.structure import tree

TABLE = tree.ROOT / "docs" / "configuration.md"
READERS = {"env", "env.bool", "env.int", "env.float", "env.list", "env.db_url", "os.environ.get"}
# Set by `dev.py` or the tests for their own children, or by the system.
INTERNAL = {"DJANGO_SETTINGS_MODULE"}


def read_by_the_project():
    names = set()
    for path in tree.python(under=["config"]):
        for node in ast.walk(tree.parsed(path)):
            if isinstance(node, ast.Call) and tree.dotted(node.func) in READERS:
                names |= {
                    part.value
                    for part in ast.walk(node.args[0])
                    if isinstance(part, ast.Constant) and re.fullmatch(r"[A-Z][A-Z_]+", str(part.value))
                }
    return names - INTERNAL


def named_in_the_table():
    rows = [line.split("|")[1] for line in TABLE.read_text().splitlines() if line.startswith("| `")]
    return {name for cell in rows for name in re.findall(r"`([A-Z][A-Z_]+)`", cell)}


def test_every_variable_is_documented_and_every_documented_one_is_read():
    assert read_by_the_project() == named_in_the_table()


def test_the_compose_file_sets_only_what_is_read():
    compose = (tree.ROOT / "docker-compose.yml").read_text()
    given = set(re.findall(r"^    (?:  )?([A-Z][A-Z_]+):", compose, re.M))
    containers_own = {
        "POSTGRES_USER",
        "POSTGRES_PASSWORD",
        "POSTGRES_INITDB_ARGS",
        "OWNER_PASSWORD",
        "APPLICATION_PASSWORD",
        "WORKER_PASSWORD",
        "REPORT_PASSWORD",
        "AUDIT_PASSWORD",
    }
    assert given - containers_own <= named_in_the_table()
