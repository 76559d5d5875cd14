"""The finders of this folder, tried on planted faults: a check that sees nothing proves nothing."""

import ast

import pytest

from tests.structure import test_state, test_templates, test_time_and_money, tree


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Put one file into an empty house and let the checks see only that."""

    def plant(text, name="claims/services.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        tree.parsed.cache_clear()
        return path

    monkeypatch.setattr(tree, "ROOT", tmp_path)
    for room in (*tree.ROOMS, "templates"):
        (tmp_path / room).mkdir()
    yield plant
    tree.parsed.cache_clear()


@pytest.mark.parametrize(
    "fault",
    [
        "claim.state = 'paid'",
        "claim.review_state = 'paid'",
        "setattr(claim, 'state', 'paid')",
    ],
)
def test_an_assigned_state_is_seen(planted, fault):
    planted(fault)
    with pytest.raises(AssertionError, match=r"claims/services.py:1"):
        test_state.test_nobody_assigns_a_state_outside_its_model()


@pytest.mark.parametrize(
    "fault", ["Claim.objects.filter(pk=1).update(state='paid')", "Claim.objects.bulk_update(rows, ['state'])"]
)
def test_a_state_written_by_a_query_is_seen(planted, fault):
    planted(fault)
    with pytest.raises(AssertionError, match=r"claims/services.py:1"):
        test_state.test_no_query_writes_a_state()


def test_a_state_written_by_sql_is_seen_unless_move_many_does_it(planted):
    planted('def move_many():\n    run("UPDATE loan SET version = 1, state = 2")\n', "loans/services.py")
    test_state.test_no_raw_sql_writes_a_state()
    planted('def other():\n    run("UPDATE loan SET version = 1, state = 2")\n', "loans/services.py")
    with pytest.raises(AssertionError, match=r"loans/services.py:2"):
        test_state.test_no_raw_sql_writes_a_state()


@pytest.mark.parametrize("fault", ["date.today()", "timezone.now().date()", "datetime.now(tz)"])
def test_a_question_to_the_machines_clock_is_seen(planted, fault):
    planted(f"day = {fault}")
    with pytest.raises(AssertionError, match=r"claims/services.py:1"):
        test_time_and_money.test_nobody_asks_the_machine_what_day_it_is()


@pytest.mark.parametrize("fault", ["x = float('1')", "x = 0.4", "x = models.FloatField()", "def f(x: float): ..."])
def test_a_float_is_seen(planted, fault):
    planted(fault)
    with pytest.raises(AssertionError, match=r"claims/services.py:1"):
        test_time_and_money.test_no_float_comes_near_money()


def test_refusing_a_float_is_no_float(planted):
    planted("if isinstance(x, float): raise TypeError")
    test_time_and_money.test_no_float_comes_near_money()


@pytest.mark.parametrize(
    "fault",
    [
        "<style>a{}</style>",
        '<p style="color:red">',
        "<script>go()</script>",
        '<a onclick="go()">',
        '<script src="https://elsewhere.example/x.js"></script>',
    ],
)
def test_an_inline_style_or_script_is_seen(planted, fault):
    planted(f"<p>\n{fault}", "templates/claims/page.html")
    with pytest.raises(AssertionError, match=r"templates/claims/page.html:2"):
        test_templates.test_no_page_carries_a_style_or_a_script_of_its_own()


def test_a_chinese_word_outside_a_translation_is_seen(planted):
    planted(
        '{% translate "贷款" %}\n{# 注 #}\n{% blocktranslate %}共 {{ n }} 笔{% endblocktranslate %}', "templates/a.html"
    )
    test_templates.test_every_chinese_word_of_a_page_can_be_translated()
    planted('{% translate "贷款" %}\n贷款', "templates/a.html")
    with pytest.raises(AssertionError, match=r"templates/a.html:2"):
        test_templates.test_every_chinese_word_of_a_page_can_be_translated()


def test_chains_of_calls_are_read_as_written():
    call = ast.parse("timezone.localtime().date()").body[0].value
    assert tree.dotted(call) == "timezone.localtime().date()"
