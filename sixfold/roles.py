"""The roles of people: the schema of `stacks/roles.yaml`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from sixfold.declared import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.validation import explain, read_yaml

Area = Literal["serving", "monitoring", "training"]
Level = Literal["view", "edit"]
Job = Literal["ingest", "training", "serving", "consumers", "triage"]
Pattern = Annotated[str, Field(pattern=r"^(\*|/\S+)$")]


class Role(Strict):
    """A role of people: its rights in each area of the cluster, and the jobs whose AWS rights it has.

    With `rollout` one may ask Prometheus what `sixfold rollout` is decided by.
    `reviews` are the paths of the repository, from `/` on, whose changes one reviews; `*` is all that nobody else does.
    """

    cluster: dict[Area, Level]
    aws: tuple[Job, ...] = ()
    rollout: bool = False
    reviews: tuple[Pattern, ...] = ()


_ROLES = TypeAdapter(dict[Slug, Role])


def read_roles(path: Path) -> dict[str, Role]:
    """Read the roles by name.

    Raises:
        SixfoldError: the file cannot be read, or is not valid; the message names each key.

    """
    try:
        return _ROLES.validate_python(read_yaml(path, remedy="correct it, or take it back: `git checkout stacks`"))
    except ValidationError as error:
        raise SixfoldError(f"{path.name}: {explain(error, Role)}", remedy="correct these keys") from error
