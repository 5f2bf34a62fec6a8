"""Readers that build a core dataclass from a map that came from outside, checking every type on the way.

The types stand in the core, once; what a reader may add is how long and how large a value may be. Keys that the dataclass does not have
are passed over, so that older programs read what newer ones wrote.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

_T = TypeVar("_T")

Bounds = Mapping[object, Any]
"""What pydantic shall read instead of a type, or instead of the type of one field, ``(dataclass, field name)``."""


class BadShape(ValueError):
    """A map that does not fit. ``field`` is the path of the first value at fault."""

    def __init__(self, field: str, fault: str) -> None:
        self.field = field
        self.fault = fault
        super().__init__(f"{field}: {fault}")


def reader(cls: type[_T], bounds: Bounds | None = None) -> Callable[[Mapping[str, object]], _T]:
    """A function from map to ``cls``, which raises BadShape.

    Text is never taken for a number nor a number for text; a list becomes a tuple, a text one of a closed list.
    """
    model = _model(cls, bounds or {})
    validate = TypeAdapter(model).validator.validate_python  # half the time of model.model_validate, which counts in a replay

    def read(source: Mapping[str, object]) -> _T:
        try:
            checked = validate(source)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            raise BadShape(".".join(map(str, first["loc"])) or "map", _mid_sentence(first["msg"])) from None
        return cls(**checked.__dict__)

    return read


def schema(cls: type[_T], bounds: Bounds | None = None) -> dict[str, Any]:
    """What a reader of ``cls`` takes, as JSON Schema; closed lists stand below ``$defs``."""
    return TypeAdapter(_model(cls, bounds or {})).json_schema(ref_template="#/components/schemas/{model}")


def _model(cls: type[_T], bounds: Bounds) -> type[BaseModel]:
    hints = get_type_hints(cls)
    shape: dict[str, Any] = {
        item.name: (bounds.get((cls, item.name)) or _shape(hints[item.name], bounds), ... if item.default is MISSING else item.default)
        for item in fields(cls)  # type: ignore[arg-type]  # every caller passes a dataclass, which the type language cannot say
    }
    return create_model(cls.__name__, __config__=ConfigDict(strict=True), **shape)


def _shape(hint: Any, bounds: Bounds) -> Any:
    """The hint as pydantic shall read it: tuples and closed lists are made from lists and text, nothing else is converted."""
    if hint in bounds:
        return bounds[hint]
    if hasattr(hint, "__supertype__"):
        return _shape(hint.__supertype__, bounds)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return Union[tuple(_shape(arg, bounds) for arg in args)]  # noqa: UP007  # put together at run time
    if origin is tuple:
        item: Any = _shape(args[0], bounds)
        return Annotated[tuple[item, ...], Field(strict=False)]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key, value = (_shape(arg, bounds) for arg in args)
        return dict[key, value]  # type: ignore[valid-type]  # put together at run time
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Annotated[hint, Field(strict=False)]
    return hint


def _mid_sentence(message: str) -> str:
    return message[:1].lower() + message[1:]
