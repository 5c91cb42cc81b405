"""The roles of people: the schema of `stacks/roles.yaml`."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from sixfold.declared import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.validation import explain, read_yaml
from sixfold.work import WORK, Task

Area = Literal["serving", "monitoring", "training"]
Level = Literal["view", "edit"]
Job = Literal["ingest", "training", "serving", "consumers", "triage", "publisher", "releaser"]
Pattern = Annotated[str, Field(pattern=r"^(\*|/\S+)$")]


class Role(Strict):
    """A role of people: its rights in each area of the cluster, and the jobs whose AWS rights it has.

    With `rollout` one may ask Prometheus what `sixfold rollout` is decided by.
    `reviews` are the paths of the repository, from `/` on, whose changes one reviews; `*` is all that nobody else does.
    `does` is the work that is this role's own, out of all that it has the rights for (`sixfold/work.py`).
    """

    cluster: dict[Area, Level]
    aws: tuple[Job, ...] = ()
    rollout: bool = False
    reviews: tuple[Pattern, ...] = ()
    does: tuple[Task, ...] = ()

    @model_validator(mode="after")
    def _may_do_its_work(self) -> Self:
        lacking = [f"{task}: it needs {WORK[task].needs}" for task in self.does if not WORK[task].may(self)]
        if lacking:
            raise ValueError(f"does work without the right to it: {'; '.join(lacking)}")
        return self


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
