"""Every address that takes a form takes it once: `@once` keeps its key, or a reason stands here why it needs none."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_POST

from pool.forms_keys import once

ROOMS = {"pool", "banks", "loans", "claims", "recovery", "evaluation", "config"}
WITHOUT_A_KEY = {
    "pool.admin_jobs.ask": "the slot of the job is its key, and what waits is not promised again",
    "claims.views.public.object_to": "nobody is signed in; the same words about the same line are one objection",
    "claims.views.public.objection_result": "it only asks",
    "evaluation.views.reports.check": "it only asks",
    "pool.views.sessions.login_code": "a code serves once",
    "pool.views.home.move_clock": "the demo's clock only",
    "pool.views.sure.sure": "a proof; the form that it carries has its own key",
}


def views(resolver: URLResolver) -> Iterator[Callable[..., Any]]:
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from views(item)
        elif isinstance(item, URLPattern):
            yield item.callback


def layers(view: Any) -> list[Any]:
    """The view and what is wrapped round it, outermost first."""
    found = [view]
    while hasattr(found[-1], "__wrapped__"):
        found.append(found[-1].__wrapped__)
    return found


def made_by(layer: Any, decorator: Callable[..., Any]) -> bool:
    code = getattr(layer, "__code__", None)
    return code is not None and code in decorator.__code__.co_consts


def methods(view: Any) -> set[str]:
    """What `require_http_methods` lets through, read from the wrapper; without one, whatever the view reads."""
    for layer in layers(view):
        cells = [cell.cell_contents for cell in getattr(layer, "__closure__", None) or ()]
        for allowed in cells:
            if isinstance(allowed, list) and {"GET", "POST", "HEAD"} & set(map(str, allowed)):
                return set(allowed)
    names = getattr(getattr(layers(view)[-1], "__code__", None), "co_names", ())
    return {"POST"} if "POST" in names else set()


def name_of(view: Any) -> str:
    inner = layers(view)[-1]
    return f"{inner.__module__}.{getattr(inner, '__name__', type(inner).__name__)}"


def taking_forms() -> dict[str, bool]:
    """Functions of ours that take a POST, and whether `once` stands round them."""
    found = {}
    for view in views(get_resolver()):
        inner = layers(view)[-1]
        ours = (
            str(inner.__module__).split(".")[0] in ROOMS
            and not hasattr(view, "view_class")
            and not hasattr(view, "cls")
        )
        if ours and "POST" in methods(view):
            found[name_of(view)] = any(made_by(layer, once) for layer in layers(view))
    return found


def test_every_form_is_taken_once() -> None:
    taken = taking_forms()
    assert len(taken) > 60
    assert {name for name, has_key in taken.items() if not has_key} == set(WITHOUT_A_KEY)


def test_a_form_without_a_key_would_be_seen() -> None:
    def bare(request: Any) -> None:
        """Takes a form."""

    assert methods(require_POST(bare)) == {"POST"}
    assert not any(made_by(layer, once) for layer in layers(require_POST(bare)))
    assert any(made_by(layer, once) for layer in layers(require_POST(once(bare))))
