"""Names, addresses and ports: each is settled here and nowhere else."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from sixfold.outputs import Databases, Endpoints
from sixfold.telemetry import QUIET
from sixfold.wire import ENV_HOME, ENV_REPLAY

HOST = "127.0.0.1"
SERVICES = (
    *("edge", "edge-metrics", "router", "router-metrics", "aws"),
    *("prometheus", "alertmanager", "inbox", "exporter", "evaluation", "portal"),
)
MONITOR_USER = "sixfold"
FIRST_RELEASE = 20
LAST_RELEASE = 999


def service_ports(first_port: int) -> dict[str, int]:
    """Return the port of each process that a local stack always has."""
    return {service: first_port + offset for offset, service in enumerate(SERVICES)}


def release_ports(first_port: int, keys: Iterable[str]) -> dict[str, int]:
    """Return a port for each release process.

    A key hashes to its slot, so that a release keeps its port while others come and go; only where two keys want the
    same slot does the second in sorted order move on to the next free one.
    """
    ports: dict[str, int] = {}
    slots = LAST_RELEASE - FIRST_RELEASE + 1
    for key in sorted(keys):
        slot = int(sha256(key.encode()).hexdigest(), 16) % slots
        while (port := first_port + FIRST_RELEASE + slot) in ports.values():
            slot = (slot + 1) % slots
        ports[key] = port
    return ports


def databases(stack: str) -> Databases:
    """Return the Glue databases of a stack. Glue takes lower case, digits and underscores."""
    prefix = f"sixfold_{stack.replace('-', '_')}"
    return Databases(**{layer: f"{prefix}_{layer}" for layer in Databases.model_fields})


def feature_project(stack: str) -> str:
    """Return the Feast project of a stack; its online tables start with it."""
    return f"sixfold_{stack.replace('-', '_')}"


def cluster(stack: str) -> str:
    """Return the name of a stack's EKS cluster."""
    return f"sixfold-{stack}"


def namespace(stack: str, area: str) -> str:
    """Return a namespace of a stack's own: several stacks may share a cluster."""
    return f"sixfold-{stack}-{area}"


def socket(port: int) -> str:
    """Return host:port of a local process."""
    return f"{HOST}:{port}"


def address(port: int) -> str:
    """Return the base URL of a local process."""
    return f"http://{socket(port)}"


def endpoints(ports: Mapping[str, int], login: str = "") -> Endpoints:
    """Return the addresses for people; those of the monitors contain the login, where it is given."""
    user = f"{login}@" if login else ""
    return Endpoints(
        prometheus=f"http://{user}{socket(ports['prometheus'])}",
        alertmanager=f"http://{user}{socket(ports['alertmanager'])}",
        aws=address(ports["aws"]),
        portal=f"http://{user}{socket(ports['portal'])}",
    )


def account(arn: str) -> str:
    """Return the account in an ARN (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html)."""
    return arn.split(":")[4]


def last_part(arn: str) -> str:
    """Return the last part of an ARN, such as the name of a topic."""
    return arn.rsplit(":", 1)[-1]


def job_environment(*, region: str, home: Path, access_key: str) -> dict[str, str]:
    """Return the environment of every local process. No tool that we start sends usage reports."""
    return {
        "AWS_DEFAULT_REGION": region,
        **stand_in_credentials(access_key),
        ENV_HOME: str(home),
        ENV_REPLAY: "1",  # requests may bring the time of the past: nobody real calls a machine of one's own
        **QUIET,
    }


def kept_aws(home: Path, stack: str) -> Path:
    """Return the folder of what a stack's stand-in for AWS keeps, below it by port: another port is another AWS."""
    return home / "aws" / stack


def monitor_login(access_key: str) -> str:
    """Return user:password of the local monitors."""
    return f"{MONITOR_USER}:{access_key}"


def stand_in_credentials(access_key: str) -> dict[str, str]:
    """Return the environment of an AWS client of the stand-in, which takes one access key id and any secret."""
    return {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": "not-verified"}


def pod_environment(*, region: str) -> dict[str, str]:
    """Return the environment of every pod; its AWS role comes by Pod Identity."""
    return {"AWS_DEFAULT_REGION": region, **QUIET}
