"""Policies of the VPC's endpoints: who may do what on the way to S3 and DynamoDB that does not lead over the internet.

Without one an endpoint leads to every bucket and table of AWS, with any credentials: what a pod reads here, it could
write there. The roles of the pods do not help, since somebody who takes data away brings credentials along.
"""

from infra.plans.aws.statements import READ_OBJECTS, Document

# Layers of images: ECR's (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html), and those of
# registry.k8s.io, which sends callers from AWS to S3 (https://github.com/kubernetes/registry.k8s.io, archeio).
_LAYERS = ("prod-{region}-starport-layer-bucket", "prod-registry-k8s-io-{region}")


def endpoint_policy(service: str, vpc_arn: str) -> Document:
    """Return the policy of the endpoint to a service: callers and data of the VPC's own account, and for S3 layers."""
    _, partition, _, region, account, _ = vpc_arn.split(":", 5)
    own = {"aws:PrincipalAccount": account, "aws:ResourceAccount": account}
    statements = [
        {
            "Sid": "WithinTheAccount",
            "Effect": "Allow",
            "Principal": "*",
            "Action": [f"{service}:*"],
            "Resource": ["*"],
            "Condition": {"StringEquals": own},
        }
    ]
    layers = [f"arn:{partition}:s3:::{bucket.format(region=region)}/*" for bucket in _LAYERS]
    read = {"Sid": "Layers", "Effect": "Allow", "Principal": "*", "Action": [*READ_OBJECTS], "Resource": layers}
    return {"Version": "2012-10-17", "Statement": [*statements, *([read] if service == "s3" else [])]}
