"""Schema of the package and reference page, derived from the handlers."""

from typing import Any

import pytest

from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.engine.schema import package_schema
from pulumi_sixfold.kit.handler import Handler
from pulumi_sixfold.program_side import modules
from pulumi_sixfold.reference import CLASSES, MARK, PAGE, reference


def test_the_page_is_in_step_with_the_handlers() -> None:
    written = PAGE.read_text().split(MARK)[1].strip()
    assert written == reference().strip(), "run `python -m pulumi_sixfold.reference`"


@pytest.mark.parametrize(("name", "text"), modules(HANDLERS).items(), ids=lambda part: part.splitlines()[0])
def test_the_programs_classes_are_in_step_with_the_handlers(name: str, text: str) -> None:
    assert (CLASSES / name).read_text() == text, "run `python -m pulumi_sixfold.reference`"


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.facts.token)
def test_the_schema_has_every_input_and_output(handler: type[Handler[Any]]) -> None:
    resource = package_schema(HANDLERS)["resources"][handler.facts.token]
    assert set(resource["inputProperties"]) == set(handler.facts.args.model_fields)
    assert set(resource["properties"]) == set(handler.facts.args.model_fields) | set(handler.facts.outputs)
    replacing = {name for name, found in resource["inputProperties"].items() if found.get("willReplaceOnChanges")}
    assert replacing == handler.facts.create_only


def test_what_replaces_says_so_in_its_description() -> None:
    for handler in HANDLERS:
        for name in handler.facts.create_only - {handler.facts.name_property}:
            assert "A change replaces" in str(handler.facts.args.model_fields[name].description), (
                handler.facts.token,
                name,
            )
