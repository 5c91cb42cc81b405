"""Programs that are brought up, changed and destroyed under faults: each resource type, with few inputs.

Name → handler, inputs at first, and what an update changes. References are written as in the conformance cases. One
resource of each program is replaced by the update, so that a kill also falls between the new one and the old one's end.
"""

from typing import Any

from pulumi_sixfold.aws.athena import WorkGroupHandler
from pulumi_sixfold.aws.cloudwatch import AlarmHandler
from pulumi_sixfold.aws.dynamodb import TableHandler
from pulumi_sixfold.aws.ecr import RepositoryHandler
from pulumi_sixfold.aws.eks import ClusterHandler
from pulumi_sixfold.aws.eks_access_entry import AccessEntryHandler
from pulumi_sixfold.aws.eks_addon import AddonHandler
from pulumi_sixfold.aws.eks_node_group import NodeGroupHandler
from pulumi_sixfold.aws.eks_pod_identity import PodIdentityAssociationHandler
from pulumi_sixfold.aws.events import RuleHandler
from pulumi_sixfold.aws.gateways import InternetGatewayHandler, NatGatewayHandler
from pulumi_sixfold.aws.glue import DatabaseHandler
from pulumi_sixfold.aws.glue_table import TableHandler as GlueTableHandler
from pulumi_sixfold.aws.iam import RoleHandler
from pulumi_sixfold.aws.iam_instance_profile import InstanceProfileHandler
from pulumi_sixfold.aws.iam_oidc import OpenIdConnectProviderHandler
from pulumi_sixfold.aws.iam_policy import PolicyHandler
from pulumi_sixfold.aws.kms import KeyHandler
from pulumi_sixfold.aws.kms_alias import AliasHandler
from pulumi_sixfold.aws.logs import LogGroupHandler
from pulumi_sixfold.aws.route_table import RouteTableHandler
from pulumi_sixfold.aws.s3 import BucketHandler
from pulumi_sixfold.aws.s3_object import BucketObjectHandler
from pulumi_sixfold.aws.secretsmanager import SecretHandler
from pulumi_sixfold.aws.security_group import SecurityGroupHandler
from pulumi_sixfold.aws.sns import SubscriptionHandler, TopicHandler
from pulumi_sixfold.aws.sqs import QueueHandler
from pulumi_sixfold.aws.subnet import SubnetHandler
from pulumi_sixfold.aws.vpc import VpcHandler
from pulumi_sixfold.aws.vpc_endpoint import VpcEndpointHandler
from pulumi_sixfold.kit.handler import Handler
from tests.engine.conformance._all import AWS, collect, needs
from tests.engine.conformance._case import TRUST, may

Program = dict[str, tuple[type[Handler[Any]], dict[str, Any], dict[str, Any]]]

_ROLE = "arn:aws:iam::123456789012:role/eks"
_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:work"
_OTHER_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
_HTTPS = {"from_port": 443, "to_port": 443, "peer": "10.0.0.0/8"}

