"""The read-only base of every resource of the API: scope of the token, role, visible rows, keyset pages, access log."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from pool import audit, registry
from pool.models import AccessLog


class HasScope(BasePermission):
    """The person needs a role of the resource's scope; a token must have been issued for it."""

    message = _("该令牌没有此项授权范围，或您的角色不能使用此接口。")

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user.is_authenticated or request.user.role not in registry.api_scopes[view.scope].roles:
            return False
        return request.auth is None or view.scope in request.auth.scopes


class KeysetPages(CursorPagination):
    """Newest first, quick at any depth, no count over a big table; keys sort by time."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = _("每页条数，最多 500")
    cursor_query_description = _("取自上一页的 next 或 previous")
    max_page_size = 500
    ordering = "-id"


class ReadOnlyResource(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """What belongs to another and what does not exist answer alike: 404."""

    permission_classes = [HasScope]
    pagination_class = KeysetPages
    lookup_value_converter = "uuid"
    scope = ""

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().list(request, *args, **kwargs)
        audit.log_access(
            request._request, AccessLog.Kind.READ, self.queryset.model._meta.label_lower, detail=self.scope
        )
        return answer

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        row = self.get_object()
        audit.log_access(request._request, AccessLog.Kind.READ, row, detail=self.scope)
        return Response(self.get_serializer(row).data)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """A problem is JSON and says so, also to those who asked for a PDF."""
        if getattr(response, "exception", False):
            request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)

    def is_described(self) -> bool:
        """Whether the OpenAPI page is being written: nobody asks then."""
        return getattr(self, "swagger_fake_view", False)
