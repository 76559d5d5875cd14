"""查找: each room's hits for the words."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pool import registry

SHOWN = 20


@login_required
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    groups = []
    if words:
        for source in registry.search:
            hits = list(source.fn(request.user, words))[:SHOWN]
            if hits:
                groups.append({"label": source.label, "hits": hits})
    return render(request, "pool/search.html", {"words": words, "groups": groups})
