import pytest

from pool import citations


@pytest.mark.parametrize(
    ("short", "words"),
    [
        ("17", "第十七条"),
        ("3", "第三条"),
        ("10", "第十条"),
        ("20", "第二十条"),
        ("34", "第三十四条"),
        ("19(6)", "第十九条第(六)项"),
        ("16.1(2)", "第十六条第一款第(二)项"),
        ("16.1", "第十六条第一款"),
        ("10.2(3)", "第十条第二款第(三)项"),
        ("20(5)(6)", "第二十条第(五)、(六)项"),
        (" 19(1) ", "第十九条第(一)项"),
        ("105", "第一百零五条"),
        ("110", "第一百一十条"),
        ("200", "第二百条"),
    ],
)
def test_a_short_number_reads_as_the_law_is_quoted(short: str, words: str) -> None:
    assert citations.chinese(short) == words


@pytest.mark.parametrize("short", ["", "xvi", "19(6", "19.(6)", "19(a)", "0", "16.0", "reading 20", "第十六条"])
def test_what_is_no_citation_is_refused(short: str) -> None:
    with pytest.raises(ValueError):
        citations.chinese(short)


def test_english_readers_get_the_same_place() -> None:
    assert citations.cite("16.1(2)", "en") == "Art. 16, para. 1, item (2)"
    assert citations.cite("20(5)(6)", "en-gb") == "Art. 20, items (5), (6)"
    assert citations.cite("16.1(2)", "zh-hans") == "第十六条第一款第(二)项"


def test_every_item_of_an_article_leads_to_the_articles_place() -> None:
    assert {citations.anchor(short) for short in ("16", "16.1", "16.1(2)", "16(5)")} == {"art-16"}
