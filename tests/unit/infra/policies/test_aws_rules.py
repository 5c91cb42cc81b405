"""Each rule about AWS resources is broken once, and exactly that rule is caught."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.policies.catalogue import RULES
from infra.policies.rule import Rule
from infra.policies.values import UNKNOWN
from pulumi_sixfold.catalogue import HANDLERS

Props = dict[str, Any]
Parts = Callable[[Props], Iterator[Props]]

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
TAGS = {"sixfold:stack": "dev"}
MODELS = {handler.facts.token: handler.facts.args for handler in HANDLERS}
AWS_RULES = {rule.id: rule for rule in RULES if any(rule.covers(token) for token in MODELS)}


def allow(action: str | list[str], resource: str | list[str] = "arn:aws:s3:::lake", **more: object) -> Props:
    statement = {"Sid": "Told", "Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def ingress(first: int | None, last: int | None = None, **more: object) -> Props:
    return {"ingress": [{"from_port": first, "to_port": last or first, "peer": "0.0.0.0/0", **more}]}


def by_oidc(condition: Props) -> Props:
    provider = "arn:aws:iam::123456789012:oidc-provider/ci.example"
    return allow("sts:AssumeRoleWithWebIdentity", Principal={"Federated": provider}, Condition=condition)


def by_pod(**condition: object) -> Props:
    return allow("sts:AssumeRole", Principal={"Service": "pods.eks.amazonaws.com"}, **condition)


NAMESPACE = {"StringEquals": {"aws:RequestTag/kubernetes-namespace": "sixfold-dev-serving"}}
TRUST = allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
EVERYONE = {"policy": allow("*:Get*", Principal="*")}
CLEAN: dict[str, Props] = {
    "sixfold:athena:WorkGroup": {"output_location": "s3://lake/results/"},
    "sixfold:cloudwatch:Alarm": {"namespace": "AWS/SQS", "metric": "Age", "threshold": 1, "alarm_actions": ["arn"]},
    "sixfold:dynamodb:Table": {"hash_key": "id"},
    "sixfold:ec2:SecurityGroup": {
        "vpc_id": "vpc-1",
        "ingress": [
            {"from_port": 443, "to_port": 443, "peer": "0.0.0.0/0"},
            {"from_port": 22, "to_port": 22, "peer": "10.0.0.0/8"},
            {"protocol": "icmp", "from_port": 3, "to_port": 4, "peer": "::/0"},
            {"protocol": "-1", "peer": "self"},
        ],
    },
    "sixfold:ec2:Subnet": {"vpc_id": "vpc-1", "cidr": "10.0.0.0/24", "availability_zone": "eu-west-1a"},
    "sixfold:ec2:VpcEndpoint": {
        "vpc_id": "vpc-1",
        "service": "com.amazonaws.eu-west-1.s3",
        "policy": allow("*", "*", Principal="*", Condition={"StringEquals": {"aws:ResourceAccount": "123456789012"}}),
    },
    "sixfold:ecr:Repository": {"lifecycle_policy": {"rules": []}},
    "sixfold:eks:Cluster": {
        "role_arn": "arn:aws:iam::123456789012:role/control-plane",
        "version": "1.33",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "kms_key_arn": KEY,
        "deletion_protection": True,
    },
    "sixfold:iam:Policy": {"policy": allow("s3:GetObject")},
    "sixfold:iam:Role": {"assume_role_policy": TRUST, "inline_policies": {"read": allow("s3:GetObject")}},
    "sixfold:kms:Key": {"policy": allow("kms:*", Principal={"AWS": "arn:aws:iam::123456789012:root"})},
    "sixfold:logs:LogGroup": {"retention_days": 365},
    "sixfold:s3:Bucket": {
        "kms_key_arn": KEY,
        "lifecycle_rules": [{"id": "unfinished", "abort_upload_days": 7}],
        "policy": allow("s3:GetObject", Principal={"AWS": "arn:aws:iam::210987654321:root"}),
    },
    "sixfold:secretsmanager:Secret": {},
    "sixfold:sns:Topic": {
        "kms_key_arn": KEY,
        "policy": allow("sns:Publish", Principal="*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::lake"}}),
    },
    "sixfold:sqs:Queue": {"kms_key_arn": KEY},
}
BROKEN: list[tuple[str, str, Props]] = [
    ("Access.1", "ecr:Repository", EVERYONE),
    ("Access.1", "secretsmanager:Secret", EVERYONE),
    ("Athena.4", "athena:WorkGroup", {"metrics": False}),
    ("CloudWatch.15", "cloudwatch:Alarm", {"alarm_actions": []}),
    ("CloudWatch.16", "logs:LogGroup", {"retention_days": 90}),
    ("DynamoDB.2", "dynamodb:Table", {"point_in_time_recovery": False}),
    ("EC2.15", "ec2:Subnet", {"public_addresses": True}),
    ("EC2.18", "ec2:SecurityGroup", ingress(8443)),
    ("EC2.18", "ec2:SecurityGroup", ingress(443, protocol="udp")),
    ("EC2.18", "ec2:SecurityGroup", ingress(443, 444)),
    ("EC2.19", "ec2:SecurityGroup", ingress(22)),
    ("EC2.19", "ec2:SecurityGroup", ingress(5000, 6000, peer="::/0")),
    ("EC2.19", "ec2:SecurityGroup", ingress(None, protocol="-1")),
    ("EC2.19", "ec2:SecurityGroup", ingress(22, protocol="TCP")),
    ("EC2.19", "ec2:SecurityGroup", ingress(22, protocol="6")),
    ("EC2.19", "ec2:SecurityGroup", ingress(None, protocol="ALL")),
    ("EC2.19", "ec2:SecurityGroup", ingress(22, peer="0.0.0.0/1")),
    ("EC2.19", "ec2:SecurityGroup", ingress(22, peer="2000::/3")),
    ("Endpoint.1", "ec2:VpcEndpoint", {"policy": None}),
    ("Endpoint.1", "ec2:VpcEndpoint", {"policy": allow("*", "*", Principal="*")}),
    ("ECR.1", "ecr:Repository", {"scan_on_push": False}),
    ("ECR.2", "ecr:Repository", {"immutable_tags": False}),
    ("ECR.3", "ecr:Repository", {"lifecycle_policy": None}),
    ("EKS.1", "eks:Cluster", {"public_access": True}),
    ("EKS.2", "eks:Cluster", {"version": "1.32"}),
    ("EKS.3", "eks:Cluster", {"kms_key_arn": None}),
    ("EKS.8", "eks:Cluster", {"log_types": ["api"]}),
    ("IAM.1", "iam:Policy", {"policy": allow("*", "*")}),
    ("IAM.1", "iam:Role", {"inline_policies": {"all": allow("*", "*")}}),
    ("IAM.1", "iam:Policy", {"policy": allow("*:**", "?*")}),
    ("IAM.21", "iam:Policy", {"policy": allow("s3:?*")}),
    ("IAM.21", "iam:Policy", {"policy": allow(["s3:GetObject", "sqs:*"])}),
    ("IAM.21", "iam:Role", {"inline_policies": {"most": allow([], NotAction="iam:*")}}),
    ("IAM.21", "iam:Policy", {"policy": allow("*")}),
    ("Trust.1", "iam:Role", {"assume_role_policy": allow("sts:AssumeRole", Principal="*")}),
    ("Trust.1", "iam:Role", {"assume_role_policy": allow("sts:AssumeRole", Principal={"AWS": ["*"]})}),
    ("Trust.1", "iam:Role", {"assume_role_policy": by_oidc({})}),
    ("Trust.1", "iam:Role", {"assume_role_policy": by_oidc({"StringEquals": {"ci.example:aud": "sts.amazonaws.com"}})}),
    ("Trust.1", "iam:Role", {"assume_role_policy": by_oidc({"StringLike": {"ci.example:sub": "*"}})}),
    ("Trust.2", "iam:Role", {"managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
    ("Trust.2", "iam:Role", {"managed_policy_arns": ["arn:aws:iam::aws:policy/IAMFullAccess"]}),
    ("Trust.3", "iam:Policy", {"policy": allow("iam:PassRole", "*")}),
    ("Trust.3", "iam:Policy", {"policy": allow("iam:Create*", "arn:aws:iam::123456789012:*")}),
    ("Trust.3", "iam:Policy", {"policy": allow("sts:AssumeRole", "arn:aws:iam::123456789012:role/*")}),
    ("Trust.3", "iam:Role", {"inline_policies": {"up": allow("iam:PutRolePolicy", [], NotResource="arn:aws:s3:::*")}}),
    ("Trust.4", "iam:Role", {"assume_role_policy": by_pod()}),
    ("Trust.4", "iam:Role", {"assume_role_policy": by_pod(Condition=NAMESPACE)}),
    ("KMS.1", "iam:Policy", {"policy": allow("kms:De*", "*")}),
    ("KMS.1", "iam:Policy", {"policy": allow("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/*")}),
    ("KMS.1", "iam:Policy", {"policy": allow("kms:Decrypt", "arn:aws:kms:*:*:key/?*")}),
    ("KMS.1", "iam:Policy", {"policy": allow("k*:Decrypt", "*")}),
    ("KMS.2", "iam:Role", {"inline_policies": {"read": allow("kms:ReEncryptFrom", "*")}}),
    ("KMS.4", "kms:Key", {"rotation": False}),
    ("KMS.5", "kms:Key", {"policy": allow("kms:Encrypt", Principal={"AWS": "*"})}),
    ("S3.2", "s3:Bucket", {"policy": allow("s3:Get*", Principal="*")}),
    ("S3.3", "s3:Bucket", {"policy": allow("s3:PutObject", Principal={"AWS": ["*"]})}),
    ("S3.5", "s3:Bucket", {"tls_only": False}),
    ("S3.6", "s3:Bucket", {"policy": allow("s3:*", Principal={"AWS": "210987654321"})}),
    ("S3.8", "s3:Bucket", {"block_public_access": False}),
    ("S3.13", "s3:Bucket", {"lifecycle_rules": []}),
    ("S3.14", "s3:Bucket", {"versioning": False}),
    ("S3.17", "s3:Bucket", {"kms_key_arn": None}),
    ("SNS.1", "sns:Topic", {"kms_key_arn": None}),
    ("SNS.4", "sns:Topic", {"policy": allow("sns:Publish", Principal="*")}),
    ("SQS.1", "sqs:Queue", {"kms_key_arn": None}),
    ("SQS.3", "sqs:Queue", EVERYONE),
    ("Tags.1", "s3:Bucket", {"tags": {"team": "lake"}}),
    ("DataLoss.1", "s3:Bucket", {"force_destroy": True}),
    ("DataLoss.1", "dynamodb:Table", {"force_destroy": True}),
    ("DataLoss.2", "kms:Key", {"deletion_window_days": 7}),
    ("DataLoss.3", "secretsmanager:Secret", {"recovery_days": 7}),
    ("DataLoss.4", "eks:Cluster", {"deletion_protection": False}),
]


def wire(token: str, **change: object) -> Props:
    """The properties of a clean resource as the provider's own model sends them, with a change."""
    return MODELS[token](**{"tags": TAGS, **CLEAN[token], **change}).properties()


