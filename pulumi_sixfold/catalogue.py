"""Every resource type that the plugin serves."""

from typing import Any

from pulumi_sixfold.aws.athena import WorkGroupHandler
from pulumi_sixfold.aws.budgets import BudgetHandler
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
from pulumi_sixfold.aws.logs_metric_filter import MetricFilterHandler
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
from pulumi_sixfold.local.process import ProcessHandler

HANDLERS: tuple[type[Handler[Any]], ...] = (
    AccessEntryHandler,
    AddonHandler,
    AlarmHandler,
    AliasHandler,
    BucketHandler,
    BucketObjectHandler,
    BudgetHandler,
    ClusterHandler,
    DatabaseHandler,
    GlueTableHandler,
    InstanceProfileHandler,
    InternetGatewayHandler,
    KeyHandler,
    LogGroupHandler,
    MetricFilterHandler,
    NatGatewayHandler,
    NodeGroupHandler,
    OpenIdConnectProviderHandler,
    PodIdentityAssociationHandler,
    PolicyHandler,
    ProcessHandler,
    QueueHandler,
    RepositoryHandler,
    RoleHandler,
    RouteTableHandler,
    RuleHandler,
    SecretHandler,
    SecurityGroupHandler,
    SubnetHandler,
    SubscriptionHandler,
    TableHandler,
    TopicHandler,
    VpcEndpointHandler,
    VpcHandler,
    WorkGroupHandler,
)
