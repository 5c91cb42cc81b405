"""A process on this machine, kept alive by supervisord."""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pulumi_sixfold.kit.args import Args, Block, Input
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import Handler, State
from pulumi_sixfold.local.files import own_folder, write_all, write_private
from pulumi_sixfold.local.health import Readiness, await_free, wait_ready
from pulumi_sixfold.local.reload import check, post
from pulumi_sixfold.local.sockets import socket_in
from pulumi_sixfold.local.supervisor import Supervisor

# What only we use, and the process never sees.
_NO_RESTART = frozenset({"start_timeout_s", "hang_timeout_s", "reload", "hangup", "health_login"})


def _absolute(path: str) -> str:
    if not Path(path).is_absolute():
        raise ValueError("must be an absolute path")
    return path


def _below(path: str) -> str:
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise ValueError("must be a path below the folder of the process")
    return path


class Reload(Block):
    """How a running process takes new files without a restart."""

    url: Input[str] = Field(
        description="Where the content of `file` is POSTed, as application/json. The host `{socket}` is its own socket."
    )
    file: Input[str] = Field(description="Which of `files`.")


class ProcessArgs(Args):
    """The inputs of a Process.

    In command and environment `{dir}` becomes the folder that `files` are written to, and `{socket}` the path of a unix
    socket, which no other user can reach.
    """

    home: Input[Annotated[str, AfterValidator(_absolute)]] = Field(
        description="Absolute folder of the stack; all is kept below <home>/run. A change replaces."
    )
    command: Input[Annotated[list[Input[str]], Field(min_length=1)]] = Field(
        description="Program and arguments; no shell is involved."
    )
    directory: Input[str | None] = Field(None, description="Working folder; None: the folder of `files`.")
    environment: Input[dict[str, Input[str]]] = Field(
        default={}, description="Variables beside PATH, HOME, LANG and TZ; nothing else is passed on."
    )
    files: Input[dict[Annotated[str, AfterValidator(_below)], Input[str]]] = Field(
        default={}, description="Relative path → text, written below {dir} before the start."
    )
    health_url: Input[str | None] = Field(
        None,
        description="Ready when this answers 2xx; None: when it has run for a second. A change replaces: the new "
        "process runs beside the old one until it is ready.",
    )
    health_login: Input[str | None] = Field(
        None, description="user:password of HTTP basic authentication for `health_url`; None: it asks for none."
    )
    reload: Input[Reload | None] = Field(None, description="How new `files` reach the running process; None: restart.")
    hangup: Input[list[Input[str]] | None] = Field(
        None, description="Command that checks new `files`; then SIGHUP has the process read them, instead of `reload`."
    )
    start_timeout_s: Input[Annotated[int, Field(ge=1)]] = Field(60, description="Seconds until it must be ready.")
    hang_timeout_s: Input[Annotated[int, Field(ge=1)]] = Field(
        60, description="Seconds without any answer at `health_url` after which it is killed, and started again."
    )
    stop_timeout_s: Input[Annotated[int, Field(ge=1)]] = Field(10, description="Seconds from TERM to KILL.")
    running: Input[Literal[True]] = Field(True, description="Always true; a refresh finds false where it has stopped.")
    program: Input[Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)+$")] | None] = Field(
        None, description="Name in supervisord; None: derived from the resource's name."
    )


