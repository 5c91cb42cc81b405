"""`sixfold deployer-policy`: the rights that a stack's deployer needs; no account, no credentials, no engine."""

import json
from pathlib import Path

from delivery.workspace import Workspace
from infra.checks.deployer.policies import policies
from sixfold.stack import read


def deployer_policy(work: Workspace, to: Path | None) -> str:
    """Return the IAM documents as a JSON list; with `to`, write each into a file there and return how to use them.

    Raises:
        SixfoldError: the stack file is not valid, or the stack needs more rights than a role can hold.

    """
    stack = work.engine.stack
    documents = policies(stack, read(work.stack_file), root=work.root, home=work.home)
    if to is None:
        return json.dumps(documents, indent=2) + "\n"
    to.mkdir(parents=True, exist_ok=True)
    return "".join(
        _written(document, to / f"sixfold-{stack}-{number}.json") for number, document in enumerate(documents)
    )


def _written(document: dict[str, object], path: Path) -> str:
    path.write_text(json.dumps(document, indent=2) + "\n")
    return f"aws iam create-policy --policy-name {path.stem} --policy-document file://{path}\n"
