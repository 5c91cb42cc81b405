"""Files of declared data: read, and their faults as sentences that say what to write instead."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from sixfold.errors import SixfoldError


def read_yaml(path: Path, *, remedy: str) -> Any:  # noqa: ANN401 - a YAML document
    """Return the content of a YAML file.

    Raises:
        SixfoldError: it cannot be read, or is no YAML in UTF-8; `remedy` says what to do.

    """
    try:
        return yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SixfoldError(f"{path} cannot be read as YAML: {error}", remedy=remedy) from error


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """Return one line per fault: its path, what is wrong, and the nearest valid key for an unknown one."""
    return "; ".join(_sentence(fault["type"], fault["loc"], fault["msg"], model) for fault in error.errors())


def _sentence(kind: str, path: tuple[int | str, ...], message: str, model: type[BaseModel]) -> str:
    where = ".".join(str(part) for part in path) or "the document"
    if kind != "extra_forbidden":
        return f"{where}: {message}"
    valid = _fields_at(model, path[:-1])
    near = get_close_matches(str(path[-1]), valid, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"valid keys: {', '.join(valid)}"
    return f"{where}: unknown key; {hint}"


def _fields_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """Return the names that the model accepts at a path; mappings and sequences are stepped through."""
    here: Any = model
    for part in path:
        fields = getattr(here, "model_fields", {})
        here = _model_in(fields[part].annotation) if part in fields else here
    return sorted(field.alias or name for name, field in getattr(here, "model_fields", {}).items())


def _model_in(annotation: Any) -> Any:  # noqa: ANN401 - annotations are anything
    """Return the first pydantic model inside an annotation such as `dict[str, X] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((found for found in inner if found is not None), None)
