import asyncio
import gc
from pathlib import Path

from infra.checks.recording import record
from sixfold.stack import read

ROOT = Path(__file__).parents[4]


async def _nothing() -> None:
    """Stands for whatever a process did before."""


def test_the_program_is_recorded_in_a_process_that_ran_an_event_loop_before(tmp_path: Path) -> None:
    asyncio.run(_nothing())
    assert record("test", read(ROOT / "stacks/Pulumi.dev.yaml"), root=ROOT, home=tmp_path)


def test_a_second_recording_leaves_no_loop_unclosed(tmp_path: Path) -> None:
    for _ in range(2):
        record("test", read(ROOT / "stacks/Pulumi.local.yaml"), root=ROOT, home=tmp_path)
    gc.collect()  # warns of what it collects unclosed, and a warning is an error
