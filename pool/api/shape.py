"""The shape of the interface: what a client can trip over if it changes, and none of the words that describe it.

`docs/api_v1.yaml` holds the shape that was promised; a test compares.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
Schema = Mapping[str, Any]


def shape() -> dict[str, Any]:
    """Operation → its parameters, what it takes and what it answers."""
    told = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    known = told["components"]["schemas"]
    return {
        f"{method.upper()} {path}": _operation(operation, known)
        for path, operations in sorted(told["paths"].items())
        for method, operation in sorted(operations.items())
        if method in METHODS
    }


def _operation(operation: Schema, known: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {"parameters": _parameters(operation, known)}
    if "requestBody" in operation:
        found["takes"] = _contents(operation["requestBody"], known)
    found["answers"] = {
        str(status): _contents(answer, known) for status, answer in sorted(operation["responses"].items())
    }
    return found


def _parameters(operation: Schema, known: Schema) -> dict[str, Any]:
    return {
        f"{one['in']} {one['name']}{'' if one.get('required') else '?'}": _of(one.get("schema", {}), known)
        for one in operation.get("parameters", ())
    }


def _contents(body: Schema, known: Schema) -> dict[str, Any]:
    return {kind: _of(said.get("schema", {}), known) for kind, said in sorted(body.get("content", {}).items())}


def _of(schema: Schema, known: Schema, depth: int = 0) -> Any:
    """An object by its fields (`?`: may be missing), a list by what it holds, an enumeration by its words, which may
    grow, everything else as a word."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name if depth > 20 or name == "Problem" else _of(known[name], known, depth + 1)
    for joined in ("allOf", "anyOf", "oneOf"):
        if joined in schema:
            parts = [_of(one, known, depth) for one in schema[joined]]
            return parts[0] if len(parts) == 1 else {joined: parts}
    if "properties" in schema:
        must = set(schema.get("required", ()))
        return {
            f"{name}{'' if name in must else '?'}": _of(inner, known, depth + 1)
            for name, inner in sorted(schema["properties"].items())
        }
    if schema.get("type") == "array":
        return [_of(schema.get("items", {}), known, depth + 1)]
    word = _word(schema)
    return {word: sorted(str(value) for value in schema["enum"])} if "enum" in schema else word


def _word(schema: Schema) -> str:
    null = "or null" if schema.get("nullable") else ""
    return " ".join(word for word in (schema.get("type", "any"), schema.get("format", ""), null) if word)


def flat(found: Any, path: str = "") -> Iterator[str]:
    """Every statement of a shape as one line, so that two shapes can be told apart."""
    if isinstance(found, Mapping):
        for name, inner in found.items():
            yield from flat(inner, f"{path} / {name}".removeprefix(" / "))
        if not found:
            yield path
    elif isinstance(found, list):
        for inner in found:
            if isinstance(inner, Mapping | list):
                yield from flat(inner, f"{path}[]")
            else:
                yield f"{path}[] {inner}"
    else:
        yield f"{path}: {found}"
