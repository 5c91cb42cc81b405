"""The cluster: EKS, reached from inside its network only, and the machines that its pods run on."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.plans.aws.iam import assume_role_policy
from infra.plans.aws.nodes import plan_nodes
from infra.plans.aws.service_policies import CONTROL_PLANE, NODES
from infra.plans.kubernetes.kubeconfig import kubeconfig
from pulumi_sixfold.resources.eks import Cluster as EksCluster
from pulumi_sixfold.resources.eks import ClusterArgs
from pulumi_sixfold.resources.eks_addon import Addon, AddonArgs
from pulumi_sixfold.resources.eks_node_group import NodeGroup, NodeGroupArgs, Taint
from pulumi_sixfold.resources.iam import Role, RoleArgs
from pulumi_sixfold.resources.kms import Key, KeyArgs
from pulumi_sixfold.resources.logs import LogGroup, LogGroupArgs
from sixfold.cluster import Eks

# Pods have no network without the first, and no role without the last; others need machines to be installed on.
_BEFORE_MACHINES = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
_SETTINGS = {"vpc-cni": {"enableNetworkPolicy": "true"}}  # else a NetworkPolicy is a wish
_LOG_DAYS = 365


class Subnets(NamedTuple):
    """Ids of the subnets from which the API server calls pods, and of those in which machines stand."""

    control: Sequence[Input[str]]
    machines: Sequence[Input[str]]


class Cluster(ComponentResource):
    """A private EKS cluster whose secrets are under a key of their own, with its add-ons and machines.

    Outputs: `name`, `arn`, `kubeconfig` (once add-ons and machines are there).
    """

    def __init__(
        self,
        name: str,
        *,
        physical_name: str,
        eks: Eks,
        region: str,
        subnets: Subnets,
        security_group_ids: Sequence[Input[str]],
        deletion_protection: bool,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Cluster", name, None, opts)
        key = Key(name, KeyArgs(description="Encrypts the secrets in Kubernetes"), self._after())
        log = LogGroup(
            name,  # EKS writes to this name; made here, it has a retention and goes with the cluster
            LogGroupArgs(
                name=f"/aws/eks/{physical_name}/cluster",
                retention_days=_LOG_DAYS,
                force_destroy=not deletion_protection,
            ),
            self._after(),
        )
        cluster = EksCluster(
            name,
            ClusterArgs(
                name=physical_name,
                role_arn=self._role(f"{name}-control-plane", "eks.amazonaws.com", CONTROL_PLANE),
                version=eks.version,
                subnet_ids=list(subnets.control),
                security_group_ids=list(security_group_ids),
                kms_key_arn=key.arn,
                deletion_protection=deletion_protection,
            ),
            self._after(log),
        )
        early = self._addons(cluster, {a: v for a, v in eks.addons.items() if a in _BEFORE_MACHINES}, ())
        machines = self._machines(name, cluster, eks, list(subnets.machines), after=early)
        late = self._addons(cluster, {a: v for a, v in eks.addons.items() if a not in _BEFORE_MACHINES}, machines)
        ready = Output.all(*(resource.urn for resource in (*machines, *late)))
        self.name, self.arn = cluster.name, cluster.arn
        self.kubeconfig = Output.all(cluster.endpoint, cluster.certificate, ready).apply(
            lambda known: json.dumps(
                kubeconfig(cluster=physical_name, endpoint=known[0], certificate=known[1], region=region)
            )
        )
        self.register_outputs({"name": self.name})

    def _after(self, *resources: Resource) -> ResourceOptions:
        return ResourceOptions(parent=self, depends_on=list(resources))

    def _role(self, name: str, service: str, policies: Sequence[str]) -> Output[str]:
        arguments = RoleArgs(
            assume_role_policy=assume_role_policy(service=service),
            managed_policy_arns=list(policies),
        )
        return Role(name, arguments, self._after()).arn

    def _addons(self, cluster: EksCluster, versions: Mapping[str, str], after: Sequence[Resource]) -> list[Resource]:
        return [
            Addon(
                addon,
                AddonArgs(
                    cluster=cluster.name,
                    addon=addon,
                    version=version,
                    configuration=_SETTINGS.get(addon),
                    overwrite=True,  # a new cluster comes with some of them, as yet without settings
                ),
                self._after(*after),
            )
            for addon, version in versions.items()
        ]

    def _machines(
        self, name: str, cluster: EksCluster, eks: Eks, subnet_ids: Sequence[Input[str]], *, after: Sequence[Resource]
    ) -> list[Resource]:
        role = self._role(f"{name}-machine", "ec2.amazonaws.com", NODES)
        groups: list[Resource] = []
        for pool, group in eks.node_groups.items():
            plan = plan_nodes(pool, group)
            arguments = NodeGroupArgs(
                cluster=cluster.name,
                role_arn=role,
                subnet_ids=list(subnet_ids),
                instance_types=list(group.instance_types),
                disk_gib=group.disk_gib,
                min_size=group.min,
                max_size=group.max,
                version=eks.version,
                ami_type=plan.ami_type,
                capacity=plan.capacity,
                labels={**plan.labels},
                taints=[Taint(**taint) for taint in plan.taints],
                tags={**plan.tags},
            )
            groups.append(NodeGroup(f"{name}-{pool}", arguments, self._after(*after)))
        return groups
