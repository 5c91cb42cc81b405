"""Stacks of a size, one way or another, under the real engine."""

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
PHASES = ("up", "no-op up", "refresh", "destroy")
_COMMANDS = {
    "up": ("up", "--yes", "--skip-preview"),
    "no-op up": ("up", "--yes", "--skip-preview"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "destroy": ("destroy", "--yes", "--skip-preview"),
}
_PROJECT = "name: bench\nruntime: python\nplugins:\n  providers:\n    - name: {name}\n      path: {path}\n"
_OURS = ROOT / "pulumi_sixfold" / "bin"
_BENCH = ROOT / "bench" / "bin"
PLUGINS = {"sixfold": ("sixfold", _OURS), "nothing": ("sixfold", _BENCH), "dynamic": ("pulumi-python", _BENCH)}

_SIXFOLD = """
import pulumi
from bench.kinds import KINDS, REGION, inputs
from pulumi_sixfold.resources import logs, s3, sns, sqs
from pulumi_sixfold.resources.provider import Provider, ProviderArgs

RESOURCES = (sns.Topic, sqs.Queue, logs.LogGroup, s3.Bucket)  # in the order of KINDS
aws = Provider("aws", ProviderArgs(region=REGION, endpoint="{moto}"))
for number in range({size}):
    resource, args = RESOURCES[number % len(KINDS)], KINDS[number % len(KINDS)][1]
    resource(f"r{{number}}", args(**inputs(number)), pulumi.ResourceOptions(provider=aws))
"""
_DYNAMIC = """
import json
import sys
import pulumi
from pulumi.dynamic import CreateResult, ReadResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    serialize_as_secret_always = False

    def _make(self, props, phase):
        from bench.calls import Call, clients, replay
        calls = [Call(*call) for call in json.loads(props["life"])[phase]]
        replay(clients(props["moto"]), [calls], 1)

    def create(self, props):
        self._make(props, "up")
        return CreateResult(props["name"], props)

    def read(self, id_, props):
        self._make(props, "refresh")
        return ReadResult(id_, props)

    def delete(self, id_, props):
        self._make(props, "destroy")

class Thing(Resource):
    pass

sys.setrecursionlimit(100_000)  # what is pickled grows with what was made before: 310 resources reach the default
for number, life in enumerate(json.load(open("lives.json"))):
    Thing(Provider(), f"r{{number}}", {{"name": f"r{{number}}", "moto": "{moto}", "life": json.dumps(life)}})
"""
_PROGRAMS = {"sixfold": _SIXFOLD, "nothing": _SIXFOLD, "dynamic": _DYNAMIC}


class Stack:
    """A stack of `size` resources made by `way`, in a folder of its own.

    Raises:
        subprocess.CalledProcessError: the engine failed; what it said is in `stdout`.

    """

    def __init__(self, folder: Path, way: str, size: int, moto: str, lives: str) -> None:
        for part in ("state", "home", "project"):
            (folder / part).mkdir(parents=True)
        self._project = folder / "project"
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "BENCH_PYTHON": sys.executable,
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}?metadata=skip",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "SIXFOLD_HOME": str(folder),
        }
        name, path = PLUGINS[way]
        (self._project / "Pulumi.yaml").write_text(_PROJECT.format(name=name, path=path))
        (self._project / "__main__.py").write_text(_PROGRAMS[way].format(size=size, moto=moto))
        (self._project / "lives.json").write_text(lives)
        self._run("stack", "init", "bench")

    def time(self, phase: str) -> float:
        """Run a phase and return its seconds."""
        began = perf_counter()
        self._run(*_COMMANDS[phase])
        return perf_counter() - began

    def _run(self, *command: str) -> None:
        pulumi = ("pulumi", "--non-interactive", "--color=never", *command)
        subprocess.run(pulumi, cwd=self._project, env=self._env, check=True, capture_output=True, text=True)
