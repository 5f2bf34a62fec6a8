"""Values for JSON Schema as our OpenAPI document uses it: such as fit, and such as do not."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
SCALARS: Strategy = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
NONSENSE: Strategy = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8
)


def fitting(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Strategy:
    """Values that the schema describes; ``shared``: the document's schemas by name."""
    if "$ref" in schema:
        return fitting(shared[schema["$ref"].rpartition("/")[2]], shared)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.one_of([fitting(each, shared) for each in schema["anyOf"]])
    made = {"object": _maps, "array": _lists, "string": _texts, "integer": _integers, "boolean": lambda *_: st.booleans()}
    kind = schema.get("type")
    return made[kind](schema, shared) if isinstance(kind, str) and kind in made else SCALARS


def near(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Strategy:
    """Values that fit, that fit but for one field, or that are anything."""
    fit = fitting(schema, shared)
    return fit | st.builds(_spoilt, fit, st.integers(0, 20), NONSENSE) | NONSENSE


def _spoilt(value: Any, which: int, nonsense: Any) -> Any:
    if not isinstance(value, dict) or not value:
        return nonsense
    return {**value, sorted(value)[which % len(value)]: nonsense}


def _maps(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Strategy:
    known = {name: fitting(each, shared) for name, each in schema.get("properties", {}).items()}
    required = {name: known.pop(name) for name in schema.get("required", ())}
    return st.fixed_dictionaries(required, optional=known)


def _lists(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Strategy:
    return st.lists(fitting(schema.get("items", {}), shared), min_size=schema.get("minItems", 0), max_size=3)


def _texts(schema: Mapping[str, Any], _: Mapping[str, Any]) -> Strategy:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].replace("$", r"\Z"))
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 40), 40))


def _integers(schema: Mapping[str, Any], _: Mapping[str, Any]) -> Strategy:
    return st.integers(schema.get("minimum"), schema.get("maximum"))
