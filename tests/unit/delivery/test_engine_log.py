"""The engine's lines: kept whole in a file, and shown as far as a person needs them."""

from pathlib import Path

from delivery import engine_log

ENDED = """\
 +  sixfold:s3:Bucket lake created (0.3s)

Resources:
    + 104 created
    ~ 2 updated
    +-1 replaced
    27 unchanged

Duration: 12s
"""
STOPPED = """\
 +  sixfold:s3:Bucket lake created (0.3s)
Diagnostics:
  sixfold:kms:Key (lake):
    error: AccessDenied

Resources:
    + 1 created
"""


def test_the_numbers_of_a_run_are_one_line(tmp_path: Path) -> None:
    (path := engine_log.begin(tmp_path, "dev")).write_text(ENDED)
    assert engine_log.counts(path) == "104 created, 2 updated, 1 replaced, 27 unchanged"


def test_a_run_that_stopped_shows_its_diagnostics(tmp_path: Path) -> None:
    (path := engine_log.begin(tmp_path, "dev")).write_text(STOPPED)
    assert engine_log.failure(path).startswith("Diagnostics:\n  sixfold:kms:Key (lake):\n    error: AccessDenied")


def test_a_run_that_was_killed_shows_its_last_lines(tmp_path: Path) -> None:
    (path := engine_log.begin(tmp_path, "dev")).write_text("one\ntwo\n")
    assert (engine_log.failure(path), engine_log.last(path)) == ("one\ntwo", "two")


def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    engine_log.begin(tmp_path, "dev").write_text("first")
    engine_log.begin(tmp_path, "dev").write_text("second")
    assert (tmp_path / "logs" / "engine-dev.log.1").read_text() == "first"
