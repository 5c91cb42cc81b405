"""Page for a pull request: plan and cost difference of a change to a stack (`make review`)."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_LONGEST = 60_000
"""Characters of a plan; GitHub takes 65,536 in a comment."""
_LAST = 20


def page(stack: str, plan: str, before: str, after: str) -> str:
    """Return the page as Markdown: the plan, and the lines of the estimates that differ."""
    lines = list(unified_diff(before.splitlines(), after.splitlines(), "before", "after", n=0, lineterm=""))
    cost = "\n".join(line for line in lines if not line.startswith("@@")) or "the same"
    shown = plan if len(plan) <= _LONGEST else f"{plan[:_LONGEST]}\n… cut; `make plan STACK={stack}` has it all"
    return "\n".join(
        [
            f"### `{stack}`: what it costs a month",
            *_fenced(cost, "diff"),
            f"### `{stack}`: the plan",
            *_fenced(shown, ""),
        ]
    )


def _fenced(text: str, language: str) -> Iterator[str]:
    fence = "`" * 8  # longer than any in the text
    yield from (f"{fence}{language}", text.rstrip(), fence, "")


def main() -> None:
    """Write the page; a plan that fails is shown as far as it came, and ends this with its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", required=True)
    parser.add_argument("--base", required=True, help="the commit that the change is to be merged into")
    parser.add_argument("--to", required=True, type=Path)
    given = parser.parse_args()
    planned = _run(_ROOT, "make", "--no-print-directory", "plan", f"STACK={given.stack}")
    with _worktree(given.base, given.to.with_name("base")) as base:
        before, after = (_run(root, *_COST, given.stack).stdout for root in (base, _ROOT))
    given.to.parent.mkdir(parents=True, exist_ok=True)
    given.to.write_text(page(given.stack, planned.stdout, before, after))
    if planned.returncode:
        last = "\n".join(planned.stdout.splitlines()[-_LAST:])
        sys.stderr.write(f"{last}\nthe plan of {given.stack} failed as above; {given.to} has all of it\n")
    sys.exit(planned.returncode)


_COST = (sys.executable, "-m", "delivery", "cost", "--stack")


@contextmanager
def _worktree(commit: str, folder: Path) -> Iterator[Path]:
    """Check a commit out beside this one; its code runs in this one's environment."""
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", folder, commit], cwd=_ROOT, check=True)
    try:
        yield folder.resolve()
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", folder], cwd=_ROOT, check=True)


def _run(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"PYTHONPATH": str(root)}
    return subprocess.run(
        command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


if __name__ == "__main__":
    main()