def caught(token: str, props: Props) -> set[str]:
    return {rule.id for rule in RULES if rule.covers(token) and list(rule.check(props))}


@pytest.mark.parametrize(("rule", "kind", "change"), BROKEN)
def test_a_broken_rule_is_caught_and_no_other(rule: str, kind: str, change: Props) -> None:
    assert caught(f"sixfold:{kind}", wire(f"sixfold:{kind}", **change)) == {rule}


@pytest.mark.parametrize("protocol", ["TCP", "Tcp", "ALL", "6", "-1"])
@pytest.mark.parametrize("peer", ["0.0.0.0/0", "10.0.0.0/0", "0::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"])
def test_a_port_that_is_open_to_all_is_caught_in_spellings_that_the_provider_refuses(protocol: str, peer: str) -> None:
    assert caught("sixfold:ec2:SecurityGroup", ingress(22, protocol=protocol, peer=peer) | {"tags": TAGS}) == {"EC2.19"}


@pytest.mark.parametrize("token", CLEAN)
def test_a_clean_resource_passes(token: str) -> None:
    assert caught(token, wire(token)) == set()


@pytest.mark.parametrize("token", CLEAN)
def test_what_a_preview_cannot_know_raises_no_alarm(token: str, each_part_unknown: Parts) -> None:
    for props in each_part_unknown(wire(token)):
        assert caught(token, props) == set()


