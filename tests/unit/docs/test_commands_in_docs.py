"""Every command that a page tells somebody to type exists, with those arguments."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from delivery.commands import app

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUNBOOKS = [page for page in PAGES if page.parent.name == "runbooks"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
VARIABLES = {"STACK", "BASE", "ARGS", "ORG"}
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_VENV = ".venv/bin/"
_INLINE = re.compile(r"`((?:(?:\.venv/bin/)?sixfold|make) [^`]+)`")
ClickException = typer.BadParameter.__mro__[2]
CLI = typer.main.get_command(app)


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each `sixfold` and `make` command in a text for a shell, also those in `$(…)`."""
    inner = re.compile(r"\$\(([^()]*)\)")
    for part in (inner.sub("x", text), *inner.findall(text)):
        bare = re.sub(r"(?m)(^|\s)#.*$", r"\1", part.replace("\\\n", " "))  # shlex takes a comment's newline with it
        lexer = shlex.shlex(bare, posix=True, punctuation_chars="|&;\n")
        lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
        command: list[str] = []
        for word in (*lexer, ";"):
            if word.strip("|&;\n"):
                command.append(word)
                continue
            while command and re.fullmatch(r"[A-Za-z_]+=.*", command[0]):
                del command[0]
            if command and command[0].removeprefix(_VENV) in {"sixfold", "make"}:
                yield [command[0].removeprefix(_VENV), *command[1:]]
            command = []


def fault(words: list[str]) -> str | None:
    """Return what is wrong with a command, None where it could be run."""
    program, *rest = words
    if program == "make":
        unknown = [word for word in rest if word.partition("=")[0] not in TARGETS | VARIABLES]
        return f"make has no {unknown}" if unknown else None
    if rest in (["--install-completion"], ["--show-completion"]):
        return None  # to parse one of these is to run it
    try:
        context, command = typer.Context(CLI), CLI
        while isinstance(command, TyperGroup):
            context = command.make_context("sixfold", rest, parent=context)
            _, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        command.make_context("sixfold", rest, parent=context)
    except typer.Exit:
        return None  # --version, --help
    except ClickException as error:
        return f"{' '.join(words)}: {error.format_message()}"
    return None


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_in_a_block_can_be_typed(page: Path) -> None:
    blocks = BLOCK.findall(page.read_text())
    assert not [wrong for block in blocks for words in commands(block) if (wrong := fault(words))]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_block_of_commands_is_marked_as_one(page: Path) -> None:
    assert not re.findall(r"^```\n(?:\$ )?(?:sixfold|make) ", page.read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_in_a_sentence_exists(page: Path) -> None:
    """In a sentence arguments may be left out, and an option may stand for itself."""
    spans = [" ".join(span.split()) for span in _INLINE.findall(_FENCE.sub("", page.read_text()))]
    wrong = [fault(words) for span in spans for words in commands(span)]
    left_out = re.compile(r"Missing|requires an argument|: $")
    assert not [each for each in wrong if each and not left_out.search(each)]


@pytest.mark.parametrize("page", RUNBOOKS, ids=_name)
def test_a_runbooks_commands_work_in_a_shell_without_the_environment(page: Path) -> None:
    assert not re.findall(r"(?m)(?:`|^ *)sixfold [^`\n]*", page.read_text())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("sixfold relase flight-delays v1 abc", "No such command"),
        ("sixfold release flight-delays v1", "Missing argument"),
        ("sixfold predict flight-delays --verion v1", "No such option"),
        ("make plam STACK=dev", "make has no"),
        ("digest=$(sixfold publsh flight-delays)", "No such command"),
        ("git pull && sixfold data lod flight-delays", "No such command"),
    ],
)
def test_a_misspelt_command_is_found(line: str, says: str) -> None:
    assert says in " ".join(filter(None, map(fault, commands(line))))
