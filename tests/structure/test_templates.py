"""Pages obey the content policy, and every word of them can be translated."""

import re

from tests.structure import tree

INLINE = {
    re.compile(r"<style\b", re.I): "an inline style sheet",
    re.compile(r"\sstyle\s*=\s*[\"']", re.I): "an inline style",
    re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.I): "an inline script",
    re.compile(r"\son[a-z]+\s*=\s*[\"']", re.I): "an event handler",
    re.compile(r"javascript:", re.I): "a javascript: address",
    re.compile(r"(src|href|action)\s*=\s*[\"'](https?:)?//", re.I): "an address outside the portal",
}
# Seen by WeasyPrint or by a mail program, never by a browser under the policy.
NO_BROWSER = ("templates/pdf/", "templates/email/")
# A language is named in itself; the page of components shows made-up words.
NOT_TRANSLATED = {"templates/components/language_switch.html", "templates/pool/components.html"}
NOT_SHOWN = (
    re.compile(r"{%\s*comment.*?{%\s*endcomment\s*%}", re.S),
    re.compile(r"{#.*?#}", re.S),
    re.compile(r"<!--.*?-->", re.S),
    re.compile(r"{%\s*blocktrans(late)?\b.*?{%\s*endblocktrans(late)?\s*%}", re.S),
    re.compile(r"{%\s*trans(late)?\s.*?%}", re.S),
    re.compile(r"_\(\s*(\"[^\"]*\"|'[^']*')\s*\)"),
)


LONGEST = 140
# Each begins a line of its own as soon as another of its kind shares the line.
ROWS = re.compile(r"<(tr|thead|tbody|tfoot|section|li)\b", re.I)
CELLS = re.compile(r"</t[dh]>", re.I)


def templates():
    inside = [path for path in tree.files(".html", ".txt", under=tree.ROOMS) if "templates" in path.parts]
    return tree.files(".html", ".txt", under=["templates"]) + inside


def test_no_page_carries_a_style_or_a_script_of_its_own():
    found = [
        f"{tree.where(path, number)}: {what}"
        for path in templates()
        if not tree.relative(path).startswith(NO_BROWSER)
        for number, line in tree.lines(path)
        for pattern, what in INLINE.items()
        if pattern.search(line)
    ]
    assert not found, tree.report(found)


def test_every_chinese_word_of_a_page_can_be_translated():
    found = []
    for path in templates():
        if tree.relative(path) in NOT_TRANSLATED:
            continue
        text = path.read_text()
        for pattern in NOT_SHOWN:
            text = pattern.sub(lambda match: "\n" * match.group().count("\n"), text)
        found += [
            f"{tree.where(path, number)}: {line.strip()[:60]}"
            for number, line in enumerate(text.splitlines(), 1)
            if tree.is_chinese(line)
        ]
    assert not found, tree.report(found)


def hard_to_read(text):
    """(line, what) for each line that an engineer could not read at a glance."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST:
            yield number, f"{len(line)} characters, {LONGEST} at most"
        if len(ROWS.findall(line)) > 1:
            yield number, "two rows, items or sections on one line"
        if len(CELLS.findall(line)) > 1:
            yield number, "two cells on one line"


def test_every_template_can_be_read():
    found = [
        f"{tree.where(path, number)}: {what}" for path in templates() for number, what in hard_to_read(path.read_text())
    ]
    assert not found, tree.report(found)


def test_a_crowded_line_is_noticed():
    """The test above can fail: one line too long, one with two rows, one with two cells, one that is well."""
    crowded = ["x" * (LONGEST + 1), "<tr><td>1</td></tr><tr></tr>", "<td>1</td><td>2</td>", "<tr><td>1</td></tr>"]
    assert [number for number, _ in hard_to_read("\n".join(crowded))] == [1, 2, 3]
