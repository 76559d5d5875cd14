"""试算: a calculation without a case, by the same rules through the same code."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from claims.approval_register import approval_numbered
from evaluation import trial
from evaluation.forms import TRIALS
from pool.articles import edition, language_of
from pool.rulebook import Edition, Finding
from pool.selectors import refs


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return redirect("trial", kind="assess")


@require_safe
def calculate(request: HttpRequest, kind: str) -> HttpResponse:
    """Open to anyone; it reads no case and keeps nothing, so the inputs travel in the address and can be shared."""
    if kind not in TRIALS:
        raise Http404
    label, form_class = TRIALS[kind]
    book, language = edition(), language_of(get_language() or "")
    form = form_class(request.GET or None)
    answer = None
    if form.is_bound and form.is_valid():
        answer = trial.run(kind, form.case(), refs(), book, language, approval_numbered)
        if "error" in answer:
            form.complain(answer)
            answer = None
    context = {
        "kind": kind,
        "label": label,
        "kinds": [
            {"label": words, "url": reverse("trial", args=[name]), "active": name == kind}
            for name, (words, _form) in TRIALS.items()
        ],
        "form": form,
        "answer": answer,
        "book": book,
        **_words(answer or {}, book, language),
    }
    return render(request, "evaluation/trial.html", context)


def _words(answer: dict[str, Any], book: Edition, language: str) -> dict[str, Any]:
    """What the page says where the answer holds codes."""
    words: dict[str, Any] = {"findings": [_finding(item, book) for item in answer.get("findings", ())]}
    if "size" in answer:
        words["size"] = book.word("size", answer["size"], language)
    if "grades" in answer:
        words["grades"] = [
            {"bank": bank, "grade": (grade, book.word("grade", grade, language)), "ranks": answer["ranks"][bank]}
            for bank, grade in answer["grades"].items()
        ]
    return words


def _finding(told: dict[str, Any], book: Edition) -> Finding:
    return Finding.from_json({**told, "provision": book.provision_of(told["code"]).slug})
