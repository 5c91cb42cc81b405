"""Controls of the AWS standard about services of ours that have no rule, and why: nothing is left out silently."""

UNCHECKED = {
    "DynamoDB.1": "the provider makes tables on demand only, which scale by themselves",
    "DynamoDB.6": "the provider does not set AWS's own deletion protection; see DataLoss.1",
    "EC2.2": "the provider leaves a VPC's default group alone; give every resource a group of its own",
    "EC2.6": "the provider makes no flow logs",
    "EC2.10, EC2.55, EC2.56, EC2.57, EC2.58, EC2.60": "interface endpoints cost by the hour: each network decides",
    "EC2.172": "about the account: not made by a stack",
    "IAM.2, IAM.3, IAM.5, IAM.8": "about users: the provider makes none",
    "IAM.4, IAM.6, IAM.7": "about the account: not made by a stack",
    "KMS.3": "about a deletion under way; see DataLoss.2",
    "S3.1": "about the account: not made by a stack; see S3.8 for each bucket",
    "S3.9": "the provider sets no server access logging",
    "S3.12": "the provider sets no ACLs",
    "SecretsManager.1, SecretsManager.4": "the provider sets no rotation",
    "SecretsManager.2, SecretsManager.3": "only a running account can tell",
}
