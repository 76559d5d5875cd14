"""How a refusal reaches a person or a program."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pool import citations
from pool.errors import Refused


def as_json(no: Refused) -> dict[str, str]:
    return {"code": no.code, "detail": str(no.message), "article": no.article, "field": no.field}


def refusal(request: HttpRequest, no: Refused) -> HttpResponse:
    """A page (or JSON, if asked for) with the reason and the article; nothing was changed."""
    if request.accepts("application/json") and not request.accepts("text/html"):
        return JsonResponse(as_json(no), status=no.status)
    response = TemplateResponse(request, "pool/refused.html", {"refusal": no, "back": _back(request)}, status=no.status)
    return response.render()


def _back(request: HttpRequest) -> str:
    referer = request.META.get("HTTP_REFERER", "")
    own = url_has_allowed_host_and_scheme(referer, {request.get_host()}, request.is_secure())
    return referer if own and referer else "/"


def add_to_form(form: Any, no: Refused) -> None:
    """Say the refusal beside the field it is about, or above the form."""
    form.add_error(no.field if no.field in form.fields else None, words(no))


def words(no: Refused) -> str:
    """What is refused, and by which article."""
    if not no.article:
        return str(no)
    cited = _("（依据：%(article)s）") % {"article": citations.cite(no.article, get_language() or "")}
    return f"{no}{cited}"
