"""The files of one product in the home of a project on this machine, as far as they are those of one stack."""

import json
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from delivery.live_stack import LiveStack
from delivery.replay import Span
from sixfold.stack import read


class LocalFiles(NamedTuple):
    """Files and folders of a product. `shared` ones belong to the `others` too: stacks that name the product."""

    own: tuple[Path, ...]
    shared: tuple[Path, ...] = ()
    others: tuple[str, ...] = ()

    def delete(self) -> None:
        """Delete the product's own files; those that are gone already are passed over."""
        for path in self.own:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def find(stack: LiveStack, product: str) -> LocalFiles:
    """Find a product's candidates, the mark of a stopped replay, and, of a local stack, what its processes keep.

    All stacks of a project share its candidates and the mark: those stay while another stack names the product.
    """
    own, common = _of_processes(stack, product), _candidates(stack, product)
    mark = stack.project.home / "replay.json"
    if mark.exists() and Span.model_validate_json(mark.read_text()).product == product:
        common.append(mark)
    others = tuple(_others(stack, product))
    return LocalFiles((*own, *(() if others else common)), tuple(common) if others else (), others)


def _candidates(stack: LiveStack, product: str) -> list[Path]:
    """Return the folders of a product's candidates: that of `sixfold train`, also half-made, and those of the demo."""
    own = stack.project.candidate(product)
    made = {path.parent for path in own.parent.glob("*/candidate.json") if _product_of(path) == product}
    return sorted(made | {own} if own.exists() else made)


def _product_of(candidate: Path) -> str | None:
    name: str | None = json.loads(candidate.read_text()).get("product")
    return name


def _others(stack: LiveStack, product: str) -> list[str]:
    paths = sorted(stack.file.parent.glob("Pulumi.*.yaml"))
    stacks = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in paths if path != stack.file]
    return [name for name in stacks if product in read(stack.project.stack_file(name)).products]


def _of_processes(stack: LiveStack, product: str) -> list[Path]:
    """Return the cache of the evaluation and the logs of releases."""
    if stack.settings().local is None:
        return []
    run = stack.project.home / "run"
    log = re.compile(rf"{re.escape(product)}-v\d+-[0-9a-f]{{8}}-[0-9a-f]+\.log(\.\d+)?")
    logs = [path for path in sorted((run / "logs").glob("*")) if log.fullmatch(path.name)]
    return [path for path in (run / "evaluation" / product, *logs) if path.exists()]
