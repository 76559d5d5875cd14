"""Each test client loads the middleware anew, and WhiteNoise then looks at every static file: four fifths of a request.

The files are looked at once a process.
"""

from collections.abc import Callable

import pytest
from whitenoise.middleware import WhiteNoiseMiddleware

Look = Callable[[WhiteNoiseMiddleware], None]


def once(look: Look) -> Look:
    known: dict[str, object] = {}

    def looked(middleware: WhiteNoiseMiddleware) -> None:
        if not known:
            look(middleware)
            known.update(middleware.files)
        middleware.files.update(known)

    return looked


def pytest_configure(config: pytest.Config) -> None:
    WhiteNoiseMiddleware.add_files_from_finders = once(WhiteNoiseMiddleware.add_files_from_finders)