@pytest.mark.parametrize(("rule", "kind", "change"), BROKEN)
def test_a_break_that_is_not_known_yet_raises_no_alarm(rule: str, kind: str, change: Props) -> None:
    props = wire(f"sixfold:{kind}", **change)
    assert rule not in caught(f"sixfold:{kind}", {**props, **dict.fromkeys(change, UNKNOWN)})


@pytest.mark.parametrize("rule", AWS_RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_is_broken_above_on_every_type_that_it_names(rule: Rule) -> None:
    broken = {f"sixfold:{kind}" for name, kind, _ in BROKEN if name == rule.id}
    assert broken
    assert broken >= {token for token in rule.types if "*" not in token}


# Security Hub's page of EC2 controls, EC2.19: "ports that are considered high-risk".
HIGH_RISK = {
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333),
    *(5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
}


@pytest.mark.parametrize("port", sorted(HIGH_RISK | {19, 24, 26, 79, 80, 81, 442, 443, 444, 5001, 9301}))
def test_each_port_is_judged_as_security_hub_does(port: int) -> None:
    expected = {"EC2.19"} if port in HIGH_RISK else set() if port in (80, 443) else {"EC2.18"}
    assert caught("sixfold:ec2:SecurityGroup", wire("sixfold:ec2:SecurityGroup", **ingress(port))) == expected


@pytest.mark.parametrize(("first", "last"), [(9299, 9300), (9300, 9302), (9299, 9302)])
def test_a_range_is_open_from_its_first_port_to_its_last(first: int, last: int) -> None:
    (rule,) = (rule for rule in RULES if rule.id == "EC2.19")
    (found,) = rule.check(wire("sixfold:ec2:SecurityGroup", **ingress(first, last)))
    assert found == f"ingress of tcp {first}-{last} is open to anywhere, port 9300 among them"
    (alone,) = rule.check(wire("sixfold:ec2:SecurityGroup", **ingress(22)))
    assert alone == "ingress of tcp 22 is open to anywhere, port 22 among them"


@pytest.mark.parametrize(
    ("peer", "open_to_all"), [("8.0.0.0/7", True), ("10.0.0.0/8", False), ("fe00::/15", True), ("fd00::/16", False)]
)
def test_a_block_wider_than_anybody_has_is_the_internet(peer: str, *, open_to_all: bool) -> None:
    found = caught("sixfold:ec2:SecurityGroup", wire("sixfold:ec2:SecurityGroup", **ingress(22, peer=peer)))
    assert found == ({"EC2.19"} if open_to_all else set())


def test_logs_that_are_kept_for_ever_and_rules_at_their_edge_pass() -> None:
    for token, change in (
        ("sixfold:logs:LogGroup", {"retention_days": 0}),
        ("sixfold:kms:Key", {"deletion_window_days": 30}),
        ("sixfold:secretsmanager:Secret", {"recovery_days": 30}),
        ("sixfold:eks:Cluster", {"log_types": ["api", "audit"]}),
    ):
        assert caught(token, wire(token, **change)) == set()


def test_only_the_years_of_logs_are_advice() -> None:
    assert {rule.id for rule in AWS_RULES.values() if rule.enforcement == "advisory"} == {"CloudWatch.16"}


@pytest.mark.parametrize(
    ("rule", "kind", "change"),
    [
        ("S3.2", "s3:Bucket", ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions"]),
        ("S3.3", "s3:Bucket", ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectAcl"]),
    ],
)
def test_each_action_that_reads_or_writes_is_caught_alone(rule: str, kind: str, change: list[str]) -> None:
    for action in change:
        assert rule in caught(f"sixfold:{kind}", wire(f"sixfold:{kind}", policy=allow(action, Principal="*")))


@pytest.mark.parametrize(
    "action",
    ["DeleteBucketPolicy", "PutBucketAcl", "PutBucketPolicy", "PutEncryptionConfiguration", "PutObjectAcl"],
)
def test_each_setting_of_a_bucket_stays_its_owners(action: str) -> None:
    told = allow(f"s3:{action}", Principal={"AWS": "210987654321"})
    assert caught("sixfold:s3:Bucket", wire("sixfold:s3:Bucket", policy=told)) == {"S3.6"}


LAKE, KEY_OF_OURS = "arn:aws:s3:::lake", "arn:aws:kms:eu-west-1:123456789012:key/1"


def _but(action: object, resource: str) -> Props:
    """A policy that allows an action on everything but one resource."""
    statement = {"Sid": "Told", "Effect": "Allow", "Action": action, "NotResource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("policy", "rule", "broken"),
    [
        (allow(["s3:GetObject", "*"], [LAKE, "*"]), "IAM.1", True),
        (_but("*", LAKE), "IAM.1", True),
        (allow("*", LAKE), "IAM.1", False),
        (_but("s3:GetObject", LAKE), "IAM.1", False),
        (allow(["s3:GetObject", "kms:Decrypt"], [KEY_OF_OURS, "*"]), "KMS.1", True),
        (_but("kms:Decrypt", KEY_OF_OURS), "KMS.1", True),
        (allow("kms:Decrypt", KEY_OF_OURS), "KMS.1", False),
        (allow("kms:Encrypt", "*"), "KMS.1", False),
    ],
)
def test_one_action_and_one_resource_of_many_are_enough(policy: Props, rule: str, *, broken: bool) -> None:
    assert (rule in caught("sixfold:iam:Policy", {"policy": policy, "tags": TAGS})) == broken


@pytest.mark.parametrize(
    ("token", "change"),
    [
        ("iam:Role", {"assume_role_policy": by_oidc({"StringEquals": {"ci.example:sub": "repo:a/b:ref:main"}})}),
        ("iam:Role", {"assume_role_policy": allow("sts:AssumeRole", Principal={"AWS": KEY.replace("kms", "iam")})}),
        ("iam:Role", {"managed_policy_arns": ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"]}),
        ("iam:Role", {"managed_policy_arns": ["arn:aws:iam::123456789012:policy/AdministratorAccess"]}),
        ("iam:Policy", {"policy": allow("iam:PassRole", "arn:aws:iam::123456789012:role/serving-*")}),
        ("iam:Policy", {"policy": allow("iam:GetRole", "*")}),
    ],
)  # fmt: skip
def test_a_role_that_is_named_and_rights_that_are_narrow_pass(token: str, change: Props) -> None:
    assert not {rule for rule in caught(f"sixfold:{token}", wire(f"sixfold:{token}", **change)) if "Trust" in rule}


def test_a_finding_names_the_statement_and_its_document() -> None:
    (admin,) = (rule for rule in RULES if rule.id == "IAM.1")
    assert list(admin.check({"policy": allow("*", "*")})) == [
        "statement Told of policy allows every action on everything"
    ]
    (inline,) = admin.check({"inline_policies": {"all": allow("*", "*")}})
    assert inline == "statement Told of inline_policies.all allows every action on everything"


def test_a_type_that_cannot_have_tags_misses_none() -> None:
    (tagged,) = (rule for rule in RULES if rule.id == "Tags.1")
    assert list(tagged.check({"name": "a"})) == []
    assert list(tagged.check({"tags": {}})) == ["the tag sixfold:stack is missing"]