class ProcessHandler(Handler[ProcessArgs]):
    """A process on this machine; `program` is its name in supervisord, `log` the path of its log."""

    facts = Facts(
        token="sixfold:local:Process",
        args=ProcessArgs,
        create_only=frozenset({"home", "health_url", "program"}),
        identity=frozenset({"health_url"}),
        outputs={"log": "Path of the log: what the process writes to stdout and stderr."},
        name_property="program",
        name_limit=50,
        free="on this machine",
    )

    def create(self, urn: str, args: ProcessArgs) -> str:
        """Start it and wait until it is ready; a start that fails leaves nothing but the log."""
        supervisor, name = Supervisor(Path(args.home)), str(args.program)
        folder = supervisor.run / name
        known = _spec(supervisor, name)
        if known and known["urn"] != urn:
            raise ProviderError(f"the process {name} belongs to {known['urn']}", remedy="give this one another name")
        if not known:
            try:
                self._start(supervisor, urn, args, old_files={}, free_within_s=0)
            except Exception:
                supervisor.remove(name)
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return str(folder)

    def update(self, urn: str, resource_id: str, args: ProcessArgs) -> None:
        """Reload or restart it if anything differs; what fails is put back and keeps running."""
        supervisor, state = _supervisor(resource_id), self.read(resource_id)
        old = state.args if state else None
        differing = {name for name in ProcessArgs.model_fields if getattr(old, name, None) != getattr(args, name)}
        if old and differing <= _NO_RESTART:
            self._write(supervisor, urn, args, old.files)
            self._ready(supervisor, args)
        elif old and (args.reload or args.hangup) and differing <= _NO_RESTART | {"files"}:
            self._reload(supervisor, urn, old, args)
        else:
            self._restart(supervisor, urn, old, args)

    def read(self, resource_id: str) -> State[ProcessArgs] | None:
        """Return the state from supervisord, launch.py's file and the folder."""
        supervisor, folder = _supervisor(resource_id), Path(resource_id)
        spec = _spec(supervisor, folder.name)
        if spec is None:
            return None
        files = {path: (folder / path).read_text() for path in spec["files"] if (folder / path).is_file()}
        args = ProcessArgs.recalled({**spec["inputs"], "files": files})
        info = supervisor.info(folder.name)
        if not info or info["statename"] not in {"STARTING", "RUNNING"}:
            args = args.model_copy(update={"running": False})
        return State(args, {"log": str(supervisor.log(folder.name))})

    def delete(self, resource_id: str, args: ProcessArgs) -> None:  # noqa: ARG002 - the id says all
        """Stop it gracefully and remove its folder; the log stays."""
        _supervisor(resource_id).remove(Path(resource_id).name)
        shutil.rmtree(resource_id, ignore_errors=True)

    def _start(
        self, supervisor: Supervisor, urn: str, args: ProcessArgs, old_files: Mapping[str, str], free_within_s: int
    ) -> None:
        name = str(args.program)
        own_folder(Path(args.home))
        if args.health_url:
            await_free(args.health_url, free_within_s)
        self._write(supervisor, urn, args, old_files)
        log = supervisor.log(name)
        begins = log.stat().st_size if log.exists() else 0
        supervisor.start(name, stop_timeout_s=args.stop_timeout_s)
        self._ready(supervisor, args, log_begins=begins)

    def _restart(self, supervisor: Supervisor, urn: str, old: ProcessArgs | None, args: ProcessArgs) -> None:
        name = str(args.program)
        supervisor.stop(name)
        try:
            self._start(supervisor, urn, args, old.files if old else {}, args.stop_timeout_s)
        except Exception:
            supervisor.stop(name)
            if old:
                with suppress(ProviderError):  # the first failure is the one to tell
                    self._start(supervisor, urn, old, args.files, args.stop_timeout_s)
            raise

    def _reload(self, supervisor: Supervisor, urn: str, old: ProcessArgs, args: ProcessArgs) -> None:
        name = str(args.program)
        self._write(supervisor, urn, args, old.files)
        try:
            if args.reload:
                post(args.reload.url, args.files[args.reload.file], _socket(supervisor, name))
            elif args.hangup:
                check(args.hangup, supervisor.run / name)
                supervisor.hang_up(name)
        except Exception:
            self._write(supervisor, urn, old, args.files)
            raise
        self._ready(supervisor, args)

    def _ready(self, supervisor: Supervisor, args: ProcessArgs, log_begins: int = 0) -> None:
        wait_ready(
            supervisor,
            Readiness(str(args.program), args.health_url, args.start_timeout_s, log_begins, args.health_login),
            self.cancelled,
        )

    def _write(self, supervisor: Supervisor, urn: str, args: ProcessArgs, old_files: Mapping[str, str]) -> None:
        """Write the files, remove those of before, and describe the program for launch.py and for `read`."""
        folder = supervisor.run / str(args.program)
        write_all(folder, args.files, stale=set(old_files) - set(args.files))
        inputs = {name: value for name, value in args.properties().items() if name not in {"files", "running"}}
        socket = _socket(supervisor, str(args.program))
        spec = {"urn": urn, "dir": str(folder), "socket": str(socket), "inputs": inputs, "files": sorted(args.files)}
        write_private(supervisor.spec(str(args.program)), json.dumps(spec))


def _socket(supervisor: Supervisor, name: str) -> Path:
    return socket_in(supervisor.run / name, "process.sock")


def _supervisor(resource_id: str) -> Supervisor:
    return Supervisor(Path(resource_id).parent.parent)


def _spec(supervisor: Supervisor, name: str) -> dict[str, Any] | None:
    path = supervisor.spec(name)
    return dict(json.loads(path.read_text())) if path.exists() else None
