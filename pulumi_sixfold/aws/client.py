"""The boto3 clients of the provider: one for each service, region, endpoint and role of the whole process."""

import os
from functools import partial
from threading import Lock
from typing import Any

from pulumi_sixfold.aws.complete import watch

# A stand-in verifies no signature, and must never be sent real credentials.
_STAND_IN = "test"
_clients: dict[tuple[str, str, str, str, str], Any] = {}
_sessions: dict[tuple[str, str, str, str], Any] = {}
_making = Lock()


def aws_client(service: str, region: str, endpoint: str | None, role: str | None, access_key: str | None = None) -> Any:  # noqa: ANN401 - boto3's are made at run time
    """Return the one client of these; `access_key` is the stand-in's. Unlike sessions, clients are thread-safe."""
    key = (service, region, endpoint or "", role or "", access_key or _STAND_IN)
    with _making:
        if key not in _clients:
            from botocore.config import Config  # noqa: PLC0415 - half a second, for those who use AWS

            from pulumi_sixfold.aws.retries import set_rules  # noqa: PLC0415

            config = Config(
                retries={"mode": "standard", "max_attempts": 2 if endpoint else 8},
                max_pool_connections=64,
                read_timeout=float(os.environ.get("SIXFOLD_AWS_TIMEOUT") or 60),
                s3={"addressing_style": "path" if endpoint else "auto"},
            )
            session = _sessions.get(key[1:]) or _sessions.setdefault(key[1:], _session(*key[1:]))
            _clients[key] = session.client(service, endpoint_url=endpoint or None, config=config)
            set_rules(_clients[key], region)
            watch(_clients[key])
        return _clients[key]


def _session(region: str, endpoint: str, role: str, access_key: str) -> Any:  # noqa: ANN401 - its 400 overloads want a literal
    """Return a session of whoever runs this, or of the role that they take; a stand-in is asked for its own role."""
    import boto3  # noqa: PLC0415 - see aws_client
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials  # noqa: PLC0415
    from botocore.exceptions import NoCredentialsError  # noqa: PLC0415

    known: Any = {"aws_access_key_id": access_key, "aws_secret_access_key": _STAND_IN} if endpoint else {}
    session: Any = boto3.Session(region_name=region, **known)
    if role:
        own = session.get_credentials()
        if own is None:
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(
            partial(boto3.Session(region_name=region).client, endpoint_url=endpoint or None),
            own,
            role,
            {"RoleSessionName": "sixfold"},
        )
        # There is no public way to a role that is taken again before its hour is over, other than a file in ~/.aws.
        session._session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001
    return session
