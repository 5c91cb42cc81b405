"""One supervisord for a home: started when the first program comes, shut down when the last one goes.

`<home>/run/` holds supervisord.conf, conf.d/<program>.conf and .json, logs/ and the lock.
"""

import fcntl
import os
import shlex
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.local.process_tree import kill, tree
from pulumi_sixfold.local.sockets import socket_in

_STARTED_WITHIN_S = 30
_POLL_S = 0.03
_BAD_NAME, _NOT_RUNNING, _ALREADY_ADDED = 10, 70, 90  # supervisor.xmlrpc.Faults

_MAIN = """\
[unix_http_server]
file={socket}
chmod=0700
[supervisord]
logfile={logs}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
pidfile={run}/supervisord.pid
directory={run}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{socket}
[include]
files=conf.d/*.conf
"""
WATCHDOG, _OF_WATCHDOG = "watchdog", "watchdog.conf"  # no Process has this name: theirs have a hyphen

# Retries are for crashes later on: the start of a program is watched, and its first exit fails it.
_PROGRAM = """\
[program:{name}]
command={command}
startsecs=1
startretries=10
autorestart=true
stopsignal=TERM
stopwaitsecs={stop_timeout_s}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


class Supervisor:
    """The supervisord of a home.

    Args:
        home: an absolute folder.

    """

    def __init__(self, home: Path) -> None:
        self.run = home / "run"
        self.conf = self.run / "conf.d"
        self.logs = self.run / "logs"
        self.guardian_lock = self.run / "guardian.lock"

    def log(self, name: str) -> Path:
        """Return the path of a program's log."""
        return self.logs / f"{name}.log"

    def spec(self, name: str) -> Path:
        """Return the path of a program's description for launch.py."""
        return self.conf / f"{name}.json"

    def info(self, name: str) -> dict[str, Any] | None:
        """Return supervisord's view of a program: statename, pid, spawnerr; None where there is none."""
        try:
            info: Any = self._call("getProcessInfo", name)
        except OSError:
            return None
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == _BAD_NAME:
                return None
            raise
        return dict(info)

    def start(self, name: str, *, stop_timeout_s: int) -> None:
        """Start a program from its conf.d/<name>.json, and supervisord where needed. Does not wait until it runs."""
        launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py")), str(self.spec(name))]
        text = _PROGRAM.format(
            name=name,
            command=_escaped(shlex.join(launcher)),
            stop_timeout_s=stop_timeout_s,
            log=_escaped(_escaped(str(self.log(name)))),  # supervisord expands paths of logs twice
        )
        with self._locked():
            (self.conf / f"{name}.conf").write_text(text)
            (self.conf / _OF_WATCHDOG).write_text(self._watchdog())
            if not self.answers():
                self._boot()  # it starts whatever it finds in conf.d
                return
            self._call("reloadConfig")
            with _unless(_ALREADY_ADDED):
                self._call("addProcessGroup", WATCHDOG)
            self.stop(name)  # it may have been started meanwhile, by the boot that another program needed
            self._call("reloadConfig")
            with _unless(_BAD_NAME):
                self._call("removeProcessGroup", name)
            self._call("addProcessGroup", name)

    def pid(self) -> int | None:
        """Return the pid that supervisord wrote when it started; it may have ended since."""
        try:
            return int((self.run / "supervisord.pid").read_text())
        except (OSError, ValueError):
            return None

    def is_guarded(self) -> bool:
        """Return whether a guardian would start supervisord again."""
        with suppress(FileNotFoundError), self.guardian_lock.open("r") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def guard(self) -> None:
        """Start the guardian where none runs."""
        if self.is_guarded():
            return
        with self.log("guardian").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", "pulumi_sixfold.local.guardian", str(self.run)],
                env=base_environment(),
                cwd=self.run,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )

    def revive(self) -> bool:
        """Start supervisord, and so all programs that it had; return whether it had some and did not run."""
        with self._locked():
            if self.answers() or not any(self.conf.glob("*.json")):
                return False
            self._boot()
            return True

    def stop(self, name: str) -> None:
        """Stop a program, with TERM and then KILL; it stays known, and its log is kept."""
        pid = (self.info(name) or {}).get("pid")
        family = tree(pid) if pid else []
        with suppress(OSError), _unless(_BAD_NAME, _NOT_RUNNING):  # OSError: no supervisord, so that nothing runs
            self._call("stopProcess", name, True)
        if pid:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # children that outlive it would hold its port
        kill(family)  # and so would one in a group of its own that is stopped, and takes no other signal

    def hang_up(self, name: str) -> None:
        """Send SIGHUP to a program, at which it reads its files again."""
        self._call("signalProcess", name, "HUP")

    def remove(self, name: str) -> None:
        """Stop a program and forget it. Shuts supervisord down after the last one. Keeps the log."""
        self.stop(name)
        with self._locked():
            self.spec(name).unlink(missing_ok=True)
            (self.conf / f"{name}.conf").unlink(missing_ok=True)
            if not self.answers():
                return
            self._call("reloadConfig")
            with _unless(_BAD_NAME):
                self._call("removeProcessGroup", name)
            if not any(path.name != _OF_WATCHDOG for path in self.conf.glob("*.conf")):
                (self.conf / _OF_WATCHDOG).unlink(missing_ok=True)
                self._call("shutdown")
                pidfile = self.run / "supervisord.pid"  # removed at the very end; the pid may stay as a zombie
                _wait(lambda: not pidfile.exists(), "supervisord did not shut down", self.logs)

    def _watchdog(self) -> str:
        command = [sys.executable, "-m", "pulumi_sixfold.local.watchdog", str(self.run)]
        log = _escaped(_escaped(str(self.log(WATCHDOG))))
        return _PROGRAM.format(name=WATCHDOG, command=_escaped(shlex.join(command)), stop_timeout_s=5, log=log)

    def _boot(self) -> None:
        socket = self._socket()
        socket.unlink(missing_ok=True)
        values = {"socket": socket, "logs": self.logs, "run": self.run}
        main = self.run / "supervisord.conf"
        main.write_text(_MAIN.format(**{key: _escaped(str(value)) for key, value in values.items()}))
        done = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(main)],
            env=base_environment(),
            cwd=self.run,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,  # survives the engine, its process group and Ctrl-C
            check=False,
        )
        if done.returncode:
            raise ProviderError(f"supervisord did not start: {done.stdout}{done.stderr}".strip(), remedy=f"see {main}")
        _wait(self.answers, f"supervisord did not answer at {socket}", self.logs)
        self.guard()

    def answers(self) -> bool:
        """Return whether it runs, with what it has been given so far."""
        try:
            self._call("getState")
        except OSError:
            return False
        return True

    def _call(self, method: str, *arguments: Any) -> Any:  # noqa: ANN401 - whatever XML-RPC carries
        """Call supervisord's `supervisor.<method>`.

        Raises:
            OSError: it does not run.
            xmlrpc.client.Fault: it refused.

        """
        from supervisor.xmlrpc import SupervisorTransport  # noqa: PLC0415 - not needed for AWS

        transport = SupervisorTransport(None, None, f"unix://{self._socket()}")
        try:
            proxy = xmlrpc.client.ServerProxy("http://supervisor", transport=transport)
            return getattr(proxy.supervisor, method)(*arguments)
        finally:
            transport.close()

    def _socket(self) -> Path:
        return socket_in(self.run, "supervisor.sock")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep all other threads and plugin processes out."""
        for folder in (self.conf, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        with (self.run / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def base_environment() -> dict[str, str]:
    """Return the environment that programs start from: nothing of the engine's, whose tokens are in there."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}


def _escaped(text: str) -> str:
    """Return a text as a value in supervisord's configuration, which expands `%`."""
    return text.replace("%", "%%")


@contextmanager
def _unless(*codes: int) -> Iterator[None]:
    """Let these faults of supervisord pass."""
    try:
        yield
    except xmlrpc.client.Fault as fault:
        if fault.faultCode not in codes:
            raise


def _wait(done: Callable[[], bool], otherwise: str, logs: Path) -> None:
    end = time.monotonic() + _STARTED_WITHIN_S
    while not done():
        if time.monotonic() > end:
            raise ProviderError(f"{otherwise} within {_STARTED_WITHIN_S} s", remedy=f"see {logs / 'supervisord.log'}")
        time.sleep(_POLL_S)
