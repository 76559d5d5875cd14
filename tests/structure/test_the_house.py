"""Which files there are, and how long they may grow."""

from tests.structure import tree

LONGEST = 500
TOP = {
    ".ci",
    ".dockerignore",
    ".git",
    ".gitattributes",
    ".gitignore",
    "Dockerfile",
    "LICENSE",
    "README.md",
    "README.zh-CN.md",
    "bench",
    "dev.py",
    "docker-compose.yml",
    "docs",
    "locale",
    "manage.py",
    "pyproject.toml",
    "templates",
    "tests",
    *tree.ROOMS,
}
MADE_AT_RUN_TIME = {".env", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", ".venv.lock"}
MADE_AT_RUN_TIME |= {"__pycache__", "static-root", "var"}

SAME_IN_EVERY_ROOM = {
    "__init__",
    "admin",
    "api",
    "apps",
    "forms",
    "intake",
    "invariants",
    "jobs",
    "management",
    "migrations",
    "models",
    "permissions",
    "registration",
    "reports",
    "rules",
    "selectors",
    "services",
    "tables",
    "tasks",
    "templatetags",
    "todos",
    "urls",
    "views",
}
# What a room has beyond that, and why it is no other room's and none of the usual names.
MORE = {
    "banks": {
        "base": "the abstract table of what belongs to a bank, for the rooms to the right",
        "lists": "what every list of such rows has in common, for the rooms to the right",
        "standing": "the locked row of the 3 % counters, used by every room to the right",
    },
    "claims": {
        "assessment": "from the rows to the facts of the rules and back, for services, pages and panels alike",
        "corrections": "the verified facts beside the declared ones: which may be set, and how they are read",
        "approval_register": "what the special approvals cover, for their register, the review and trials",
        "lookalikes": "the same borrower at other banks, for the review page alone: kept from every list and interface",
        "pay_message": "the order to the special account's bank as an ISO 20022 message: pure",
        "phrases": "the canned questions and reasons of the review, read from their register",
        "periods": "the pure rules after approval: too long to stand with the rules of eligibility",
    },
    "loans": {
        "choices": "the words of the facts that the rules read",
        "columns": "the columns of the upload, for its template and its reader",
        "batches": "what each kind of upload brings: its sheet, its judge, its effect, its words",
        "kinds": "the shape of such a kind, and where the rooms to the right register theirs",
        "industries": "the industry codes as they stand on the loan",
        "keys": "by what a loan and its borrower are recognised, for services and selectors",
        "template": "the spreadsheet that banks fill in, with its drop-downs",
        "words": "the Chinese words of the spreadsheet for those facts",
    },
    "recovery": {
        "months": "reads of the month's end: may it be closed, the balance of every account",
        "papers": "what the finance centre files as PDF",
        "position": "the pool's money now, on its way, and in the months ahead",
        "vouchers": "every entry of a period as a numbered voucher's line",
        "account": "reads of the special account, which no case owns",
        "camt": "the special account's statement as its bank's message says it",
        "matching": "which movement of the ledger a line of that statement is: pure",
        "desk": "a quarter's reports, receipts and ledger side by side",
        "columns": "the columns of the upload of recoveries, for its template and its reader",
        "batches": "what an upload of recoveries brings",
        "terms": "the room's rules with the edition and the calendar in force filled in, for services and pages alike",
    },
    "evaluation": {
        "charts": "the bar chart that every report has",
        "open_data": "the aggregates for everybody: their terms as data, what is hidden, how they are drawn",
        "papers": "what each kind of report says in print, chapter by chapter",
        "supervision": "the supervisory indicators: their catalogue as data, their sums, how they are drawn",
        "periods": "the half-years and quarters that reports are about",
        "sampling": "how an inspection's sample is drawn: pure, so that anybody can draw it again",
        "trial": "the trial calculation needs every room's rules",
    },
}


def test_nothing_lies_at_the_top_without_a_reason():
    here = {path.name for path in tree.ROOT.iterdir()}
    assert here - TOP - MADE_AT_RUN_TIME == set()


def test_every_room_uses_the_same_file_names():
    strangers = [
        tree.relative(path)
        for room in tree.ROOMS
        if room not in ("pool", "config")
        for path in (tree.ROOT / room).iterdir()
        if path.name != "__pycache__" and path.stem not in SAME_IN_EVERY_ROOM | MORE.get(room, {}).keys()
    ]
    assert not strangers, tree.report(strangers)


def test_no_file_is_longer_than_a_person_can_hold():
    own = [*tree.files(".py", ".html", ".css", ".js"), tree.ROOT / "dev.py"]
    long = [
        f"{tree.relative(path)}: {count} lines"
        for path in own
        if "migrations" not in path.parts and (count := len(path.read_text().splitlines())) > LONGEST
    ]
    assert not long, tree.report(long)
