"""Training on a cluster: Ray, which grows with its work, and a queue with a quota for each team.

Keys: https://docs.ray.io/en/latest/cluster/kubernetes/ and https://kueue.sigs.k8s.io/docs/reference/.
"""

from collections.abc import Collection, Mapping
from typing import Any

from infra.plans.aws.nodes import GPU, SPOT
from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.manifest import COMPONENT, NAME, Manifest, Phase, Phases, manifest, namespace
from infra.plans.kubernetes.quota import Capacity, needed, quota, total
from sixfold.cluster import Team

ACCOUNT, RAY = "training", "ray"
RAY_VERSION = "2.60.0"
"""That of the runner image, as the lock has it."""
_KUEUE = "kueue.x-k8s.io/v1beta1"
_LABELS = {NAME: RAY, COMPONENT: "training"}
_MOST_WORKERS = 8
# A worker that is taken away is a task that Ray does again.
_FLEETING = [{"key": SPOT, "operator": "Exists"}]


def plan_training(
    stack: str,
    *,
    where: str,
    teams: Collection[str],
    share: Team,
    image: Any,  # noqa: ANN401 - a text, an Output, or None: then there is no Ray yet
    environment: Mapping[str, Any],
) -> Phases:
    """Return training in the namespace `where`: Ray, and a queue for each of the teams with its share."""
    clusters = (_ray(where, image),) if image is not None else ()
    shares = Capacity(share.cpu, share.memory_gib).times(len(teams))
    base = (
        *quota(where, total([needed(clusters), shares]), **{GPU: share.gpus * len(teams)}),
        network_policy.deny_all(where),
        _closed(where),
        manifest("v1", "ConfigMap", pods.PLATFORM, where, data=dict(environment)),
        pods.account(ACCOUNT, where),
        *_scaling(where),
        *_queues(stack, where, teams, share),
    )
    phases = (
        Phase("namespace", (namespace(where),)),
        Phase("base", base, after=("namespace",)),
        Phase("clusters", clusters, after=("base",)),
    )
    return pods.restarted_by(phases, environment)


def _closed(where: str) -> Manifest:
    """Close Ray to all but its namespace: its dashboard and its job API run code for whoever reaches them."""
    inside = network_policy.pods_of(where)
    return network_policy.allow(
        RAY,
        where,
        labels={NAME: RAY},
        callers=[inside],
        ports=(),
        egress=[network_policy.egress_dns(), {"to": [inside]}, *network_policy.egress_aws()],
    )


def _ray(where: str, image: Any) -> Manifest:  # noqa: ANN401 - as above
    spec = {
        "rayVersion": RAY_VERSION,
        "enableInTreeAutoscaling": True,
        "authOptions": {"mode": "token"},  # which the operator draws, and gives to the pods and to jobs alone
        "autoscalerOptions": {
            "idleTimeoutSeconds": 300,
            "securityContext": pods.LOCKED,
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}},
        },
        # The head schedules, and computes nothing; it alone talks to Kubernetes, to add and remove workers.
        "headGroupSpec": {
            "rayStartParams": {"num-cpus": "0", "dashboard-host": "0.0.0.0"},  # noqa: S104 - closed by its policy
            "template": _pod("ray-head", image, cpu="1", memory="4Gi", token=True),
        },
        "workerGroupSpecs": [
            {
                "groupName": "workers",
                "replicas": 0,
                "minReplicas": 0,
                "maxReplicas": _MOST_WORKERS,
                "rayStartParams": {},
                "template": _pod("ray-worker", image, cpu="2", memory="8Gi", token=False, tolerations=_FLEETING),
            }
        ],
    }
    return manifest("ray.io/v1", "RayCluster", RAY, where, labels=_LABELS, spec=spec)


def _pod(name: str, image: Any, *, cpu: str, memory: str, token: bool, **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    ray = pods.container(name, image=image, cpu=cpu, memory=memory, envFrom=[{"configMapRef": {"name": pods.PLATFORM}}])
    return pods.pod([ray], labels=_LABELS, service_account=ACCOUNT, automountServiceAccountToken=token, **rest)


def _scaling(where: str) -> tuple[Manifest, ...]:
    """Allow the head's autoscaler to set the number of workers, and nothing else."""
    api = "rbac.authorization.k8s.io"
    rules = [
        {"apiGroups": ["ray.io"], "resources": ["rayclusters"], "resourceNames": [RAY], "verbs": ["get", "patch"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
    ]
    reference = {"apiGroup": api, "kind": "Role", "name": ACCOUNT}
    who = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": where}]
    return (
        manifest(f"{api}/v1", "Role", ACCOUNT, where, rules=rules),
        manifest(f"{api}/v1", "RoleBinding", ACCOUNT, where, roleRef=reference, subjects=who),
    )


def _queues(stack: str, where: str, teams: Collection[str], share: Team) -> tuple[Manifest, ...]:
    """Return a quota for each team, and the queue in the namespace that leads to it."""
    flavor = f"sixfold-{stack}"
    amounts = {"cpu": str(share.cpu), "memory": f"{share.memory_gib}Gi", GPU: str(share.gpus)}
    nominal = [{"name": name, "nominalQuota": amount} for name, amount in amounts.items()]
    spec = {
        "cohort": flavor,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": where}},
        "resourceGroups": [
            {"coveredResources": list(amounts), "flavors": [{"name": flavor, "resources": nominal}]},
        ],
    }
    return (
        manifest(_KUEUE, "ResourceFlavor", flavor, spec={}),
        *(manifest(_KUEUE, "ClusterQueue", f"{flavor}-{team}", spec=spec) for team in teams),
        *(manifest(_KUEUE, "LocalQueue", team, where, spec={"clusterQueue": f"{flavor}-{team}"}) for team in teams),
    )
