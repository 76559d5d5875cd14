"""How an article is named: the short number ("16.1(2)") and the words a reader expects (第十六条第一款第(二)项).

Pure, so that screens, PDFs, exports and messages cite the rules in the same way.
"""

import re

_DIGITS = "零一二三四五六七八九"
_SHORT = re.compile(r"(?P<article>\d{1,3})(?:\.(?P<paragraph>\d{1,2}))?(?P<items>(?:\(\d{1,2}\))*)")
_ITEM = re.compile(r"\((\d{1,2})\)")


def chinese_number(number: int) -> str:
    """1 to 999 as written in the text of a law: 十, 十六, 二十, 一百零二."""
    if not 0 < number < 1000:
        raise ValueError(f"No article, paragraph or item is numbered {number}")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (_DIGITS[ones] if ones else "")


def parse(short: str) -> tuple[int, int | None, list[int]]:
    """ "10.2(3)" → (10, 2, [3]); raises ValueError on anything else."""
    found = _SHORT.fullmatch(short.strip())
    if found is None:
        raise ValueError(f"Not a citation: {short!r}")
    paragraph = found["paragraph"]
    items = [int(item) for item in _ITEM.findall(found["items"])]
    return int(found["article"]), int(paragraph) if paragraph else None, items


def chinese(short: str) -> str:
    """ "16.1(2)" → 第十六条第一款第(二)项; several items are joined: "20(5)(6)" → 第二十条第(五)、(六)项."""
    article, paragraph, items = parse(short)
    words = f"第{chinese_number(article)}条"
    if paragraph is not None:
        words += f"第{chinese_number(paragraph)}款"
    if items:
        words += "第" + "、".join(f"({chinese_number(item)})" for item in items) + "项"
    return words


def english(short: str) -> str:
    """ "16.1(2)" → Art. 16, para. 1, item (2)."""
    article, paragraph, items = parse(short)
    words = f"Art. {article}"
    if paragraph is not None:
        words += f", para. {paragraph}"
    if items:
        words += (", items " if len(items) > 1 else ", item ") + ", ".join(f"({item})" for item in items)
    return words


def cite(short: str, language: str = "zh-hans") -> str:
    return english(short) if language.startswith("en") else chinese(short)


def anchor(short: str) -> str:
    """The id of the article's place on the rulebook page: "16.1(2)" → art-16."""
    return f"art-{parse(short)[0]}"
