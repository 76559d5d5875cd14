"""The checks see what they are for."""

from babel.messages.catalog import Catalog, Message

from config.dev import lint
from config.management.commands.check_words import faults_of


def faults(kept: Catalog, wanted: Message) -> list[str]:
    return list(faults_of(wanted, kept))


def test_a_message_without_english_or_with_a_doubtful_one_is_told():
    kept = Catalog(locale="en")
    kept.add("贷款", "Loan")
    kept.add("银行", "")
    kept.add("补偿", "Compensation", flags=["fuzzy"])
    kept.add("共 %(n)s 笔", "%(m)s loans", flags=["python-format"])
    assert faults(kept, Message("贷款")) == []
    assert "no English" in faults(kept, Message("银行"))[0]
    assert "no English" in faults(kept, Message("回款"))[0]
    assert "fuzzy" in faults(kept, Message("补偿"))[0]
    assert "共 %(n)s 笔" in faults(kept, Message("共 %(n)s 笔"))[0]


def test_a_message_that_lacks_one_plural_is_told():
    kept = Catalog(locale="en")
    kept.add(("%(n)s 笔", "%(n)s 笔"), ("%(n)s loan", ""))
    assert "no English" in faults(kept, Message(("%(n)s 笔", "%(n)s 笔")))[0]


def test_every_file_that_decides_about_money_is_typed():
    typed = {str(path) for path in lint.typed_files()}
    assert {"dev.py", "config/dev/lint.py"} <= typed
    unseen = [path for path in lint.ROOT.glob("*/rules.py") if str(path.relative_to(lint.ROOT)) not in typed]
    assert not unseen


def test_an_unknown_check_is_told_the_known_ones(dev):
    done = dev("lint", "nonsense")
    assert done.returncode == 2
    assert "format" in done.stderr
    assert "translations" in done.stderr
