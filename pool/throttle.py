"""What a visitor may do only so often."""

from django.core.cache import cache
from django.utils.translation import gettext as _

from pool import caller
from pool.errors import Refused

AN_HOUR = 3600


def at_most(times: int, what: str) -> None:
    """So many an hour from one address."""
    key = f"{what}:{caller.caller().address}"
    cache.add(key, 0, AN_HOUR)
    if cache.incr(key) > times:
        raise Refused("too_many", _("提交过于频繁，请一小时后再试。"))
