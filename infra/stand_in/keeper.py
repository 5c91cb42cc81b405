"""Keeps what the stand-in for AWS is told: a WSGI application before moto, and one SQLite file.

moto holds everything in memory. An answer leaves only after the change that it acknowledges is in the file, so that a
kill loses nothing that anybody was told is there. Objects and items are kept as they are; of all else the calls
themselves are kept, and made again at the start, with the same draws. Reads pass by.
"""

import io
import json
import logging
import secrets
import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from infra.stand_in import draws, items, objects
from infra.stand_in.calls import Call
from infra.stand_in.guard import App

_OPEN = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, service TEXT, action TEXT, subject TEXT, seed INTEGER, environ TEXT NOT NULL, body BLOB
);
CREATE INDEX IF NOT EXISTS calls_by_subject ON calls (subject, action);
"""
_log = logging.getLogger(__name__)
Effect = Callable[[sqlite3.Connection], None]


class Keeper:
    """A WSGI application before moto.

    Args:
        app: moto.
        file: created where it does not exist; only its owner may read the folder.

    """

    def __init__(self, app: App, file: Path) -> None:
        self._app, self._file = app, file
        self._writing = Lock()  # the order of the calls in the file is that in which moto took them
        self._owed: list[Effect] = []  # taken by moto, and not yet in the file
        self._db = self._open()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request once its change is kept."""
        call = Call.of(environ)
        if call.reads:
            return self._app(environ, start_response)
        with self._writing:
            seed = secrets.randbits(62)
            asked = json.dumps({name: value for name, value in environ.items() if isinstance(value, str | dict)})
            status, headers, answer = self._ask(environ, seed)
            if status < "4":
                self._owed.append(_effect(call, seed, asked))
            try:
                self._settle()
            except sqlite3.Error as error:  # a full disk: the caller tries again, and so does the next call
                text = f"The local AWS cannot keep this in {self._file}: {error}. Is the disk full?\n"
                status, headers, answer = "503 Service Unavailable", [("Content-Type", "text/plain")], [text.encode()]
            except Exception:
                self._owed.clear()  # none of it was acknowledged, and one fault must not end all later calls
                raise
        start_response(status, headers)
        return answer

    def load(self) -> int:
        """Bring back what the file holds; return the number of calls that moto refused, which are logged.

        Raises:
            sqlite3.DatabaseError: it cannot be read. It is set aside, so that the next start succeeds.

        """
        try:
            return self._load()
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._set_aside(error)
            raise

    def _load(self) -> int:
        refused = 0
        query = "SELECT service, action, seed, environ, body FROM calls ORDER BY id"
        for service, action, seed, asked, body in self._db.execute(query).fetchall():
            status, _, answer = self._ask(json.loads(asked) | _stream(body), seed)
            if status >= "4":
                refused += 1
                _log.warning("%s %s of before: %s %r", service, action, status, b"".join(answer)[:200])
        with self._db:
            objects.restore(self._db)
            items.restore(self._db)
        self._db.execute("PRAGMA incremental_vacuum").fetchall()
        return refused

    def close(self) -> None:
        """Close the file."""
        with self._writing:
            self._db.close()

    def _open(self) -> sqlite3.Connection:
        try:
            return _connect(self._file)
        except sqlite3.OperationalError:
            raise  # the disk, or another process
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            return _connect(self._file)

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        """Move a file that cannot be read out of the way; `make up` then makes again what can be made again."""
        aside = self._file.with_name(f"{self._file.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        for end in ("", "-wal"):
            with suppress(FileNotFoundError):
                self._file.with_name(f"{self._file.name}{end}").rename(f"{aside}{end}")
        _log.error("%s cannot be read: %s. It is %s now, and AWS is empty: `make up`", self._file, error, aside)

    def _ask(self, environ: WSGIEnvironment, seed: int) -> tuple[str, list[tuple[str, str]], list[bytes]]:
        """Let moto answer, with these draws."""
        head: list[Any] = []
        draws.seed(seed)

        def start(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            head[:] = [status, headers]
            return lambda _: None

        answer = self._app(environ, start)
        try:
            return head[0], head[1], list(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def _settle(self) -> None:
        with self._db:
            for effect in self._owed:
                effect(self._db)
        self._owed.clear()


def _connect(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, check_same_thread=False)  # all threads, one after the other
    try:
        db.executescript(_OPEN + objects.TABLE + ";" + items.TABLE)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _stream(body: bytes) -> dict[str, Any]:
    return {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True, "wsgi.errors": sys.stderr}


def _effect(call: Call, seed: int, asked: str) -> Effect:
    """Return the change to the file that a call makes which moto has taken."""
    if call.service == "s3" and (keys := call.keys):
        return lambda db: objects.keep(db, call.bucket, keys)
    if call.service == "dynamodb" and call.action in items.WRITES:
        return lambda db: items.keep(db, call)
    return lambda db: _keep(db, call, seed, asked)


def _keep(db: sqlite3.Connection, call: Call, seed: int, asked: str) -> None:
    """Keep a call itself, and forget those that it makes needless: a table in use changes every few seconds."""
    subject = f"{call.service}/{call.region}/{call.table}" if call.table else ""
    if subject and call.action == "UpdateTable":
        db.execute("DELETE FROM calls WHERE subject = ? AND action = ?", (subject, call.action))
    if subject and call.action == "DeleteTable":
        db.execute("DELETE FROM calls WHERE subject = ?", (subject,))
        items.forget(db, call.region, call.table)
        return
    row = (call.service, call.action, subject, seed, asked, call.body)
    db.execute("INSERT INTO calls (service, action, subject, seed, environ, body) VALUES (?, ?, ?, ?, ?, ?)", row)
