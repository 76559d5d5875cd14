"""The read-only base of every resource of the API: scope of the token, role, visible rows, keyset pages, access log."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.viewsets import GenericViewSet

from pool import audit
from pool.models import AccessLog


class HasScope(BasePermission):
    """A token needs the resource's scope; the person behind it, or in the browser, needs one of its roles."""

    message = _("该令牌没有此项授权范围，或该角色不能使用此接口。")

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user.is_authenticated or request.user.role not in view.roles:
            return False
        return request.auth is None or view.scope in request.auth.scopes


class KeysetPages(CursorPagination):
    """Newest first, quick at any depth, no count over a big table; keys sort by time."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "最多 500"
    cursor_query_description = "取自上一页的 next 或 previous"
    max_page_size = 500
    ordering = "-id"


class ReadOnlyResource(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """What belongs to another and what does not exist answer alike: 404."""

    permission_classes = [HasScope]
    pagination_class = KeysetPages
    scope = ""
    scope_label: Any = ""
    roles: frozenset[str] = frozenset()

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        audit.log_access(request._request, AccessLog.Kind.READ, detail=f"{self.scope} list")
        return super().list(request, *args, **kwargs)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().retrieve(request, *args, **kwargs)
        audit.log_access(request._request, AccessLog.Kind.READ, self.get_object())
        return answer
