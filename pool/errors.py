"""A refusal is an answer, not a fault: it says what, why, and by which article."""

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Base of every business refusal. `message` is shown to people; `code` is for programs and tests."""

    status = 409

    def __init__(self, code: str, message: object, article: str = "", field: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.article = article
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class NotPermitted(Refused):
    status = 403

    def __init__(
        self, message: object = "", *, code: str = "not_permitted", article: str = "", field: str = ""
    ) -> None:
        super().__init__(code, message or _("您无权执行此操作。"), article, field)


class SamePerson(Refused):
    status = 403

    def __init__(self, message: object = "", *, code: str = "same_person", article: str = "", field: str = "") -> None:
        super().__init__(code, message or _("同一人不能在同一事项上承担两个岗位。"), article, field)


class Stale(Refused):
    status = 409

    def __init__(self, message: object = "", *, code: str = "stale", article: str = "", field: str = "") -> None:
        super().__init__(code, message or _("该事项已被他人更新，请刷新页面后重新办理。"), article, field)
