"""Alarms on what only AWS sees of a stack: each part has one, and a topic is notified of each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.checks.recording import Planned, record
from infra.plans.aws.alarms import BUDGET_PERCENT
from sixfold.stack import Settings, parse, read

ROOT = Path(__file__).parents[4]
DEV = read(ROOT / "stacks" / "Pulumi.dev.yaml")


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> list[Planned]:
    return declared(DEV, tmp_path_factory.mktemp("home"))


def declared(settings: Settings, home: Path) -> list[Planned]:
    return record("dev", settings.model_copy(update={"account": "123456789012"}), root=ROOT, home=home)


def of(kind: str, found: list[Planned]) -> list[Mapping[str, Any]]:
    return [each.inputs for each in found if each.type == f"sixfold:{kind}"]


def test_each_way_out_the_cluster_and_each_topic_has_alarms(dev: list[Planned]) -> None:
    about = [next(iter(each["dimensions"].items())) for each in of("cloudwatch:Alarm", dev)]
    zones = DEV.network.zones if DEV.network else ()
    gateways = [("NatGatewayId", f"network-{DEV.region}{zone}-id") for zone in zones for _ in range(2)]
    assert sorted(each for each in about if each[0] == "NatGatewayId") == sorted(gateways)  # as ids come to be known
    assert {each for each in about if each[0] == "ClusterName"} == {("ClusterName", "sixfold-dev")}
    assert {each[1][:-9] for each in about if each[0] == "TopicName"} == {"alarms-arrivals", "alarms-platform"}


def test_the_platform_s_team_hears_of_each_alarm_and_of_its_end(dev: list[Planned]) -> None:
    for each in of("cloudwatch:Alarm", dev):
        (told,) = each["alarm_actions"]
        assert ":alarms-platform-" in told
        assert each["ok_actions"] == [told]


def test_it_hears_when_a_month_is_half_as_dear_again_as_the_stack_at_rest(dev: list[Planned]) -> None:
    (budget,) = of("budgets:Budget", dev)
    assert (budget["limit_usd"], budget["cost_tags"]) == (DEV.budget_usd, {"sixfold:stack": "dev"})
    (alert,) = budget["alerts"]
    assert (alert["percent"], len(alert["topic_arns"])) == (BUDGET_PERCENT, 1)


def test_alarms_reach_encrypted_topics_and_leave_the_lake_s_key_alone(dev: list[Planned]) -> None:
    (mine,) = (each for each in dev if each.type == "sixfold:kms:Key" and each.inputs.get("policy"))
    users = {tuple(s["Principal"].get("Service", [])): s for s in mine.inputs["policy"]["Statement"]}
    publishers = users["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    assert publishers["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert publishers["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    under = {each.type for each in dev if mine.urn in each.after}
    assert under >= {"sixfold:sns:Topic", "sixfold:iam:Policy"}
    assert "sixfold:s3:Bucket" not in under


def test_on_a_cluster_that_exists_nobody_watches_what_is_not_the_stack_s(tmp_path: Path) -> None:
    cluster = {"host": "ml.example.com", "insecure": True, "context": "theirs"}
    found = declared(parse({"runtime": "kubernetes", "region": "eu-west-1", "cluster": cluster}, "test"), tmp_path)
    assert {key for each in of("cloudwatch:Alarm", found) for key in each["dimensions"]} == {"TopicName"}
    assert of("budgets:Budget", found) == []
