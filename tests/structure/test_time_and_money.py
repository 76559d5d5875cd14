"""One clock says what day it is, and money is never binary."""

import ast

from django.apps import apps
from django.db.models import DecimalField

from tests.structure import tree

FORBIDDEN_DAYS = {
    "date.today()",
    "datetime.date.today()",
    "datetime.now()",
    "datetime.today()",
    "datetime.utcnow()",
    "datetime.datetime.now()",
    "timezone.localdate()",
    "timezone.now().date()",
    "timezone.localtime().date()",
    "timezone.localtime(timezone.now()).date()",
    "time.time()",
}
# The clock itself; and the log's time of writing, which is no legal day.
MAY_ASK_THE_MACHINE = {"pool/clock.py", "config/logs.py"}
# No money passes here, or it arrives binary from a spreadsheet and is made exact at once.
MAY_FLOAT = {
    "config/beat.py",
    "config/settings.py",
    "pool/charts.py",
    "pool/pdf.py",
    "pool/sheets/headers.py",
    "pool/sheets/values.py",
    "pool/sheets/workbook_child.py",
}


def rooms(except_for):
    return [
        path
        for path in tree.python()
        if tree.relative(path) not in except_for and not tree.relative(path).startswith("config/dev/")
    ]


def test_nobody_asks_the_machine_what_day_it_is():
    def asks(node):
        call = tree.dotted(node) if isinstance(node, ast.Call) else ""
        return call if call in FORBIDDEN_DAYS else None

    found = tree.offences(rooms(MAY_ASK_THE_MACHINE), asks)
    assert not found, tree.report(found)


def test_no_float_comes_near_money():
    def floats(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            return f"the literal {node.value}"
        if isinstance(node, ast.Attribute) and node.attr == "FloatField":
            return "FloatField"
        if isinstance(node, ast.Name) and node.id == "float" and node not in recognised:
            return "float"
        return None

    paths = rooms(MAY_FLOAT)
    # To recognise a float is how one refuses it.
    recognised = {
        part
        for path in paths
        for call in ast.walk(tree.parsed(path))
        if isinstance(call, ast.Call) and tree.dotted(call.func) == "isinstance"
        for part in ast.walk(call.args[1])
    }
    found = tree.offences(paths, floats)
    assert not found, tree.report(found)


def test_every_amount_in_the_database_has_two_places():
    odd = [
        f"{field.model._meta.label}.{field.name}: {field.decimal_places} places"
        for model in apps.get_models()
        if model.__module__.split(".")[0] in tree.ROOMS
        for field in model._meta.get_fields()
        if isinstance(field, DecimalField) and "金额" in str(field.verbose_name) and field.decimal_places != 2
    ]
    assert not odd, tree.report(odd)
