"""Shared by all manifests: shape, names, labels and addresses."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Manifest = dict[str, Any]

NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
PRODUCT, VERSION, RELEASE = "sixfold.dev/product", "sixfold.dev/api-version", "sixfold.dev/release"
NAMESPACE = "kubernetes.io/metadata.name"
"""The label that Kubernetes itself gives to a namespace."""


class Phase(NamedTuple):
    """Manifests that are declared once those of the phases `after` are ready."""

    name: str
    manifests: tuple[Manifest, ...]
    after: tuple[str, ...] = ()


Phases = tuple[Phase, ...]
"""All manifests of one subject, in order. The first phase is its namespace."""


def manifests_of(phases: Iterable[Phase]) -> tuple[Manifest, ...]:
    """Return every manifest."""
    return tuple(each for phase in phases for each in phase.manifests)


def manifest(api_version: str, kind: str, name: str, namespace: str | None = None, **rest: Any) -> Manifest:  # noqa: ANN401 - any member
    """Return a manifest; `labels` and `annotations` go to its metadata, everything else stands beside that."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    metadata |= {key: value for key in ("labels", "annotations") if (value := rest.pop(key, None))}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **rest}


def namespace(name: str, *, standard: str = "restricted") -> Manifest:
    """Return a namespace that admits no pod beyond a Pod Security standard.

    Standards: https://kubernetes.io/docs/concepts/security/pod-security-admission/
    """
    labels = {f"pod-security.kubernetes.io/{mode}": standard for mode in ("enforce", "warn", "audit")}
    return manifest("v1", "Namespace", name, labels=labels)


def full_name(found: Manifest) -> str:
    """Return `<namespace>/<name>` of a manifest, or its name alone where it belongs to no namespace."""
    metadata = found["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if "namespace" in metadata else str(metadata["name"])
