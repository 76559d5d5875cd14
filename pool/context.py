"""What every page knows: the business date, where this person may go, the number of the request."""

from typing import Any

from django.http import HttpRequest

from pool import clock, selectors


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    today = clock.today()
    return {
        "business_date": today,
        "workdays_left": lambda due: selectors.days_left(due, today),
        "institution_name": getattr(user, "institution_name", ""),
        "is_demo": clock.movable(),
        "navigation": selectors.navigation_of(user, request.path) if user is not None else [],
        "request_id": getattr(request, "request_id", ""),
    }
