"""Kubernetes Pod Security Standards, level "restricted", which includes "baseline"; for Linux pods.

Standard: https://kubernetes.io/docs/concepts/security/pod-security-standards/, the ids are those of the checks in
k8s.io/pod-security-admission. Its `hostPathVolumes` is part of `restrictedVolumes` here, as it is at this level.
"""

from collections.abc import Callable, Iterable
from typing import Any

from infra.policies.pods import Pod, each_pod
from infra.policies.rule import Rule, Source
from infra.policies.values import UNKNOWN, get, items, one_of, texts

_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"),
    "name",  # not a source: what the volume is called
}
_SYSCTLS = (
    *("kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies"),
    *("net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start"),
    *("net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
    *("net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time"),
)
_PROFILES = ("RuntimeDefault", "Localhost")
_HANDLERS = (
    *(("livenessProbe",), ("readinessProbe",), ("startupProbe",)),
    *(("lifecycle", "postStart"), ("lifecycle", "preStop")),
)


def _host_namespaces(pod: Pod) -> Iterable[str]:
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.whole.spec.get(name) is True:
            yield f"{pod.whole.where}.{name} is on"


def _volumes(pod: Pod) -> Iterable[str]:
    for volume in items(pod.whole.spec.get("volumes")):
        for source in sorted(set(volume) - _VOLUMES) if isinstance(volume, dict) else ():
            yield f"{pod.whole.where}.volumes[{get(volume, 'name')}] is a {source}"


def _sysctls(pod: Pod) -> Iterable[str]:
    for sysctl in items(get(pod.whole.spec, "securityContext", "sysctls")):
        if not one_of(get(sysctl, "name"), *_SYSCTLS):
            yield f"{pod.whole.where}.securityContext.sysctls has {get(sysctl, 'name')}"


def _host_ports(pod: Pod) -> Iterable[str]:
    for container in pod.containers:
        if not all(one_of(get(port, "hostPort"), 0) for port in items(container.spec.get("ports"))):
            yield f"{container.where}.ports has a hostPort"


def _host_probes(pod: Pod) -> Iterable[str]:
    for container in pod.containers:
        for path in _HANDLERS:
            if not all(one_of(get(container.spec, *path, how, "host"), "") for how in ("httpGet", "tcpSocket")):
                yield f"{container.where}.{'.'.join(path)} names a host"


def _run_as_non_root(pod: Pod) -> Iterable[str]:
    for part in pod.parts:
        if get(part.spec, "securityContext", "runAsNonRoot") is False:
            yield f"{part.where}.securityContext.runAsNonRoot is off"
    for container in pod.containers:
        if pod.settled(container, "runAsNonRoot") is None:
            yield f"{container.where} may run as root"


def _seccomp(pod: Pod) -> Iterable[str]:
    for part in pod.parts:
        if not one_of(get(part.spec, "securityContext", "seccompProfile", "type"), *_PROFILES):
            yield f"{part.where}.securityContext.seccompProfile is off"
    for container in pod.containers:
        if pod.settled(container, "seccompProfile", "type") is None:
            yield f"{container.where} has no seccomp profile"


def _escalation(pod: Pod) -> Iterable[str]:
    for container in pod.containers:
        allowed = get(container.spec, "securityContext", "allowPrivilegeEscalation")
        if allowed is None or not one_of(allowed, False):
            yield f"{container.where} may gain privileges"


def _capabilities(pod: Pod) -> Iterable[str]:
    for container in pod.containers:
        drop, add = (get(container.spec, "securityContext", "capabilities", way) for way in ("drop", "add"))
        # What is not known yet may be ALL.
        if drop is None or (drop is not UNKNOWN and "ALL" not in drop and UNKNOWN not in drop):
            yield f"{container.where} does not drop ALL capabilities"
        yield from (f"{container.where} adds {each}" for each in texts(add) if each != "NET_BIND_SERVICE")


def _in_every_context(wrong: Callable[[Any], Iterable[str]]) -> Callable[[Pod], Iterable[str]]:
    def look(pod: Pod) -> Iterable[str]:
        for part in pod.parts:
            for what in wrong(get(part.spec, "securityContext")):
                yield f"{part.where}.securityContext.{what}"

    return look


def _privileged(context: object) -> Iterable[str]:
    if get(context, "privileged") is True:
        yield "privileged is on"


def _proc_mount(context: object) -> Iterable[str]:
    if not one_of(get(context, "procMount"), "Default"):
        yield "procMount is not Default"


def _root(context: object) -> Iterable[str]:
    if get(context, "runAsUser") == 0:
        yield "runAsUser is 0"


def _windows_host(context: object) -> Iterable[str]:
    if get(context, "windowsOptions", "hostProcess") is True:
        yield "windowsOptions.hostProcess is on"


def _app_armor(context: object) -> Iterable[str]:
    if not one_of(get(context, "appArmorProfile", "type"), *_PROFILES):
        yield "appArmorProfile is off"


def _se_linux(context: object) -> Iterable[str]:
    options = get(context, "seLinuxOptions")
    if not one_of(get(options, "type"), "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"):
        yield "seLinuxOptions.type is not that of a container"
    yield from (f"seLinuxOptions.{name} is set" for name in ("user", "role") if not one_of(get(options, name), ""))


def _rule(check_id: str, title: str, look: Callable[[Pod], Iterable[str]], remedy: str) -> Rule:
    return Rule(f"PodSecurity.{check_id}", title, ("kubernetes:*",), each_pod(look), remedy, Source.POD_SECURITY)


RULES = (
    _rule(
        "allowPrivilegeEscalation",
        "A container gains no privileges",
        _escalation,
        "set securityContext.allowPrivilegeEscalation to false",
    ),
    _rule("appArmorProfile", "AppArmor stays on", _in_every_context(_app_armor), "use RuntimeDefault or Localhost"),
    _rule(
        "capabilities_restricted",
        "A container has no capabilities",
        _capabilities,
        "set securityContext.capabilities to {drop: [ALL]}; only NET_BIND_SERVICE may be added",
    ),
    _rule("hostNamespaces", "A pod has namespaces of its own", _host_namespaces, "leave these out"),
    _rule("hostPorts", "A pod takes no port of its host", _host_ports, "use a Service"),
    _rule("hostProbesAndHostLifecycle", "Probes ask the pod itself", _host_probes, "leave host out"),
    _rule("privileged", "No container is privileged", _in_every_context(_privileged), "leave privileged out"),
    _rule("procMount", "/proc is masked", _in_every_context(_proc_mount), "leave procMount out"),
    _rule(
        "restrictedVolumes",
        "A pod mounts nothing of its host",
        _volumes,
        "use a configMap, secret, emptyDir, persistentVolumeClaim, projected, downwardAPI, csi or ephemeral volume",
    ),
    _rule(
        "runAsNonRoot",
        "A container that would run as root does not start",
        _run_as_non_root,
        "set securityContext.runAsNonRoot to true, on the pod or on each container",
    ),
    _rule("runAsUser", "Nothing runs as user 0", _in_every_context(_root), "leave runAsUser out, or name another"),
    _rule(
        "seLinuxOptions",
        "SELinux confines containers as such",
        _in_every_context(_se_linux),
        "leave seLinuxOptions out",
    ),
    _rule(
        "seccompProfile_restricted",
        "System calls are filtered",
        _seccomp,
        "set securityContext.seccompProfile.type to RuntimeDefault, on the pod or on each container",
    ),
    _rule("sysctls", "A pod sets only what is its own in the kernel", _sysctls, "leave these sysctls out"),
    _rule(
        "windowsHostProcess",
        "No pod is a process of a Windows host",
        _in_every_context(_windows_host),
        "leave windowsOptions.hostProcess out",
    ),
)
