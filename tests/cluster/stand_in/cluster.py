"""One cluster, through the official client."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import yaml
from kubernetes import config
from kubernetes.client import ApiClient, Configuration

from sixfold.errors import SixfoldError
from tests.cluster.stand_in.objects import Object

FIELD_MANAGER = "pulumi-kubernetes"
GONE = 404
_KIND_WITHIN_S = 20


class Refused(SixfoldError):  # noqa: N818 - reads as a sentence where it is caught
    """Refusal of the API server; `status` is the HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the API server answered {status}: {message}", remedy="change the manifest, then run again")
        self.status = status
        self.is_about_a_fixed_field = status == 422 and "immutable" in message


class Cluster:
    """Client of a cluster for the stand-in; objects are identified by their apiVersion, kind, namespace and name.

    Args:
        settings: the provider's `kubeconfig` (its text, or a path) and `context`.

    """

    def __init__(self, settings: dict[str, Any]) -> None:
        given = settings.get("kubeconfig") or os.environ.get("KUBECONFIG") or str(Path.home() / ".kube" / "config")
        text = Path(given).read_text() if "\n" not in given and Path(given).is_file() else given
        configuration = Configuration(connection_pool_maxsize=64)
        config.load_kube_config_from_dict(
            yaml.safe_load(text), context=settings.get("context"), client_configuration=configuration
        )
        self._api = ApiClient(configuration)
        self._kinds: dict[tuple[str, str], tuple[str, bool]] = {}
        self._lock = threading.Lock()

    def apply(self, manifest: Object, *, dry_run: bool = False, force: bool = False) -> Object:
        """Apply on the server's side, unknown fields refused; without `force` a field of somebody else is a 409."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", "force": str(force).lower()}
        query |= {"dryRun": "All"} if dry_run else {}
        path = self.path(manifest, within_s=0 if dry_run else _KIND_WITHIN_S)
        return self._request("PATCH", path, query, manifest, "application/apply-patch+yaml")

    def get(self, manifest: Object) -> Object | None:
        """Return the live object; None when it, or its kind, is not there."""
        try:
            return self._request("GET", self.path(manifest, within_s=0))
        except Refused as error:
            if error.status == GONE:
                return None
            raise

    def delete(self, manifest: Object) -> None:
        """Start the deletion of an object and of what it owns; it may be gone already."""
        try:
            self._request("DELETE", self.path(manifest, within_s=0), body={"propagationPolicy": "Foreground"})
        except Refused as error:
            if error.status != GONE:
                raise

    def has_endpoints(self, service: Object) -> bool:
        """Tell whether a pod that is ready answers for a Service."""
        metadata = service["metadata"]
        path = f"/apis/discovery.k8s.io/v1/namespaces/{metadata['namespace']}/endpointslices"
        slices = self._request("GET", path, {"labelSelector": f"kubernetes.io/service-name={metadata['name']}"})
        endpoints = [each for item in slices["items"] for each in item.get("endpoints") or []]
        return any(each.get("conditions", {}).get("ready") for each in endpoints)

    def is_namespaced(self, version: str, kind: str, within_s: float = _KIND_WITHIN_S) -> bool:
        """Tell whether objects of a kind are in namespaces."""
        return self._kind(version, kind, within_s)[1]

    def path(self, manifest: Object, within_s: float = _KIND_WITHIN_S) -> str:
        """Return the path of an object.

        Args:
            manifest: the object.
            within_s: how long its kind, which may be new, has to appear.

        Raises:
            Refused: with status 404, there is no such kind.

        """
        version, metadata = manifest["apiVersion"], manifest["metadata"]
        plural, is_namespaced = self._kind(version, manifest["kind"], within_s)
        namespace = f"/namespaces/{metadata.get('namespace', 'default')}" if is_namespaced else ""
        return f"{_root(version)}{namespace}/{plural}/{metadata['name']}"

    def _kind(self, version: str, kind: str, within_s: float) -> tuple[str, bool]:
        deadline = time.monotonic() + within_s
        while (version, kind) not in self._kinds:
            with self._lock:
                self._discover(version)
            if (version, kind) in self._kinds:
                break
            if time.monotonic() >= deadline:
                raise Refused(GONE, f"there is no kind {kind} of {version}")
            time.sleep(0.2)
        return self._kinds[version, kind]

    def _discover(self, version: str) -> None:
        try:
            resources = self._request("GET", _root(version))["resources"]
        except Refused as error:
            if error.status == GONE:
                return
            raise
        for each in resources:
            if "/" not in each["name"]:  # a subresource
                self._kinds[version, each["kind"]] = each["name"], each["namespaced"]

    def _request(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Object | None = None,
        content_type: str = "application/json",
    ) -> Object:
        headers = {"Accept": "application/json", "Content-Type": content_type}
        request = self._api.param_serialize(
            method, path, {}, list((query or {}).items()), headers, body, auth_settings=["BearerToken"]
        )
        response = self._api.call_api(*request)
        text = response.read().decode()
        if response.status >= 400:
            raise Refused(response.status, _message(text))
        answer: Object = json.loads(text)
        return answer


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"


def _message(answer: str) -> str:
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError):
        return answer
