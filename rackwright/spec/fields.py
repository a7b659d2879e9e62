"""What keys a model has at a place that pydantic names, through maps, lists and unions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Models that `annotation` can hold, directly or inside unions, maps, lists and annotations."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    inner = get_args(annotation)[:1] if get_origin(annotation) is Annotated else get_args(annotation)
    return [model for part in inner for model in models_in(part)]


def keys_at(root: type[BaseModel], location: Iterable[str | int]) -> list[str]:
    """Keys that may stand at pydantic's `location` below `root`."""
    models = [root]
    for part in location:
        models = _step(models, part)
    return sorted({key for model in models for key in model.model_fields})


def _step(models: list[type[BaseModel]], part: str | int) -> list[type[BaseModel]]:
    below = [
        found
        for model in models
        if part in model.model_fields
        for found in models_in(model.model_fields[part].annotation)
    ]
    if below:
        return below
    return [model for model in models if part in _tags(model)] or [m for m in models if m.__name__ == part] or models


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def examples_at(root: type[BaseModel], path: Iterable[str | int]) -> list[Any]:
    """Examples of the field at `path` of a document (without union members), below `root`."""
    models, found = [root], list[Any]()
    for part in path:
        fields = [m.model_fields[part] for m in models if isinstance(part, str) and part in m.model_fields]
        found = next((list(field.examples) for field in fields if field.examples), [])
        models = [model for field in fields for model in models_in(field.annotation)] or models
    return found
