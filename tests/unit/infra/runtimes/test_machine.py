"""A stack on this machine as it is declared: the program under mocks, without an engine or a process."""

from pathlib import Path

from infra.checks.recording import record
from sixfold.stack import read

ROOT = Path(__file__).parents[4]


def test_only_services_of_ours_restart_with_our_code(tmp_path: Path) -> None:
    settings = read(ROOT / "stacks" / "Pulumi.local.yaml")
    planned = record("local", settings, root=ROOT, home=tmp_path)
    processes = [each for each in planned if each.type == "sixfold:local:Process"]
    restarting = {each.urn.rsplit("::", 1)[-1] for each in processes if each.inputs["environment"].get("SIXFOLD_CODE")}
    assert restarting == {"evaluation", "exporter", "inbox", "portal"}
    assert len(processes) > len(restarting)
