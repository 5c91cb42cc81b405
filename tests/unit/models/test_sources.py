"""Source files: read as they were published, or refused whole, with the place."""

import zipfile
from pathlib import Path

import pytest

from models.sources import read
from sixfold.errors import SixfoldError
from sixfold.product import Source

WHOLE = 'id,city,late\n1,"São Paulo, SP",NA\n2,"a\nb",0\n'


def source(path: Path, body: bytes) -> Source:
    path.write_bytes(body)
    return Source("raw.cities", path, "arrivals", "where it is")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read_as_it_was_published(tmp_path: Path, encoding: str) -> None:
    found = read(source(tmp_path / "cities.csv", WHOLE.encode(encoding)))
    assert found.rows() == [("1", "São Paulo, SP", None), ("2", "a\nb", "0")]
    assert found.columns == ["id", "city", "late"]


@pytest.mark.parametrize(("encoding", "place"), [("latin-1", "line 2, byte 17"), ("utf-16", "line 1, byte 0")])
def test_a_file_in_another_encoding_is_refused_with_line_and_byte(tmp_path: Path, encoding: str, place: str) -> None:
    with pytest.raises(SixfoldError, match=rf"(?s)cities\.csv is not UTF-8: {place} .*iconv"):
        read(source(tmp_path / "cities.csv", WHOLE.encode(encoding)))


@pytest.mark.parametrize("body", [b"", b"a,b\n" + b"x" * 200_000 + b",1\n"])
def test_a_file_that_is_no_csv_is_refused_and_named(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(SixfoldError, match=r"cities\.csv cannot be read as CSV"):
        read(source(tmp_path / "cities.csv", body))


@pytest.mark.parametrize("cut", ['3,"Rio', "3", '3,"Rio, RJ'])
def test_a_file_that_was_cut_off_is_refused_whole_with_the_line(tmp_path: Path, cut: str) -> None:
    with zipfile.ZipFile(path := tmp_path / "cities.zip", "w") as archive:
        archive.writestr("cities.csv", WHOLE + cut)
    with pytest.raises(
        SixfoldError, match=r"(?s)cities\.zip cannot be read as CSV: [12] fields in line 5, and 3 in.*cut off"
    ):
        read(Source("raw.cities", path, "arrivals", "where it is"))
