"""Values that AWS writes otherwise than it was given: refused with the right spelling, or taken for the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2 as pb

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.eks import ClusterArgs
from pulumi_sixfold.aws.iam import RoleArgs, RoleHandler
from pulumi_sixfold.aws.route_table import RouteTableArgs
from pulumi_sixfold.aws.security_group import Rule, SecurityGroupArgs
from pulumi_sixfold.aws.sns import SubscriptionHandler
from pulumi_sixfold.aws.subnet import SubnetArgs
from pulumi_sixfold.aws.vpc import VpcArgs
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import encode
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.handler import Handler

Make = Callable[..., Any]
REFUSED = (InvalidArgs, ValueError)  # by a resource's inputs, or by a part of them
TOPIC = "arn:aws:sns:eu-west-1:123456789012:t"
HOOK, OTHER, MASKED = (f"https://me:{word}@hooks.example.com/x" for word in ("hush", "other", "****"))

PLACES: list[tuple[str, Callable[[str], Any]]] = [
    ("vpc", lambda cidr: VpcArgs(cidr=cidr)),
    ("subnet", lambda cidr: SubnetArgs(vpc_id="v", cidr=cidr, availability_zone="a")),
    ("rule", lambda cidr: Rule(from_port=443, to_port=443, peer=cidr)),
    ("route", lambda cidr: RouteTableArgs(vpc_id="v", routes={cidr: "igw-1"})),
    ("cluster", lambda cidr: ClusterArgs(role_arn="r", version="1.33", subnet_ids=["a"], public_cidrs=[cidr])),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[0])
@pytest.mark.parametrize(
    ("written", "right"), [("10.0.1.7/16", "10.0.0.0/16"), ("2001:DB8::/32", "2001:db8::/32"), ("0::/0", "::/0")]
)
def test_an_address_that_aws_writes_otherwise_is_refused_with_the_right_one(
    place: tuple[str, Callable[[str], Any]], written: str, right: str
) -> None:
    with pytest.raises(REFUSED, match=f"write {right}"):
        place[1](written)
    place[1](right)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[0])
def test_what_is_no_address_is_refused(place: tuple[str, Callable[[str], Any]]) -> None:
    with pytest.raises(REFUSED, match="does not appear to be an IPv4 or IPv6 network"):
        place[1]("no cidr at all")


@pytest.mark.parametrize("written", ["TCP", "tcp", "6"])
def test_a_protocol_has_one_spelling(written: str) -> None:
    assert Rule(protocol=written, from_port=1, to_port=1, peer="self").protocol == "tcp"


@pytest.mark.parametrize(
    "rule",
    [
        *({"protocol": "tcp"}, {"protocol": "udp", "from_port": 8}, {"protocol": "6", "from_port": 9, "to_port": 8}),
        *({"protocol": "-1", "from_port": 0, "to_port": 65535}, {"protocol": "ALL", "from_port": 0, "to_port": 0}),
        *({"protocol": "50", "from_port": 1, "to_port": 1}, {"protocol": "icmp"}),
    ],
)
def test_ports_that_ec2_refuses_or_drops_are_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="to_port"):
        Rule(peer="10.0.0.0/8", **rule)


@pytest.mark.parametrize("more", [{}, {"description": "again"}, {"protocol": "TCP"}])
def test_the_same_rule_twice_is_refused(more: dict[str, str]) -> None:
    rule = {"from_port": 443, "to_port": 443, "peer": "10.0.0.0/8"}
    with pytest.raises(REFUSED, match="twice"):
        SecurityGroupArgs.model_validate({"vpc_id": "v", "ingress": [rule, rule | more]})


@pytest.mark.parametrize("tags", [{"Env": "a", "env": "b"}, {"aws:x": "a"}, {"sixfold:urn": "a"}])
def test_tag_keys_that_are_one_for_iam_or_belong_to_others_are_refused(tags: dict[str, str]) -> None:
    with pytest.raises(REFUSED, match="tags: "):
        RoleArgs.model_validate({"assume_role_policy": {"Statement": []}, "tags": tags})


def test_a_tag_of_iam_whose_case_changes_is_there_in_the_end(scripted: Make) -> None:
    put = ("tag_role", {"RoleName": "r", "Tags": [{"Key": "Env", "Value": "dev"}]}, {})
    args = RoleArgs.model_validate({"assume_role_policy": {"Statement": []}})
    change = Difference(args, args, old_tags={"env": "dev"}, tags={"Env": "dev"})
    scripted(RoleHandler, put).settle_tags("r", change)  # and no untag_role: it would take the new one away


def test_a_default_tag_gives_way_to_an_own_one_in_another_case(make: Make) -> None:
    handler = make(RoleHandler)
    handler.settings = handler.settings.model_copy(update={"default_tags": {"env": "a", "team": "b"}})
    args = RoleArgs.model_validate({"assume_role_policy": {"Statement": []}, "tags": {"Env": "c"}})
    assert handler.defaults(args)["tags"] == {"team": "b", "Env": "c"}


_parts = st.sampled_from(["s3:Get", "s3:Put", "arn:x", "*"])
_one_or_more = _parts | st.lists(_parts, min_size=1, max_size=3)
_statements = st.fixed_dictionaries(
    {"Effect": st.just("Allow"), "Action": _one_or_more, "Resource": _one_or_more},
    optional={
        "Principal": st.sampled_from([{"AWS": "123456789012"}, {"AWS": ["arn:aws:iam::123456789012:root"]}, "*"])
    },
)


def rewritten(statement: dict[str, Any]) -> dict[str, Any]:
    """Return a statement as a service of AWS may give it back: lists reversed, lists of one as their item."""
    return {key: (value[::-1] if len(value) > 1 else value[0]) if isinstance(value, list) else value
            for key, value in reversed(statement.items())}  # fmt: skip


@given(st.lists(_statements, min_size=1, max_size=3))
def test_a_policy_that_aws_has_rewritten_means_the_same(statements: list[dict[str, Any]]) -> None:
    back = [rewritten(each) for each in statements]
    document = {"Version": "2012-10-17", "Statement": back[0] if len(back) == 1 else back[::-1]}
    assert normal.policy(json.dumps(document)) == normal.policy({"Version": "2012-10-17", "Statement": statements})


@given(_statements, _statements)
def test_policies_that_allow_something_else_are_not_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    actions = [set(normal.as_list(each["Action"])) for each in (one, other)]
    same = normal.policy({"Statement": one}) == normal.policy({"Statement": other})
    assert not (same and actions[0] != actions[1])


def diff(kind: type[Handler[Any]], old: dict[str, Any], new: dict[str, Any]) -> Any:
    """Return the answer of the plugin to two sets of inputs."""
    plugin: Any = Servicer([kind])
    plugin.Configure(pb.ConfigureRequest(args=encode({})), None)
    urn = f"urn:pulumi:dev::project::{kind.facts.token}::thing"
    return plugin.Diff(pb.DiffRequest(urn=urn, id="a", old_inputs=encode(old), news=encode(new)), None)


@pytest.mark.parametrize(
    ("old", "new", "replaces"), [(MASKED, HOOK, []), (HOOK, HOOK, []), (HOOK, OTHER, ["endpoint"])]
)
def test_a_masked_password_replaces_no_subscription_and_another_one_does(
    old: str, new: str, replaces: list[str]
) -> None:
    inputs = {"topic_arn": TOPIC, "protocol": "https"}
    assert list(diff(SubscriptionHandler, inputs | {"endpoint": old}, inputs | {"endpoint": new}).replaces) == replaces


def test_a_trust_policy_in_other_words_is_no_difference() -> None:
    one = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
    other = {
        "Statement": [one | {"Action": ["sts:AssumeRole"], "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}}]
    }
    texts = [{"assume_role_policy": json.dumps(each)} for each in ({"Statement": one}, other)]
    assert diff(RoleHandler, *texts).changes == pb.DiffResponse.DIFF_NONE


def test_a_refresh_keeps_the_words_of_the_program() -> None:
    facts = SubscriptionHandler.facts
    assert facts.in_old_words({"endpoint": HOOK}, {"endpoint": MASKED}) == {"endpoint": HOOK}
    assert facts.in_old_words({}, {"endpoint": MASKED}) == {"endpoint": MASKED}
