"""`sixfold bundle`: an archive for whoever helps, with findings, logs, versions and alerts of a stack, without secrets.

Only named files go in: never the engine's state, nor the description of a process, which has its environment. What is
known to be a secret, or has the form of one, is replaced in every text.
"""

import io
import json
import platform
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from delivery.health.finding import Finding
from delivery.live_stack import LiveStack
from infra.checks.state import Held
from infra.stand_in.key import access_key
from sixfold.errors import SixfoldError

HIDDEN = "[hidden]"
_TAIL_BYTES = 1 << 20  # of each log
_FORMS = (
    re.compile(r"sixfold_[0-9a-f]{12}_[\w-]{43}"),  # a consumer's key
    re.compile(r"(?<=Bearer )[\w.~+/=-]{8,}"),
    re.compile(r"(?<=Basic )[\w+/=-]{8,}"),
    re.compile(r"(?<=//)[^/@\s\"']+:[^/@\s\"']+(?=@)"),  # a login in an address
    re.compile(r"\$2[aby]\$\d\d\$[\w./]{53}"),  # bcrypt
    re.compile(r"AKIA[0-9A-Z]{16}"),
    re.compile(r"(?i)(?<=secret_access_key[=:])\S+|(?<=passphrase[=:])\S+|(?<=x-amz-security-token[=:])\S+"),
    re.compile(r"(?<=X-Amz-Signature=)[0-9a-f]+"),
    re.compile(r'signing\\*"\s*:\s*\\*"[^"\\]+'),  # of a keyring, also within a JSON text
)


def pack(stack: LiveStack, findings: Iterable[Finding], into: Path, secrets: Iterable[str] = ()) -> list[str]:
    """Write the archive, a tar.gz, and return the names in it.

    Args:
        stack: a stack that need not be up.
        findings: those of `sixfold doctor`.
        into: the archive's path.
        secrets: texts to hide beside the stack's access key and all that has the form of a secret.

    """
    hide = hider([*secrets, *_keys(stack.project.home)])
    names = []
    with tarfile.open(into, "w:gz") as archive:
        for name, text in _texts(stack, findings):
            content = hide(text).encode()
            member = tarfile.TarInfo(f"{into.name.removesuffix('.tar.gz')}/{name}")
            member.size, member.mtime, member.mode = len(content), int(datetime.now(UTC).timestamp()), 0o600
            archive.addfile(member, io.BytesIO(content))
            names.append(name)
    into.chmod(0o600)
    return names


def hider(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return a function that hides these texts, and all that has the form of a secret."""
    known = [re.escape(secret) for secret in sorted(set(secrets), key=len, reverse=True) if secret]
    forms = [*([re.compile("|".join(known))] if known else []), *_FORMS]

    def hide(text: str) -> str:
        for form in forms:
            text = form.sub(HIDDEN, text)
        return text

    return hide


def _texts(stack: LiveStack, findings: Iterable[Finding]) -> Iterator[tuple[str, str]]:
    home = stack.project.home
    yield "findings.json", json.dumps([finding._asdict() for finding in findings], indent=2)
    yield "versions.txt", "\n".join(_versions()) + "\n"
    yield "resources.txt", "\n".join(_resources(stack)) + "\n"
    if stack.file.exists():
        yield f"stacks/{stack.file.name}", stack.file.read_text(errors="replace")
    logs = (*(home / "run" / "logs").glob("*.log"), *(home / "logs").glob(f"engine-{stack.name}.log*"))
    for log in sorted(logs, key=lambda path: path.name):
        yield f"logs/{log.name}", _tail(log)
    if (alerts := home / "alerts.jsonl").exists():
        yield alerts.name, _tail(alerts)
    for path in sorted((home / "ledger").rglob("*.json")):
        yield path.relative_to(home).as_posix(), path.read_text(errors="replace")


def _keys(home: Path) -> list[str]:
    return [access_key(home)] if (home / "access-key").exists() else []


def _versions() -> list[str]:
    own = [f"{platform.platform()}", f"python {platform.python_version()}"]
    return own + sorted(f"{each.metadata['Name']}=={each.version}" for each in distributions())


def _resources(stack: LiveStack) -> list[str]:
    """Return one line for each resource in the state: its type and its name, no inputs and no outputs."""
    try:
        held: list[Held] = stack.engine.held()
    except SixfoldError as error:
        return [f"the state cannot be read: {error.what}"]
    return [f"{each.type} {each.urn.rsplit('::', 1)[-1]} {each.id}" for each in held]


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode(errors="replace")
