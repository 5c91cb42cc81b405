"""A Process under a real supervisord."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler
from pulumi_sixfold.local.supervisor import Supervisor

Make = Callable[..., ProcessArgs]
Ask = Callable[[ProcessArgs], dict[str, Any] | None]
URN = "urn:pulumi:test::test::sixfold:local:Process::server"

PARENT_OF_A_STUBBORN_CHILD = """
import subprocess, sys
child = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
with subprocess.Popen([sys.executable, "-c", child]) as process:
    print(process.pid, flush=True)
"""


def run(args: ProcessArgs) -> Path:
    return Path(args.home) / "run"


def changed(args: ProcessArgs, **inputs: Any) -> ProcessArgs:
    return args.model_copy(update=inputs)


def _until(met: Callable[[], object], within_s: float = 20) -> None:
    deadline = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_it_answers_once_it_is_created(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server()
    handler.create(URN, args)
    answer = ask(args)
    assert answer
    assert answer["config"] == "one"


def test_it_gets_its_own_environment_and_nothing_of_the_engines(
    handler: ProcessHandler, server: Make, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "hush")
    args = server(environment={"OWN": 'a "quoted" %s\nvalue', "WHERE": "{dir}"})
    folder = handler.create(URN, args)
    answer = ask(args)
    assert answer
    assert answer["env"]["OWN"] == 'a "quoted" %s\nvalue'
    assert answer["env"]["WHERE"] == folder
    assert set(answer["env"]) <= {"OWN", "WHERE", "PATH", "HOME", "LANG", "TZ", "LC_CTYPE"}


def test_it_comes_back_after_a_crash(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server()
    handler.create(URN, args)
    before = ask(args)
    assert before
    time.sleep(1.2)  # supervisord counts what dies within a second as a failed start, and then waits
    os.kill(before["pid"], signal.SIGKILL)
    _until(lambda: (after := ask(args)) and after["pid"] != before["pid"])


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_a_supervisord_that_ends_or_hangs_is_started_again_by_itself(
    handler: ProcessHandler, server: Make, ask: Ask, sent: signal.Signals
) -> None:
    args = server()
    folder = handler.create(URN, args)
    before, supervisor = ask(args), Supervisor(Path(args.home))
    assert before
    os.kill(supervisor.pid() or 0, sent)
    _until(lambda: (after := ask(args)) and after["pid"] != before["pid"], within_s=120)
    handler.delete(folder, args)
    _until(lambda: not supervisor.is_guarded())


def test_a_guardian_that_ends_is_started_again(handler: ProcessHandler, server: Make) -> None:
    args = server()
    handler.create(URN, args)
    supervisor = Supervisor(Path(args.home))
    _until(supervisor.is_guarded)
    os.kill(_guardian(supervisor), signal.SIGKILL)
    _until(supervisor.is_guarded)


def test_a_watchdog_whose_supervisord_is_another_ends(tmp_path: Path) -> None:
    (tmp_path / "run" / "conf.d").mkdir(parents=True)
    (tmp_path / "run" / "supervisord.pid").write_text("1")
    command = [sys.executable, "-m", "pulumi_sixfold.local.watchdog", str(tmp_path / "run")]
    assert subprocess.run(command, timeout=30, check=False).returncode == 0


def _guardian(supervisor: Supervisor) -> int:
    """Return the pid of the guardian of a home."""
    wanted = b"pulumi_sixfold.local.guardian\0" + bytes(supervisor.run)
    (pid,) = (path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if wanted in _read(path))
    return int(pid)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_one_that_hangs_is_ended_and_starts_again(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server(hang_timeout_s=1)
    handler.create(URN, args)
    before = ask(args)
    assert before
    time.sleep(2)  # the watchdog has heard it
    os.kill(before["pid"], signal.SIGSTOP)
    _until(lambda: (after := ask(args)) and after["pid"] != before["pid"])


def test_a_stopped_worker_in_a_session_of_its_own_ends_with_its_parent(handler: ProcessHandler, server: Make) -> None:
    parent = PARENT_OF_A_STUBBORN_CHILD.replace("child])", "child], start_new_session=True)")
    args = server(command=[sys.executable, "-c", parent], health_url=None)
    folder = handler.create(URN, args)
    child = int((run(args) / "logs" / "server-1.log").read_text())
    os.kill(child, signal.SIGSTOP)
    handler.delete(folder, args)
    _until(lambda: not _runs(child))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_the_last_delete_stops_supervisord_and_keeps_the_log(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    first, second = server(), server(program="server-2")
    ids = [handler.create(URN, first), handler.create(URN, second)]
    handler.delete(ids[0], first)
    assert ask(first) is None
    assert ask(second)
    handler.delete(ids[1], second)
    handler.delete(ids[1], second)
    assert not (run(first) / "supervisord.pid").exists()
    assert "starting with one" in (run(first) / "logs" / "server-1.log").read_text()


def test_a_stop_is_graceful(handler: ProcessHandler, server: Make) -> None:
    args = server()
    handler.delete(handler.create(URN, args), args)
    assert "stopping gracefully" in (run(args) / "logs" / "server-1.log").read_text()


def test_what_ignores_the_stop_is_killed_in_time(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server("stubborn", stop_timeout_s=1)
    folder = handler.create(URN, args)
    started = time.monotonic()
    handler.delete(folder, args)
    assert ask(args) is None
    assert time.monotonic() - started < 8


def test_a_failing_start_says_why_and_leaves_nothing(handler: ProcessHandler, server: Make) -> None:
    args = server("bad")
    started = time.monotonic()
    with pytest.raises(ProviderError, match="the config is bad"):
        handler.create(URN, args)
    assert time.monotonic() - started < 10
    assert not (run(args) / "server-1").exists()
    assert not (run(args) / "supervisord.pid").exists()


def test_a_start_that_is_never_ready_ends_in_time(handler: ProcessHandler, server: Make) -> None:
    args = server(command=[sys.executable, "-c", "import time; print('dozing', flush=True); time.sleep(60)"])
    with pytest.raises(ProviderError, match=r"(?s)was not ready within 1 s.*dozing"):
        handler.create(URN, changed(args, start_timeout_s=1))


def test_a_port_that_is_taken_is_refused_before_the_start(handler: ProcessHandler, server: Make) -> None:
    args = server()
    handler.create(URN, args)
    with pytest.raises(ProviderError, match="another program already listens"):
        handler.create(URN, changed(args, program="server-2"))


def test_a_restart_takes_the_new_inputs(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server()
    folder = handler.create(URN, args)
    handler.update(URN, folder, changed(args, files={"config.json": "two"}))
    answer = ask(args)
    assert answer
    assert answer["config"] == "two"


def test_a_failing_update_leaves_the_old_one_running(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server()
    folder = handler.create(URN, args)
    with pytest.raises(ProviderError, match="the config is bad"):
        handler.update(URN, folder, changed(args, files={"config.json": "bad"}))
    answer, state = ask(args), handler.read(folder)
    assert answer
    assert answer["config"] == "one"
    assert state
    assert state.args == args


WAYS: dict[str, dict[str, Any]] = {
    "post": {},
    "socket": {"reload": {"url": "http://{socket}/", "file": "config.json"}, "environment": {"ADMIN": "{socket}"}},
    "hangup": {"hangup": ["sh", "-c", "! grep bad {dir}/config.json || { echo the config is bad; exit 1; }"]},
}


@pytest.fixture(params=WAYS)
def reloading(request: pytest.FixtureRequest, server: Make) -> ProcessArgs:
    """The inputs of a server that takes new files without a restart."""
    args = server()
    way = WAYS[request.param] or {"reload": {"url": args.health_url, "file": "config.json"}}
    return ProcessArgs.model_validate(args.properties() | way)


def test_a_reload_changes_the_files_without_a_restart(
    handler: ProcessHandler, reloading: ProcessArgs, ask: Ask
) -> None:
    folder = handler.create(URN, reloading)
    before = ask(reloading)
    assert before
    handler.update(URN, folder, changed(reloading, files={"config.json": "two"}))
    _until(lambda: (after := ask(reloading)) and (after["pid"], after["config"]) == (before["pid"], "two"))


def test_a_refused_reload_says_why_and_keeps_the_old_files(
    handler: ProcessHandler, reloading: ProcessArgs, ask: Ask
) -> None:
    folder = handler.create(URN, reloading)
    with pytest.raises(ProviderError, match="the config is bad"):
        handler.update(URN, folder, changed(reloading, files={"config.json": "bad"}))
    answer = ask(reloading)
    assert answer
    assert answer["config"] == "one"
    assert Path(folder, "config.json").read_text() == "one"


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives a folder away")
def test_a_home_of_another_user_is_refused(handler: ProcessHandler, server: Make) -> None:
    (home := run(args := server()).parent).mkdir()
    os.chown(home, 12345, 12345)
    with pytest.raises(ProviderError, match="belongs to another user"):
        handler.create(URN, args)


def test_its_health_check_may_need_a_login(handler: ProcessHandler, server: Make) -> None:
    args = server(environment={"LOGIN": "user:word"}, start_timeout_s=1)
    with pytest.raises(ProviderError, match="answers 401"):
        handler.create(URN, args)
    handler.create(URN, changed(args, health_login="user:word"))


def test_an_update_with_nothing_to_do_does_not_restart(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server()
    folder = handler.create(URN, args)
    before = ask(args)
    handler.update(URN, folder, args)
    after = ask(args)
    assert before
    assert after
    assert before["pid"] == after["pid"]


def test_a_longer_start_timeout_does_not_restart(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    args = server()
    folder = handler.create(URN, args)
    before = ask(args)
    handler.update(URN, folder, changed(args, start_timeout_s=40))
    after, state = ask(args), handler.read(folder)
    assert before
    assert after
    assert state
    assert before["pid"] == after["pid"]
    assert state.args.start_timeout_s == 40


def test_a_stop_leaves_no_children(handler: ProcessHandler, server: Make) -> None:
    args = server(command=[sys.executable, "-c", PARENT_OF_A_STUBBORN_CHILD], health_url=None)
    folder = handler.create(URN, args)
    log = run(args) / "logs" / "server-1.log"
    handler.delete(folder, args)
    pid = next(line for line in log.read_text().splitlines() if line.isdigit())
    status = Path("/proc", pid, "stat")
    deadline = time.monotonic() + 5
    while status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_supervisord_takes_its_programs_along_and_is_replaced(
    handler: ProcessHandler, server: Make, ask: Ask
) -> None:
    args = server()
    folder = handler.create(URN, args)
    os.kill(int((run(args) / "supervisord.pid").read_text()), signal.SIGKILL)
    state = handler.read(folder)
    assert state
    assert state.args.running is False
    handler.update(URN, folder, args)
    assert ask(args)


def test_a_home_too_long_for_a_socket_works(handler: ProcessHandler, server: Make, ask: Ask, tmp_path: Path) -> None:
    args = server(home=str(tmp_path / ("long " * 20)))
    folder = handler.create(URN, args)
    assert ask(args)
    handler.delete(folder, args)


def test_many_start_at_once(handler: ProcessHandler, server: Make, ask: Ask) -> None:
    all_args = [server(program=f"server-{index}") for index in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda args: handler.create(URN, args), all_args))
    assert all(ask(args) for args in all_args)


def test_a_program_that_another_ones_boot_has_started_is_started_anew(
    handler: ProcessHandler, server: Make, ask: Ask
) -> None:
    args = server()
    handler.create(URN, args)
    before = ask(args)
    Supervisor(Path(args.home)).start(str(args.program), stop_timeout_s=args.stop_timeout_s)
    _until(lambda: (after := ask(args)) and before and after["pid"] != before["pid"])
