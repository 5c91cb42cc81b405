from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from delivery.demo import _broken_code


def test_the_broken_release_takes_minutes_for_hours_and_is_otherwise_the_same(tmp_path: Path) -> None:
    spec = spec_from_file_location("broken_lookup", _broken_code(tmp_path / "code") / "serving" / "lookup.py")
    assert spec
    assert spec.loader
    lookup = module_from_spec(spec)
    spec.loader.exec_module(lookup)
    assert lookup._known({"carrier_delay_7d": 60.0, "temp": 60.0, "precip": None}) == {
        "carrier_delay_7d": 1.0,
        "temp": 60.0,
    }
