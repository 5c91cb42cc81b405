"""Every resource type that the plugin serves."""

from typing import Any

from infra.providers.aws.athena import WorkGroupHandler
from infra.providers.aws.budgets import BudgetHandler
from infra.providers.aws.cloudwatch import AlarmHandler
from infra.providers.aws.dynamodb import TableHandler
from infra.providers.aws.ecr import RepositoryHandler
from infra.providers.aws.eks import ClusterHandler
from infra.providers.aws.eks_access_entry import AccessEntryHandler
from infra.providers.aws.eks_addon import AddonHandler
from infra.providers.aws.eks_node_group import NodeGroupHandler
from infra.providers.aws.eks_pod_identity import PodIdentityAssociationHandler
from infra.providers.aws.events import RuleHandler
from infra.providers.aws.gateways import InternetGatewayHandler, NatGatewayHandler
from infra.providers.aws.glue import DatabaseHandler
from infra.providers.aws.glue_table import TableHandler as GlueTableHandler
from infra.providers.aws.iam import RoleHandler
from infra.providers.aws.iam_instance_profile import InstanceProfileHandler
from infra.providers.aws.iam_oidc import OpenIdConnectProviderHandler
from infra.providers.aws.iam_policy import PolicyHandler
from infra.providers.aws.kms import KeyHandler
from infra.providers.aws.kms_alias import AliasHandler
from infra.providers.aws.logs import LogGroupHandler
from infra.providers.aws.route_table import RouteTableHandler
from infra.providers.aws.s3 import BucketHandler
from infra.providers.aws.s3_object import BucketObjectHandler
from infra.providers.aws.secretsmanager import SecretHandler
from infra.providers.aws.security_group import SecurityGroupHandler
from infra.providers.aws.sns import SubscriptionHandler, TopicHandler
from infra.providers.aws.sqs import QueueHandler
from infra.providers.aws.subnet import SubnetHandler
from infra.providers.aws.vpc import VpcHandler
from infra.providers.aws.vpc_endpoint import VpcEndpointHandler
from infra.providers.handler import Handler
from infra.providers.local.process import ProcessHandler

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
