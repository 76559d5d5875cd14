"""Loaded into a worker by its test: small chunks, and each takes a while, so that it can be killed between two."""

import time

from loans.services import checking

_store = checking.store


def store_slowly(upload, judged):
    _store(upload, judged)
    time.sleep(0.3)


checking.CHUNK = 5
checking.store = store_slowly
