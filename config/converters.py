"""Path converters of the API."""

from evaluation.trial import KINDS


class TrialKind:
    """One of the kinds of trial calculation; any other word is no such page."""

    regex = "|".join(sorted(KINDS))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
