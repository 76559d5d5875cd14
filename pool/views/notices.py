from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from pool.forms_keys import once
from pool.services.notices import mark_read, notices_of

PER_PAGE = 30


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "pool/notices.html", {"page": page})


@require_POST
@login_required
@once
def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark the listed ones, or all that this person can see, as read."""
    unread = notices_of(request.user).filter(is_read=False).values_list("pk", flat=True)
    mark_read(list(unread), by=request.user)
    return redirect("notices")
