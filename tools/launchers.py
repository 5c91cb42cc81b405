"""Launchers in `.venv/bin`: small scripts for pulumi and its language host, links for the rest."""

import os
from pathlib import Path

_PULUMI = """\
#!/bin/sh
# pulumi with this project's defaults, where the environment names no others. Written by tools/bootstrap.py.
bin=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
if [ -z "${{PULUMI_BACKEND_URL:-}}" ]; then
  state=${{SIXFOLD_HOME:-$bin/../../.sixfold}}/state
  (umask 077 && mkdir -p "$state") # whoever reads the state reads the secrets in it
  # No sidecar files: the engine writes them in two steps, and a kill between the two makes the state unreadable.
  # A URL: these characters of a folder's name mean something else in it.
  PULUMI_BACKEND_URL="file://$(cd "$state" && pwd | sed 's/%/%25/g; s/#/%23/g; s/?/%3F/g')?metadata=skip"
fi
if [ -z "${{PULUMI_CONFIG_PASSPHRASE_FILE:-}}" ]; then
  export PULUMI_CONFIG_PASSPHRASE="${{PULUMI_CONFIG_PASSPHRASE:-}}"
fi
PULUMI_SKIP_UPDATE_CHECK=${{PULUMI_SKIP_UPDATE_CHECK:-true}}
SIXFOLD_VENV=${{bin%/bin}}
PATH=$bin:$PATH
export PULUMI_BACKEND_URL PULUMI_SKIP_UPDATE_CHECK SIXFOLD_VENV PATH
exec "{binary}" "$@"
"""

LANGUAGE_HOST = """\
#!/bin/sh
# The Python language host of an engine that came without one, in the project whose `.venv/bin/pulumi` was called.
exec "${SIXFOLD_VENV:?call pulumi as .venv/bin/pulumi}/bin/python" -u "$SIXFOLD_VENV/../tools/language_host.py" "$@"
"""


def install(bin_folder: Path, binaries: dict[str, Path]) -> None:
    """Make every binary a command of the environment.

    Args:
        bin_folder: the environment's folder of commands.
        binaries: the real file of each command. A pulumi that has no language host beside it gets ours.

    """
    for name, binary in binaries.items():
        if name != "pulumi":
            _replace(bin_folder / name, link=binary)
            continue
        _replace(bin_folder / name, script=_PULUMI.format(binary=binary))
        host = "pulumi-language-python"
        if binary.with_name(host).exists():  # the official one, or ours beside an engine of our own build
            (bin_folder / host).unlink(missing_ok=True)
        else:
            _replace(bin_folder / host, script=LANGUAGE_HOST)


def _replace(target: Path, *, script: str | None = None, link: Path | None = None) -> None:
    """Write or link in one step, so that an interrupted bootstrap leaves the old command or the new one."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    if link is not None:
        draft.symlink_to(link)
    else:
        draft.write_text(script or "")
        draft.chmod(0o755)
    draft.replace(target)
