"""What every operation of the interface may answer besides its result, for the OpenAPI file."""

from typing import Any

from django.utils.translation import gettext as _

PROBLEM = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("code", "detail", "article", "field")},
    "required": ["code", "detail", "article", "field"],
}
ANSWERS = {
    "400": lambda: _("请求有误；field 指出是哪一项"),
    "401": lambda: _("没有令牌，或令牌无效、已撤销、已过期"),
    "403": lambda: _("令牌没有此项授权范围，或角色不能使用此接口"),
    "404": lambda: _("没有这项内容，或您不能查看"),
    "409": lambda: _("与现状或规则不符，没有办理；detail 说明原因"),
}


def add_problems(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """All problems have one shape; open operations refuse a wrong token only."""
    schemas = result["components"]["schemas"]
    for schema in schemas.values():
        # What a public body gets is part of what a bank gets, so an answer may be of both shapes at once.
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
    schemas["Problem"] = PROBLEM
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            is_open = {} in operation.get("security", [{}])
            for status, words in ANSWERS.items():
                if not (is_open and status in ("403", "409")) and (method == "post" or status != "409"):
                    operation["responses"].setdefault(status, {"description": words(), "content": content})
    return result
