"""The collector of cycles looks less often: what Django and the tests have loaded stays to the end anyway.

It took a tenth of the run's processor time, most of it for objects that never go.
"""

import gc

import pytest

THRESHOLDS = 50_000, 20, 100


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
