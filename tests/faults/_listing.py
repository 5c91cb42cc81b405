"""Contents of AWS, listed without the provider: an orphan or a duplicate is in these lists and in no state."""

from collections.abc import Callable, Iterable
from typing import Any

import jmespath

Found = set[tuple[str, str]]

_LISTS: dict[str, dict[str, str]] = {
    "athena": {"list_work_groups": "WorkGroups[].Name"},
    "cloudwatch": {"describe_alarms": "MetricAlarms[].AlarmName"},
    "dynamodb": {"list_tables": "TableNames[]"},
    "ec2": {
        "describe_addresses": "Addresses[].AllocationId",
        "describe_internet_gateways": "InternetGateways[].InternetGatewayId",
        "describe_nat_gateways": "NatGateways[?State!='deleted'].NatGatewayId",
        "describe_network_interfaces": "NetworkInterfaces[].NetworkInterfaceId",
        "describe_route_tables": "RouteTables[].RouteTableId",
        "describe_security_groups": "SecurityGroups[].GroupId",
        "describe_subnets": "Subnets[].SubnetId",
        "describe_vpc_endpoints": "VpcEndpoints[?State!='deleted'].VpcEndpointId",
        "describe_vpcs": "Vpcs[].VpcId",
    },
    "ecr": {"describe_repositories": "repositories[].repositoryName"},
    "eks": {"list_clusters": "clusters[]"},
    "events": {"list_rules": "Rules[].Name"},
    "glue": {"get_databases": "DatabaseList[].Name"},
    "iam": {
        "list_instance_profiles": "InstanceProfiles[].InstanceProfileName",
        "list_open_id_connect_providers": "OpenIDConnectProviderList[].Arn",
        "list_policies": "Policies[?starts_with(Arn, 'arn:aws:iam::aws')==`false`].Arn",
        "list_roles": "Roles[].RoleName",
    },
    "kms": {"list_aliases": "Aliases[].AliasName"},
    "logs": {"describe_log_groups": "logGroups[].logGroupName"},
    "s3": {"list_buckets": "Buckets[].Name"},
    "secretsmanager": {"list_secrets": "SecretList[].Name"},
    "sns": {"list_subscriptions": "Subscriptions[].SubscriptionArn", "list_topics": "Topics[].TopicArn"},
    "sqs": {"list_queues": "QueueUrls[]"},
}


def listing(aws: Callable[[str], Any], services: Iterable[str]) -> Found:
    """Return (operation, id) of all that some services have; keys that wait for their deletion do not count."""
    found: Found = set()
    for service in services:
        client = aws(service)
        for operation, ids in _LISTS[service].items():
            paging: Any = client.can_paginate(operation)
            answers = client.get_paginator(operation).paginate() if paging else [getattr(client, operation)()]
            found |= {(operation, each) for answer in answers for each in jmespath.search(ids, answer) or []}
    return found | (_keys(aws("kms")) if "kms" in services else set())


def _keys(kms: Any) -> Found:
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    states = {key: kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in keys}
    return {("list_keys", key) for key, state in states.items() if state != "PendingDeletion"}
