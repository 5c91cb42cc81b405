"""Each check of the level "restricted" is broken once, and exactly that check is caught."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.policies.catalogue import RULES
from infra.policies.pods import pods
from infra.policies.rule import Source

Props = dict[str, Any]
Parts = Callable[[Props], Iterator[Props]]

POD_RULES = {rule.id.removeprefix("PodSecurity."): rule for rule in RULES if rule.source is Source.POD_SECURITY}
SAFE: Props = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
HTTP: Props = {"httpGet": {"path": "/", "port": 80}}
CONTAINER: Props = {"name": "web", "image": "web@sha256:0", "securityContext": SAFE, "readinessProbe": HTTP}
CONTEXT: Props = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
SPEC: Props = {
    "securityContext": CONTEXT,
    "containers": [CONTAINER],
    "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "bare"}],
}


def with_context(**change: object) -> Props:
    return {"securityContext": {**CONTEXT, **change}}


def with_container(kind: str = "containers", **change: object) -> Props:
    return {kind: [{**CONTAINER, **change}]}


def in_container(**change: object) -> Props:
    return with_container(securityContext={**SAFE, **change})


BROKEN: list[tuple[str, Props]] = [
    ("allowPrivilegeEscalation", in_container(allowPrivilegeEscalation=None)),
    ("allowPrivilegeEscalation", in_container(allowPrivilegeEscalation=True)),
    ("appArmorProfile", with_context(appArmorProfile={"type": "Unconfined"})),
    ("capabilities_restricted", in_container(capabilities=None)),
    ("capabilities_restricted", in_container(capabilities={"drop": ["ALL"], "add": ["CHOWN"]})),
    ("hostNamespaces", {"hostNetwork": True}),
    ("hostNamespaces", {"hostPID": True}),
    ("hostNamespaces", {"hostIPC": True}),
    ("hostPorts", with_container(ports=[{"containerPort": 80, "hostPort": 80}])),
    ("hostProbesAndHostLifecycle", with_container(livenessProbe={"httpGet": {"host": "10.0.0.1"}})),
    ("hostProbesAndHostLifecycle", with_container(lifecycle={"preStop": {"tcpSocket": {"host": "10.0.0.1"}}})),
    ("privileged", in_container(privileged=True)),
    ("privileged", with_container("initContainers", securityContext={**SAFE, "privileged": True})),
    ("procMount", in_container(procMount="Unmasked")),
    ("restrictedVolumes", {"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}),
    ("runAsNonRoot", with_context(runAsNonRoot=None)),
    ("runAsNonRoot", in_container(runAsNonRoot=False)),
    ("runAsUser", with_context(runAsUser=0.0)),
    ("seLinuxOptions", in_container(seLinuxOptions={"type": "spc_t"})),
    ("seLinuxOptions", with_context(seLinuxOptions={"user": "root"})),
    ("seccompProfile_restricted", with_context(seccompProfile=None)),
    ("seccompProfile_restricted", in_container(seccompProfile={"type": "Unconfined"})),
    ("sysctls", with_context(sysctls=[{"name": "kernel.msgmax", "value": "1"}])),
    ("windowsHostProcess", with_context(windowsOptions={"hostProcess": True})),
]
HOLDERS = {
    "core/v1:Pod": lambda spec: {"spec": spec},
    "apps/v1:Deployment": lambda spec: {"spec": {"template": {"spec": spec}}},
    "apps/v1:StatefulSet": lambda spec: {"spec": {"template": {"spec": spec}}},
    "apps/v1:DaemonSet": lambda spec: {"spec": {"template": {"spec": spec}}},
    "batch/v1:Job": lambda spec: {"spec": {"template": {"spec": spec}}},
    "batch/v1:CronJob": lambda spec: {"spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}},
    "ray.io/v1:RayCluster": lambda spec: {
        "spec": {"headGroupSpec": {"template": {"spec": SPEC}}, "workerGroupSpecs": [{"template": {"spec": spec}}]}
    },
}


def caught(props: Props) -> set[str]:
    return {name for name, rule in POD_RULES.items() if list(rule.check(props))}


@pytest.mark.parametrize(("check", "change"), BROKEN)
def test_a_broken_check_is_caught_and_no_other(check: str, change: Props) -> None:
    assert caught({"spec": {**SPEC, **change}}) == {check}


@pytest.mark.parametrize("kind", HOLDERS)
def test_pods_are_found_in_every_kind_that_makes_them(kind: str) -> None:
    assert all(rule.covers(f"kubernetes:{kind}") for rule in POD_RULES.values())
    assert caught(HOLDERS[kind](SPEC)) == set()
    assert caught(HOLDERS[kind]({**SPEC, "hostNetwork": True})) == {"hostNamespaces"}


def test_a_finding_says_where_the_container_is() -> None:
    [*_, worker] = pods(HOLDERS["ray.io/v1:RayCluster"](SPEC))
    assert worker.containers[0].where == "spec.workerGroupSpecs[0].template.spec.containers[web]"


def test_a_container_decides_over_its_pod() -> None:
    spec = {"containers": [{**CONTAINER, "securityContext": {**SAFE, **CONTEXT}}]}
    assert caught({"spec": spec}) == set()


def test_what_a_preview_cannot_know_raises_no_alarm(each_part_unknown: Parts) -> None:
    for props in each_part_unknown({"spec": SPEC}):
        assert caught(props) == set()


def test_every_check_is_broken_above() -> None:
    assert {name for name, _ in BROKEN} == set(POD_RULES)


# What the level "restricted" allows, field by field, from the page of the standard.
VOLUMES = (
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"),
)
SYSCTLS = (
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"),
    *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
    *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
)
ALLOWED: list[Props] = [
    {"volumes": [{"name": name, name: {}} for name in VOLUMES]},
    with_context(sysctls=[{"name": name, "value": "1"} for name in SYSCTLS]),
    *(with_context(seLinuxOptions={"type": f"container{kind}_t"}) for kind in ("", "_init", "_kvm", "_engine")),
    with_context(seLinuxOptions={"type": "", "user": "", "role": "", "level": "s0:c1"}),
    *(with_context(appArmorProfile={"type": kind}) for kind in ("RuntimeDefault", "Localhost")),
    *(with_context(seccompProfile={"type": kind}) for kind in ("RuntimeDefault", "Localhost")),
    in_container(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
    in_container(procMount="Default"),
    with_container(ports=[{"containerPort": 80, "hostPort": 0}]),
    with_container(livenessProbe={"httpGet": {"host": ""}}),
    {"hostNetwork": False, "hostPID": False, "hostIPC": False},
    with_context(runAsUser=1),
]
TO_A_HOST: list[Props] = [{how: {"host": "10.0.0.1"}} for how in ("httpGet", "tcpSocket")]
HANDLERS: list[Props] = [
    *({f"{kind}Probe": ask} for kind in ("liveness", "readiness", "startup") for ask in TO_A_HOST),
    *({"lifecycle": {kind: ask}} for kind in ("postStart", "preStop") for ask in TO_A_HOST),
]


@pytest.mark.parametrize("change", ALLOWED)
def test_what_the_standard_allows_passes(change: Props) -> None:
    assert caught({"spec": {**SPEC, **change}}) == set()


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_probe_and_no_hook_may_name_a_host(handler: Props) -> None:
    assert caught({"spec": {**SPEC, **with_container(**handler)}}) == {"hostProbesAndHostLifecycle"}


@pytest.mark.parametrize(
    ("check", "change", "sentence"),
    [
        ("restrictedVolumes", {"volumes": [{"name": "a", "hostPath": {}}]}, "spec.volumes[a] is a hostPath"),
        (
            "seLinuxOptions",
            with_context(seLinuxOptions={"role": "r"}),
            "spec.securityContext.seLinuxOptions.role is set",
        ),
        ("capabilities_restricted", in_container(capabilities={"drop": []}), "spec.containers[web] does not drop ALL"),
        ("privileged", in_container(privileged=True), "spec.containers[web].securityContext.privileged is on"),
        (
            "hostProbesAndHostLifecycle",
            with_container(lifecycle={"preStop": {"httpGet": {"host": "a"}}}),
            "spec.containers[web].lifecycle.preStop names a host",
        ),
    ],
)
def test_a_finding_names_the_field(check: str, change: Props, sentence: str) -> None:
    (found,) = POD_RULES[check].check({"spec": {**SPEC, **change}})
    assert found.startswith(sentence)


def test_a_container_says_itself_that_it_may_be_root_or_has_no_profile() -> None:
    bare = {**SPEC, "securityContext": {}}
    assert caught({"spec": bare}) == {"runAsNonRoot", "seccompProfile_restricted"}
    both = {**bare, **in_container(runAsNonRoot=True, seccompProfile={"type": "Localhost"})}
    assert caught({"spec": both}) == set()
