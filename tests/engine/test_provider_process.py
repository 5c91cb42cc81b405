"""Processes, as the real engine makes, replaces and destroys them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SERVER = """
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), SimpleHTTPRequestHandler).serve_forever()
"""
PROGRAM = """
import json, pulumi
from pulumi_sixfold.resources.process import Process, ProcessArgs

args = json.load(open("args.json"))
secret = pulumi.Output.secret("hush-hush")
process = Process("web", ProcessArgs(**args, environment={"TOKEN": secret}))
pulumi.export("log", process.log)
pulumi.export("program", process.program)
"""


@pytest.fixture
def web(pulumi_project: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """A function that writes the program of a stack with one server on a port."""
    projects: list[Any] = []

    def write(port: int, **more: Any) -> Any:
        args = {
            "home": str(tmp_path / "home"),
            "command": [sys.executable, "-c", SERVER, str(port)],
            "health_url": f"http://127.0.0.1:{port}/",
            "start_timeout_s": 20,
        }
        project = projects[0] if projects else pulumi_project(PROGRAM)
        projects.append(project)
        (project.root / "args.json").write_text(json.dumps(args | more))
        return project

    return write


def up_in_background(project: Any) -> subprocess.Popen[bytes]:
    command = ["pulumi", "up", "--yes", "--skip-preview"]
    return subprocess.Popen(command, cwd=project.root, env=project.env, stdout=subprocess.DEVNULL)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2):
            return True
    except OSError:
        return False


def test_one_that_a_refresh_saw_stopped_is_destroyed(
    web: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    project = web(free_port())
    project.up()
    program = project.outputs()["program"]
    settings = tmp_path / "home" / "run" / "supervisord.conf"
    supervisorctl = Path(sys.executable).with_name("supervisorctl")
    subprocess.run([supervisorctl, "-c", settings, "stop", program], check=True)
    project.refresh()
    project.destroy()
    assert not project.resources()


def test_up_starts_it_and_destroy_leaves_no_process(
    web: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    project = web(port := free_port())
    project.up()
    assert answers(port)
    project.preview("--refresh", "--expect-no-changes")
    project.destroy()
    assert not answers(port)
    assert not (tmp_path / "home" / "run" / "supervisord.pid").exists()


def test_a_secret_is_never_in_clear_in_the_state(web: Callable[..., Any], free_port: Callable[[], int]) -> None:
    project = web(free_port())
    project.up()
    project.refresh()
    assert "hush-hush" not in json.dumps(project.stack_export())


def test_another_address_replaces_it_without_a_gap(web: Callable[..., Any], free_port: Callable[[], int]) -> None:
    old, new = free_port(), free_port()
    web(old).up()
    gaps, done = [], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            gaps.append(not (answers(old) or answers(new)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    web(new).up()
    done.set()
    watcher.join()
    assert gaps
    assert not any(gaps)
    assert not answers(old)


def test_a_failing_start_fails_the_up_with_the_log(
    web: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    project = web(free_port(), command=[sys.executable, "-c", "raise SystemExit('no model in this release')"])
    result = project.up(check=False)
    assert result.returncode != 0
    assert "no model in this release" in result.stdout
    assert "web" not in project.resources()
    assert not (tmp_path / "home" / "run" / "supervisord.pid").exists()


def test_a_stopped_process_is_found_and_started_again(
    web: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    project = web(port := free_port())
    project.up()
    os.kill(int((tmp_path / "home" / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    project.up("--refresh")
    assert answers(port)


def test_an_up_killed_half_way_is_taken_up_by_the_next(
    web: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    slow = "import time; time.sleep(4); " + SERVER
    port = free_port()
    project = web(port, command=[sys.executable, "-c", slow, str(port)])
    pidfile = tmp_path / "home" / "run" / "supervisord.pid"
    with up_in_background(project) as up:
        while not pidfile.exists():
            time.sleep(0.05)
        up.kill()
    before = pidfile.read_text()
    project.cli("cancel", "--yes")
    project.up()
    assert answers(port)
    assert pidfile.read_text() == before
    assert len(list((tmp_path / "home" / "run" / "conf.d").glob("web-*.conf"))) == 1


def test_ctrl_c_ends_a_start_that_takes_long_and_leaves_nothing(
    web: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    port = free_port()
    project = web(port, command=[sys.executable, "-c", "import time; time.sleep(60)"], start_timeout_s=60)
    pidfile = tmp_path / "home" / "run" / "supervisord.pid"
    with up_in_background(project) as up:
        while not pidfile.exists():
            time.sleep(0.05)
        up.send_signal(signal.SIGINT)
        assert up.wait(30) != 0
    assert "web" not in project.resources()
    assert not pidfile.exists()
