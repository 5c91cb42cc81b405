"""All commands as a script calls them: JSON on stdout, errors on stderr, and names that do not exist."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from botocore.exceptions import NoCredentialsError
from typer.core import TyperGroup

from delivery import lifecycle
from delivery.commands import app, main
from delivery.replay import Reached
from models.candidate import Candidate
from sixfold.outputs import keyring_name
from sixfold.registry.releases import Record, Registry
from tests.unit.delivery._stacks import Engine, file_of, platform_at

NAME = "flight-delays"
WITHOUT_JSON = {
    "up": "its stages are for people; `status --json` has the outcome",
    "down": "the exit code says it all",
    "recover": "the exit code says it all",
    "demo": "it shows, and decides nothing",
    "predict": "it prints the answer, which is JSON",
    "dashboard": "it prints JSON",
    "deployer-policy": "it prints JSON",
    "codeowners": "it prints a file for GitHub",
    "sbom": "it prints CycloneDX, which is JSON",
    "env": "it prints lines for a shell",
}
VALUES = {
    "name": "new-one",
    "task": "binary",
    "framework": "sklearn",
    "version": "v1",
    "digest": "abc",
    "report": "abc",
    "run": "abc",
    "other": "abc",
    "source": "local",
    "target": "local",
    "since": "2013-10-01",
    "until": "2013-10-02",
    "yes": None,
}
Run = Callable[..., tuple[int, str, str]]


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from leaves(inner, (*path, name))


COMMANDS = {" ".join(path): command for path, command in leaves(typer.main.get_command(app))}


def takes(command: str) -> set[str]:
    return {parameter.name for parameter in COMMANDS[command].params}


def call(command: str, **given: str) -> list[str]:
    """Return the arguments of a command: those that are given, and values for the others that it needs."""
    arguments, options = command.split(), list[str]()
    for parameter in COMMANDS[command].params:
        value = given.get(parameter.name, VALUES.get(parameter.name))
        if parameter.param_type_name == "argument":
            arguments.append(str(value))
        elif parameter.name == "yes":
            options.append("--yes")
        elif parameter.required or parameter.name in given:
            options += [parameter.opts[0], str(value)]
    return [*arguments, *options]


@pytest.fixture
def run(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `sixfold` on a stack that is up, and returns exit code, stdout and stderr."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "Pulumi.yaml").touch()
    (file := tmp_path / "stacks" / "Pulumi.local.yaml").write_text(file_of(NAME))
    engine = Engine(file, platform_at(moto))
    monkeypatch.setattr("delivery.live_stack.Engine", lambda *_, **__: engine)
    monkeypatch.setenv("SIXFOLD_HOME", str(tmp_path / ".sixfold"))
    monkeypatch.delenv("STACK", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["sixfold", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def test_every_command_that_a_script_may_call_has_json() -> None:
    assert {name for name in COMMANDS if "as_json" not in takes(name)} == WITHOUT_JSON.keys()


@pytest.mark.parametrize("command", [name for name in COMMANDS if "product" in takes(name)])
def test_an_unknown_product_is_an_error_that_names_the_known_ones(command: str, run: Run) -> None:
    code, out, err = run(*call(command, product="flight-delay"))
    assert (code, out) == (1, "")
    assert "there is no product 'flight-delay'" in err
    assert re.search(rf"name one of these: .*\b{NAME}\b", err)


@pytest.mark.parametrize("command", [name for name in COMMANDS if "version" in takes(name)])
def test_an_unknown_version_is_an_error_that_names_the_known_ones(command: str, run: Run) -> None:
    code, out, err = run(*call(command, product=NAME, version="v9"))
    assert (code, out) == (1, "")
    assert "flight-delays has no API version 'v9'" in err
    assert "name one of these: v1" in err


@pytest.fixture
def published(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same with one published release, `bbb…`."""
    record = Record.model_construct(product=NAME, digest="b" * 64)
    monkeypatch.setattr(Registry, "records", lambda *_: [record])
    return run


@pytest.mark.parametrize("digest", ["abc", ""])
@pytest.mark.parametrize("command", [name for name in COMMANDS if "digest" in takes(name)])
def test_an_unknown_digest_is_an_error_that_names_the_known_ones(command: str, digest: str, published: Run) -> None:
    code, out, err = published(*call(command, product=NAME, digest=digest))
    assert (code, out) == (1, "")
    assert f"there is no release '{digest}' of flight-delays" in err
    assert "name one of these, newest first: bbbbbbbbbbbb" in err


@pytest.mark.parametrize("command", ["release", "rollout"])
def test_without_any_release_the_error_says_how_to_publish_one(command: str, run: Run) -> None:
    code, _, err = run(*call(command, product=NAME))
    assert (code, "sixfold publish flight-delays" in err) == (1, True)


@pytest.mark.parametrize("command", [name for name in COMMANDS if "stack" in takes(name) and name != "dashboard"])
def test_an_unknown_stack_is_an_error_that_names_the_known_ones(command: str, run: Run) -> None:
    code, _, err = run(*call(command, product=NAME, stack="nowhere"))
    assert (code, "name one of these stacks: local" in err) == (1, True)