STORAGE: Program = {
    "key": (KeyHandler, {}, {"description": "b"}),
    "next_key": (KeyHandler, {}, {"name": "renamed"}),
    "alias": (AliasHandler, {"key_id": "@key.id"}, {"key_id": "@next_key.id"}),
    "bucket": (BucketHandler, {"kms_key_arn": "@key.arn", "versioning": False}, {"tags": {"a": "b"}}),
    "object": (BucketObjectHandler, {"bucket": "@bucket.name", "key": "job.py", "content": "1"}, {"content": "2"}),
    "rows": (TableHandler, {"hash_key": "id", "ttl_attribute": "until"}, {"hash_key": "key"}),
    "database": (DatabaseHandler, {"description": "a"}, {"description": "b"}),
    "flights": (
        GlueTableHandler,
        {"database": "@database.name", "location": "s3://lake/", "columns": [{"name": "carrier", "type": "string"}]},
        {"parameters": {"classification": "json"}},
    ),
    "analysts": (WorkGroupHandler, {"output_location": "s3://results/"}, {"tags": {"a": "b"}}),
    "door": (SecretHandler, {"value": "the first", "force_destroy": True}, {"value": "the second"}),
}
NETWORK: Program = {
    "net": (VpcHandler, {"cidr": "10.0.0.0/16"}, {"dns_hostnames": False}),
    "subnet": (
        SubnetHandler,
        {"vpc_id": "@net.id", "cidr": "10.0.0.0/24", "availability_zone": "eu-west-1a"},
        {"public_addresses": True},
    ),
    "internet": (InternetGatewayHandler, {"vpc_id": "@net.id"}, {"tags": {"a": "b"}}),
    "nat": (NatGatewayHandler, {"subnet_id": "@subnet.id"}, {"tags": {"a": "b"}}),
    "routes": (
        RouteTableHandler,
        {"vpc_id": "@net.id", "routes": {"0.0.0.0/0": "@internet.id"}, "subnet_ids": ["@subnet.id"]},
        {"routes": {"0.0.0.0/0": "@nat.id"}},
    ),
    "group": (SecurityGroupHandler, {"name": "a", "vpc_id": "@net.id", "ingress": [_HTTPS]}, {"description": "b"}),
    "endpoint": (
        VpcEndpointHandler,
        {"vpc_id": "@net.id", "service": "com.amazonaws.eu-west-1.s3", "route_table_ids": ["@routes.id"]},
        {"policy": may("s3:GetObject")},
    ),
}
ACCESS: Program = {
    "policy": (PolicyHandler, {"policy": may("s3:GetObject")}, {"policy": may("s3:PutObject")}),
    "role": (
        RoleHandler,
        {"assume_role_policy": TRUST, "managed_policy_arns": ["@policy.arn"]},
        {"inline_policies": {"own": may("s3:ListBucket")}},
    ),
    "profile": (InstanceProfileHandler, {"role": "@role.name"}, {"tags": {"a": "b"}}),
    "issuer": (
        OpenIdConnectProviderHandler,
        {"url": "https://issuer.example.org/one", "thumbprints": ["a" * 40]},
        {"thumbprints": ["b" * 40]},
    ),
    "cluster": (
        ClusterHandler,
        {"role_arn": _ROLE, "version": "1.33", "subnet_ids": ["subnet-a", "subnet-b"]},
        {"log_types": ["audit"]},
    ),
    "nodes": (
        NodeGroupHandler,
        {
            "cluster": "@cluster.name",
            "role_arn": _ROLE,
            "subnet_ids": ["subnet-a"],
            "instance_types": ["m7i.large"],
            "min_size": 1,
            "max_size": 3,
            "version": "1.33",
        },
        {"max_size": 5},
    ),
    "entry": (AccessEntryHandler, {"cluster": "@cluster.name", "principal_arn": _ROLE}, {"groups": ["a"]}),
    "dns": (AddonHandler, {"cluster": "@cluster.name", "addon": "coredns", "version": "v1"}, {"version": "v2"}),
    "identity": (
        PodIdentityAssociationHandler,
        {"cluster": "@cluster.name", "namespace": "a", "service_account": "b", "role_arn": _ROLE},
        {"role_arn": f"{_ROLE}-2"},
    ),
    "images": (RepositoryHandler, {}, {"kms_key_arn": _OTHER_KEY}),
}
OPERATIONS: Program = {
    "topic": (TopicHandler, {}, {"policy": may("sns:Publish")}),
    "mail": (
        SubscriptionHandler,
        {"topic_arn": "@topic.arn", "protocol": "email", "endpoint": "a@example.org"},
        {"endpoint": "b@example.org"},
    ),
    "jobs": (QueueHandler, {"policy": may("sqs:SendMessage")}, {"visibility_timeout_s": 60}),
    "late": (
        AlarmHandler,
        {"namespace": "AWS/SQS", "metric": "ApproximateAgeOfOldestMessage", "threshold": 60},
        {"threshold": 61},
    ),
    "trace": (LogGroupHandler, {"retention_days": 30}, {"retention_days": 7}),
    "rule": (
        RuleHandler,
        {"schedule": "rate(5 minutes)", "targets": {"one": {"arn": _QUEUE}}},
        {"targets": {"two": {"arn": _QUEUE}}},
    ),
}
PROGRAMS = {"storage": STORAGE, "network": NETWORK, "access": ACCESS, "operations": OPERATIONS}


def _others() -> Program:
    """Return the conformance cases of the types that no program has, each with the cases that it refers to."""
    tried = {handler for program in PROGRAMS.values() for handler, _, _ in program.values()}
    cases = collect()
    wanted = {name for name, case in cases.items() if case.handler in set(AWS) - tried}
    wanted |= {needed for name in wanted for needed in needs(cases[name])}
    found = {name: case for name, case in cases.items() if name in wanted}
    return {name: (case.handler, case.args, (case.changes or [{}])[0]) for name, case in found.items()}


PROGRAMS["others"] = _others()
