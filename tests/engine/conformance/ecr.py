"""ECR."""

from pulumi_sixfold.aws.ecr import RepositoryHandler
from tests.engine.conformance._case import GONE, Case

_EXPIRE = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 3},
            "action": {"type": "expire"},
        }
    ]
}
_PULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}
_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"

CASES = {
    "images": Case(
        RepositoryHandler,
        {"lifecycle_policy": _EXPIRE, "policy": _PULL},
        changes=[
            {"immutable_tags": False},
            {"scan_on_push": False},
            {"lifecycle_policy": None},
            {"policy": None},
            {"tags": {"a": "b"}},
            {"force_destroy": True},
            {"kms_key_arn": _KEY},
            {"name": "images/other"},
        ],
        drift={
            "immutable_tags": lambda aws, name: aws("ecr").put_image_tag_mutability(
                repositoryName=name, imageTagMutability="MUTABLE"
            ),
            "scan_on_push": lambda aws, name: aws("ecr").put_image_scanning_configuration(
                repositoryName=name, imageScanningConfiguration={"scanOnPush": False}
            ),
            "lifecycle_policy": lambda aws, name: aws("ecr").delete_lifecycle_policy(repositoryName=name),
            "policy": lambda aws, name: aws("ecr").delete_repository_policy(repositoryName=name),
            "tags": lambda aws, name: aws("ecr").tag_resource(
                resourceArn=f"arn:aws:ecr:eu-west-1:123456789012:repository/{name}",
                tags=[{"Key": "by", "Value": "hand"}],
            ),
            GONE: lambda aws, name: aws("ecr").delete_repository(repositoryName=name, force=True),
        },
    ),
}
