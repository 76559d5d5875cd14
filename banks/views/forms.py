"""A page with one form that ends in one call of a service."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pool.errors import NotPermitted, Refused
from pool.refusals import add_to_form


def fill_in(
    request: HttpRequest,
    form: Any,
    act: Callable[[dict[str, Any]], object],
    *,
    title: object,
    back: str,
    done: object,
    about: object = "",
    article: str = "",
    then: Callable[[Any], str] | None = None,
    template: str = "banks/form.html",
    **context: Any,
) -> HttpResponse:
    """Show the form; on a good answer call `act` and go `back`, or on to what was made; a refusal stands there."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = act(form.cleaned_data)
        except NotPermitted:
            raise
        except Refused as no:
            add_to_form(form, no)
        else:
            messages.success(request, done)
            return redirect(then(made) if then else back)
    words = {"form": form, "title": title, "about": about, "article": article, "back": back}
    return render(request, template, {**words, **context})
