"""The API versions of a stack as consumers reach them: through the edge of this machine, or a cluster's gateway."""

from collections.abc import Iterator
from functools import partial

from delivery.health.finding import Finding, Question
from delivery.health.processes import problem_of
from sixfold.outputs import ServedVersion, StackOutputs

AREA, GONE = "edge", "answers 410"


def questions(outputs: StackOutputs, up: str) -> Iterator[Question]:
    """Yield the question to each API version."""
    for product in outputs.products:
        for version in product.api_versions:
            name = name_of(product.name, version)
            yield Question(AREA, name, partial(_asked, name, version, up), up)


def name_of(product: str, version: ServedVersion) -> str:
    """Return the name of an API version in findings."""
    return f"{product} {version.version}"


def judge(name: str, version: ServedVersion, problem: str | None, up: str) -> Finding:
    """Judge an API version by its answer at the edge."""
    if version.retired:
        return Finding(AREA, name, well=problem == GONE, says=f"retired: {problem or 'answers'}", remedy=up)
    if not version.releases:
        return Finding(AREA, name, well=False, says="no release answers", remedy=up)
    return Finding(AREA, name, well=problem is None, says=problem or "answers", remedy=up if problem else None)


def _asked(name: str, version: ServedVersion, up: str) -> list[Finding]:
    asked = version.releases or version.retired
    return [judge(name, version, problem_of(f"{version.url}/openapi.json") if asked else None, up)]
