"""The binaries that the platform needs, and what is known about each."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tools.launchers import LANGUAGE_HOST
from tools.manifests import KUBERNETES, Manifests

_TOOLS = Path(__file__).parent


@dataclass(frozen=True)
class Tool:
    """A set of commands that are built together.

    `commands` gives the names that each command may have elsewhere. `version` is the pinned one, as the command prints
    it; `tools/<name>/go.mod` pins its module. `minimum` is what is good enough where somebody else installed it.
    `version_symbol` is the Go variable that the build writes the version to, `symbols` are others with their values.
    `duration` tells people how long a build takes. `assets` are files that the module embeds and its published zip
    lacks. `companions` are scripts to put beside what is built, `manifests` files of other modules.
    """

    name: str
    version: str
    minimum: str
    commands: dict[str, tuple[str, ...]]
    version_argument: str
    version_symbol: str
    duration: str
    module: str
    symbols: tuple[str, ...] = ()
    tags: str = ""
    packages: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()
    companions: dict[str, str] = field(default_factory=dict)
    manifests: tuple[Manifests, ...] = ()

    def sources(self) -> list[Path]:
        """Return the files that it is built from: go.mod, go.sum, and a program of ours if there is one."""
        return sorted((_TOOLS / self.name).iterdir())


PULUMI = Tool(
    name="pulumi",
    version="3.259.0",  # the newest whose module is served; in step with the SDK in pyproject.toml
    minimum="3.259.0",
    commands={"pulumi": ("pulumi",)},
    version_argument="version",
    version_symbol="github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
    duration="about 4 minutes on two cores",
    module="github.com/pulumi/pulumi/pkg/v3",
    companions={"pulumi-language-python": LANGUAGE_HOST},  # looked for beside the engine before PATH
)
PROMETHEUS = Tool(
    name="prometheus",
    version="3.16.0",
    minimum="2.42.0",  # Debian 12's; every rule and setting of ours is valid from there on
    commands={"prometheus": ("prometheus",), "promtool": ("promtool",)},
    version_argument="--version",
    version_symbol="github.com/prometheus/common/version.Version",
    duration="about 3 minutes on two cores",
    module="github.com/prometheus/prometheus",
    tags="remove_all_sd,netgo",  # without the clouds' discovery: a much smaller download
    packages=("prometheus",),
)
ALERTMANAGER = Tool(
    name="alertmanager",
    version="0.34.2",
    minimum="0.25.0",  # Debian 12's
    commands={"alertmanager": ("alertmanager", "prometheus-alertmanager"), "amtool": ("amtool",)},
    version_argument="--version",
    version_symbol="github.com/prometheus/common/version.Version",
    duration="about 2 minutes on two cores",
    module="github.com/prometheus/alertmanager",
    tags="netgo",
    # Debian's own is taken from PATH only: it wants its template in /usr/share, so it must be installed.
    assets=("ui/app/dist/index.html",),
)
CONTROLPLANE = Tool(
    name="controlplane",
    version="1.37.2",
    minimum="1.37.2",
    commands={"controlplane": ()},  # a build of our own, which nobody else has on PATH
    version_argument="--version",
    version_symbol="main.version",
    symbols=tuple(f"k8s.io/component-base/version.git{each}" for each in ("Version=v1.37.2", "Major=1", "Minor=37")),
    duration="about 7 minutes on two cores",
    module="k8s.io/kubernetes",
    manifests=KUBERNETES,
)
ACTIONLINT = Tool(
    name="actionlint",
    version="1.7.12",
    minimum="1.7.12",
    commands={"actionlint": ("actionlint",)},
    version_argument="-version",
    version_symbol="github.com/rhysd/actionlint.version",
    duration="about 1 minute on two cores",
    module="github.com/rhysd/actionlint",
)


def parse_version(text: str) -> tuple[int, ...]:
    """Read the first dotted number of a text, `promtool, version 2.42.0+ds` → (2, 42, 0); empty when there is none."""
    found = re.search(r"\d+(\.\d+)+", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def outside_environments(path: str) -> str:
    """PATH without the folders of virtual environments: their commands are this bootstrap's own work."""
    folders = [folder for folder in path.split(os.pathsep) if folder]
    return os.pathsep.join(folder for folder in folders if not Path(folder).parent.joinpath("pyvenv.cfg").exists())


def version_of(binary: Path, argument: str) -> tuple[int, ...]:
    """Ask a command for its version; empty when it cannot be run."""
    try:
        said = subprocess.run([binary, argument], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return parse_version(said.stdout + said.stderr)  # old amtools print it as an error


def good_enough(tool: Tool, candidates: dict[str, Path]) -> bool:
    """Tell whether every command is there, at the tool's minimum version or above."""
    wanted = parse_version(tool.minimum)
    return set(candidates) == set(tool.commands) and all(
        version_of(binary, tool.version_argument) >= wanted for binary in candidates.values()
    )


def on_path(tool: Tool, path: str) -> dict[str, Path]:
    """Find the tool's commands on PATH."""
    found: dict[str, Path] = {}
    for command, names in tool.commands.items():
        for name in names:
            if binary := shutil.which(name, path=outside_environments(path)):
                found.setdefault(command, Path(binary))
    return found
