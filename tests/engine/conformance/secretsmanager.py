"""Secrets."""

import json

from pulumi_sixfold.aws.secretsmanager import SecretHandler
from tests.engine.conformance._case import BY_HAND, GONE, Case, may

CASES = {
    "secret": Case(
        SecretHandler,
        {"description": "a door", "value": "the first", "policy": may("secretsmanager:GetSecretValue")},
        changes=[
            {"description": "another door"},
            {"value": "the second"},
            {"kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"},
            {"policy": None},
            {"tags": {"a": "b"}},
            {"recovery_days": 7},
            {"force_destroy": True},
            {"name": "other/secret"},
        ],
        constant={"first_random": "only a new secret heeds it: see test_secretsmanager.py"},
        drift={
            "description": lambda aws, name: aws("secretsmanager").update_secret(SecretId=name, Description="by hand"),
            "value": lambda aws, name: aws("secretsmanager").put_secret_value(SecretId=name, SecretString="by hand"),
            "policy": lambda aws, name: aws("secretsmanager").put_resource_policy(
                SecretId=name, ResourcePolicy=json.dumps(may("secretsmanager:*"))
            ),
            "kms_key_arn": lambda aws, name: aws("secretsmanager").update_secret(
                SecretId=name, KmsKeyId="alias/theirs"
            ),
            "tags": lambda aws, name: aws("secretsmanager").tag_resource(SecretId=name, Tags=[BY_HAND]),
            GONE: lambda aws, name: aws("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True),
        },
    ),
}
