import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.stand_in.key import access_key


def test_every_program_of_a_home_reads_the_same_key_and_another_home_has_another(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(access_key, [tmp_path / "one"] * 8))
    assert len(keys) == 1
    assert keys != {access_key(tmp_path / "two")}


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    (home := tmp_path / "home").mkdir(0o755)
    access_key(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "access-key").stat().st_mode) == 0o600
