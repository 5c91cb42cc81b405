"""A bad network: a fifth of the calls of an `up` meets with a fault."""

import random
import zlib
from dataclasses import replace

import pytest

from tests.faults._sample import seed
from tests.faults._stand import Stand, Truth, difference
from tests.faults._weather import PATIENCE_S, Weather, failed, half, lost, silent, slow, throttled

SEED = seed()
FAULTS = [throttled, failed, lost, half, silent, slow]


@pytest.fixture(scope="module")
def undisturbed(stand: Stand) -> Truth:
    return stand.truths("network")["up"]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_an_up_succeeds_or_says_why_and_the_next_one_converges(stand: Stand, undisturbed: Truth, fault: object) -> None:
    stand.reset()
    stand.prepare("network", "up")
    weather = Weather(fault, random.Random(SEED + zlib.crc32(fault.__name__.encode())))  # type: ignore[arg-type, attr-defined] # noqa: S311
    stand.proxy.watch(weather)
    hurried = {**stand.project.env, **({"SIXFOLD_AWS_TIMEOUT": str(PATIENCE_S)} if fault is silent else {})}
    ended = replace(stand.project, env=hurried).up(check=False)
    stand.proxy.watch()
    assert weather.hit, f"seed {SEED}"
    assert fault is not slow or ended.returncode == 0, ended.stdout
    if ended.returncode:
        assert "sixfold:ec2:" in ended.stdout, ended.stdout
        assert "→" in ended.stdout, ended.stdout
    stand.engine.up("--refresh")
    wrong = difference(undisturbed, stand.truth("network"))
    assert not wrong, f"seed {SEED}, {[str(call) for call in weather.hit]}\n{wrong}\n{ended.stdout}"
