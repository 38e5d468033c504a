"""How bot_api.json is made from the full Bot API specification."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def reduced(full: dict[str, Any], served: Iterable[str]) -> dict[str, Any]:
    """The served methods, every type that they reach, and the bare names of all other methods.

    A field is written "Integer|String", with a closing "!" when it is required.
    """
    methods = {name: full["methods"][name] for name in sorted(served)}
    reached = _reached(full["types"], methods.values())
    return {
        "version": full["version"],
        "not_served": sorted(set(full["methods"]) - set(methods)),
        "methods": {
            name: {"returns": "|".join(method["returns"]), "fields": _fields(method)}
            for name, method in methods.items()
        },
        "types": {
            name: {"one_of": "|".join(full["types"][name]["subtypes"])}
            if "subtypes" in full["types"][name]
            else {"fields": _fields(full["types"][name])}
            for name in sorted(reached)
        },
    }


def written(specification: dict[str, Any]) -> str:
    """JSON text with one method or type a line, so that a new version of the API reads well as a difference."""
    parts = [f'"version": {json.dumps(specification["version"])}']
    parts.append(f'"not_served": {json.dumps(specification["not_served"])}')
    for section in ("methods", "types"):
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in specification[section].items())
        parts.append(f'"{section}": {{\n{lines}\n}}')
    return "{" + ",\n".join(parts) + "}\n"


def element(kind: str) -> str:
    """The innermost type: "Array of Array of X" is about X."""
    return kind.rpartition("Array of ")[2]


def _fields(described: dict[str, Any]) -> dict[str, str]:
    fields = described.get("fields", {})
    return {name: "|".join(f["types"]) + ("!" if f["required"] else "") for name, f in fields.items()}


def _reached(types: dict[str, Any], methods: Iterable[dict[str, Any]]) -> set[str]:
    waiting: list[str] = []
    for method in methods:
        waiting += method["returns"]
        waiting += [kind for field in method.get("fields", {}).values() for kind in field["types"]]
    seen: set[str] = set()
    while waiting:
        name = element(waiting.pop())
        if name in seen or name not in types:
            continue
        seen.add(name)
        waiting += types[name].get("subtypes", [])
        waiting += [kind for field in types[name].get("fields", {}).values() for kind in field["types"]]
    return seen
