"""再次确认身份: before money moves or data leaves, the person at the window proves once more who they are.

A service says `be_sure()` after its permission. If the proof is too old, everything is rolled back and the person gets
a page that carries what was filled in (`pool.views.sure`): with the password it is sent again to the same address.
"""

from pool import caller


class NotSure(Exception):
    """The act is allowed, but the last proof of who asks is too old."""


def be_sure() -> None:
    if not caller.caller().sure:
        raise NotSure
