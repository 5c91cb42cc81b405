"""IAM documents of AWS's own services and of the cluster's machines: resource policies, and roles outside the jobs."""

from typing import Any

from infra.plans.aws.statements import Document

_AWS = "arn:aws:iam::aws:policy/"
CONTROL_PLANE = (f"{_AWS}AmazonEKSClusterPolicy",)
NODES = tuple(
    f"{_AWS}{policy}"
    for policy in ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly")
)
"""AWS's own policies for the roles of an EKS cluster and of its nodes."""

# AWS does not narrow these actions; the tags of a group say whether it is the cluster's.
_DESCRIBES = (
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeAutoScalingInstances",
    "autoscaling:DescribeLaunchConfigurations",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeTags",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:GetInstanceTypesFromInstanceRequirements",
)
_RESIZES = ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup")


def autoscaler_policy(cluster_arn: str) -> Document:
    """Return the rights of the autoscaler: it lists all groups of machines, and resizes those of its cluster.

    EKS itself puts the tag on the groups behind its node groups, and names them: see
    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html.
    """
    _, partition, _, region, account, path = cluster_arn.split(":")
    cluster, at = path.removeprefix("cluster/"), f"{region}:{account}"
    groups = f"arn:{partition}:autoscaling:{at}:autoScalingGroup:*:autoScalingGroupName/eks-*"
    own = {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster}": "owned"}}
    described = f"arn:{partition}:eks:{at}:nodegroup/{cluster}/*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "See", "Effect": "Allow", "Action": list(_DESCRIBES), "Resource": ["*"]},
            {"Sid": "SeeNodeGroups", "Effect": "Allow", "Action": ["eks:DescribeNodegroup"], "Resource": [described]},
            {"Sid": "Resize", "Effect": "Allow", "Action": list(_RESIZES), "Resource": [groups], "Condition": own},
        ],
    }


def key_policy(account: str) -> Document:
    """Return the key policy of the topics: account administrators, and the AWS services that publish to them."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "AccountDecides",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": ["kms:*"],
                "Resource": ["*"],
            },
            # Without it an alarm is raised, and nobody hears of it:
            # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
            _by_aws("PublishersUseKey", account, "kms:Decrypt", "kms:GenerateDataKey*"),
        ],
    }


def topic_policy(account: str) -> Document:
    """Return the policy of a topic: alarms and budgets of the account may publish, besides IAM's own policies."""
    return {"Version": "2012-10-17", "Statement": [_by_aws("PublishersPublish", account, "sns:Publish")]}


def _by_aws(sid: str, account: str, *actions: str) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
        "Action": list(actions),
        "Resource": ["*"],
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
