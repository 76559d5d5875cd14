"""规则库: article → provision → rule → examples, our gist beside the official wording once that is loaded."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from pool import articles

Line = dict[str, Any]


def rulebook(request: HttpRequest) -> HttpResponse:
    """All articles on one page, each with its anchor; `?q=` keeps those that hold the words."""
    words = request.GET.get("q", "").strip()
    book = articles.edition()
    language = get_language() or ""
    official = articles.official_wording(book)
    lines = [line for line in articles.lines(book, language, official) if articles.holds(line, words)]
    context = {
        "book": book,
        "title": book.title.said(articles.language_of(language)),
        "lines": lines,
        "words": words,
        "readings": articles.readings(book, language),
    }
    return render(request, "pool/rulebook.html", context)


def rulebook_article(request: HttpRequest, number: int) -> HttpResponse:
    book = articles.edition()
    if number not in book.articles:
        raise Http404
    official = articles.official_wording(book)
    lines = [line for line in articles.lines(book, get_language() or "", official) if line["number"] == number]
    context = {
        "book": book,
        "line": lines[0],
        "previous": number - 1 if number - 1 in book.articles else None,
        "following": number + 1 if number + 1 in book.articles else None,
    }
    return render(request, "pool/rulebook_article.html", context)
