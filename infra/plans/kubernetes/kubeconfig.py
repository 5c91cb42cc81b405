"""The kubeconfig of an EKS cluster. Keys: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/."""

from typing import Any


def kubeconfig(*, cluster: str, endpoint: str, certificate: str, region: str) -> dict[str, Any]:
    """Return a kubeconfig without a secret: each caller authenticates through AWS, and has rights of their own.

    Args:
        cluster: the name that EKS knows it by.
        endpoint: the URL of its API.
        certificate: the authority behind the API's certificate, PEM in base64.
        region: where it is.

    """
    token = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["eks", "get-token", "--cluster-name", cluster, "--region", region],
        "interactiveMode": "Never",
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": cluster,
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
        "clusters": [
            {"name": cluster, "cluster": {"server": endpoint, "certificate-authority-data": certificate}},
        ],
        "users": [{"name": cluster, "user": {"exec": token}}],
    }
