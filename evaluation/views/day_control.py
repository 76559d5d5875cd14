"""日期: the one control of every page that shows a day of the past, and what it says of that day."""

from typing import Any

from django.utils.translation import get_language

from evaluation.forms import DayFilter
from evaluation.selectors import past
from pool import clock
from pool.articles import language_of
from pool.selectors import edition


def control(form: DayFilter, back: str) -> dict[str, Any]:
    """The day that is asked for, the rules of that day, and the way back."""
    on = form.cleaned_data["on"] if form.is_valid() else clock.today()
    book, language = past.edition_on(on), language_of(get_language() or "")
    return {
        "form": form,
        "on": on,
        "is_now": on == clock.today(),
        "back": back,
        "book": book,
        "book_title": book.title.said(language) if book else "",
        "readings": len(book.readings) if book else 0,
        "transition": edition()["transition"].article,
    }