def test_the_progress_of_a_command_with_json_is_on_stderr(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = Candidate.__new__(Candidate)
    made.path = tmp_path

    def train(_platform: Any, _product: Any, _folder: Path, report: Any) -> Candidate:
        report.say("trial 1 of 4")
        return made

    record = type("Record", (), {"training_key": "k", "metrics": {"roc_auc": 0.7}})
    made.record = record  # type: ignore[assignment] # has what the command reads
    monkeypatch.setattr(lifecycle, "train", train)
    code, out, err = run("train", NAME, "--json")
    assert (code, "trial 1 of 4" in err) == (0, True)
    assert json.loads(out) == {
        "product": NAME, "training_key": "k", "metric": "roc_auc", "value": 0.7, "candidate": str(tmp_path)
    }  # fmt: skip


def test_a_removal_prints_what_it_deleted(run: Run) -> None:
    code, out, _ = run("remove", NAME, "--yes", "--json")
    assert (code, json.loads(out)["deletes"]["stack file"]) == (0, [NAME])


def test_the_ledger_of_a_product_without_entries_is_empty_and_no_error(run: Run) -> None:
    assert run("ledger", NAME, "--json") == (0, "", "")


@pytest.mark.parametrize(("failed", "finished", "code"), [(0, True, 0), (3, True, 1), (0, False, 130)])
def test_a_replay_ends_with_what_became_of_its_predictions(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, failed: int, finished: bool, code: int
) -> None:
    reached = Reached(datetime(2013, 10, 2, tzinfo=UTC), answered=7, failed=failed)
    monkeypatch.setattr("delivery.replay.resumable", lambda *_: (reached, finished))
    ended, out, _ = run(*call("replay", product=NAME), "--json")
    document = json.loads(out)
    assert (ended, document["answered"], document["failed"], document["finished"]) == (code, 7, failed, finished)


@pytest.fixture
def keyed(run: Run, moto: str) -> Run:
    """The same with the keyring that the program makes."""
    secrets = boto3.client("secretsmanager", region_name="eu-west-1", endpoint_url=moto)
    secrets.create_secret(Name=keyring_name("local", NAME), SecretString=json.dumps({"signing": "a" * 64}))
    return run


def test_a_key_is_alone_on_stdout_and_is_not_shown_again(keyed: Run) -> None:
    code, key, said = keyed("consumer", "add", NAME, "rebooking")
    assert (code, bool(re.fullmatch(r"sixfold_[0-9a-f]{12}_\S{43}\n", key)), key.strip() in said) == (0, True, False)
    code, listed, _ = keyed("consumer", "list", NAME, "--json")
    (other, own) = json.loads(listed)
    assert (code, other, own["consumer"], len(own["keys"])) == (
        0,
        {"consumer": "gate-planning", "keys": []},
        "rebooking",
        1,
    )
    assert own["keys"][0]["id"] in key
    assert "sha256" not in listed


def test_keys_are_rotated_and_revoked(keyed: Run) -> None:
    keyed("consumer", "add", NAME, "rebooking")
    keyed("consumer", "rotate", NAME, "rebooking")
    numbers = [each["id"] for each in json.loads(keyed("consumer", "list", NAME, "--json")[1])[1]["keys"]]
    keyed("consumer", "revoke", NAME, "rebooking", "--key", numbers[0])
    (left,) = json.loads(keyed("consumer", "list", NAME, "--json")[1])[1]["keys"]
    assert (len(numbers), left["id"]) == (2, numbers[1])
    assert keyed("consumer", "rotate-signing", NAME)[0] == 0


@pytest.mark.parametrize("command", ["add", "rotate", "revoke"])
def test_a_consumer_that_the_contract_does_not_name_is_an_error_that_helps(keyed: Run, command: str) -> None:
    code, out, err = keyed("consumer", command, NAME, "rebookings")
    assert (code, out, "rebookings" in err) == (1, "", True)


def test_a_rollback_for_a_program_must_not_ask(run: Run) -> None:
    code, _, err = run("rollback", NAME, "--json")
    assert (code, "add --yes" in err) == (2, True)


def test_the_environment_is_lines_for_a_shell(run: Run) -> None:
    code, out, _ = run("env")
    names = [line.partition("=")[0] for line in out.splitlines()]
    assert (code, names[0]) == (0, "export AWS_DEFAULT_REGION")
    assert set(names) >= {"export SIXFOLD_PLATFORM", "export SIXFOLD_HOME", "export AWS_ACCESS_KEY_ID"}


def test_published_releases_are_listed_with_what_they_answer(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record(
        product=NAME, digest="a" * 64, created=datetime(2026, 1, 2, tzinfo=UTC), git_commit="c" * 40, lock_hash="l",
        feature_hash="f", training_key="k", snapshots={}, metrics={"roc_auc": 0.71234},
    )  # fmt: skip
    monkeypatch.setattr(Registry, "records", lambda *_: [record])
    _, out, _ = run("releases", NAME)
    assert re.search(r"aaaaaaaaaaaa +2026-01-02 00:00 +0\.7123 +v1 100% +cccccccccccc", out)
    (listed,) = json.loads(run("releases", NAME, "--json")[1])
    assert (listed["digest"], listed["answers"]) == ("a" * 64, "v1 100%")


def test_an_error_of_aws_is_a_sentence_without_a_trace(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> list[Record]:
        raise NoCredentialsError

    monkeypatch.setattr(Registry, "records", away)
    code, out, err = run("releases", NAME)
    assert (code, out, "Traceback" in err, "set AWS_PROFILE" in err) == (1, "", False, True)


def test_what_is_piped_is_not_broken_in_two(run: Run) -> None:
    """A hint with a command in it is one line, however long the product's name and the folder are."""
    _, out, _ = run("check", NAME)
    (line,) = out.splitlines()
    assert (len(line) > 80, line.endswith("then `sixfold up`")) == (True, True)
