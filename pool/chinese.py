"""What is kept is worded in Chinese, the official language, whatever language the person reads who caused it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation


@contextmanager
def in_chinese() -> Iterator[None]:
    """Round whatever words a record or a paper that is kept; also as a decorator."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
