"""Rights on the registry bucket: who publishes releases, and who writes the ledger.

Three hands: training makes a candidate, a publisher signs what the gate passed, a releaser says what is live.
"""

from infra.plans.aws.statements import (
    LIST,
    PUT_OBJECTS,
    READ_OBJECTS,
    Document,
    Estate,
    allow,
    check_signatures,
    document,
    use_key,
)

LEDGER = "ledger"
"""The folder of the registry bucket with the ledgers; no product has that name."""


def publisher_policy(*, estate: Estate) -> Document:
    """Return the rights of who publishes: add releases and sign them. The ledger is somebody else's."""
    registry = estate.bucket(estate.registry_bucket)
    ledger = allow("LeaveTheLedger", ("s3:PutObject",), f"{registry}/{LEDGER}/*")
    return document(
        allow("List", LIST, registry),
        allow("AddReleases", (*READ_OBJECTS, *PUT_OBJECTS), f"{registry}/*"),
        ledger | {"Effect": "Deny"},
        allow("SignReleases", ("kms:Sign", "kms:Verify"), estate.signing_arns["releases"]),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )


def releaser_policy(*, estate: Estate) -> Document:
    """Return the rights of who changes what is live: read releases, and append to this stack's ledgers, signed."""
    registry = estate.bucket(estate.registry_bucket)
    return document(
        allow("List", LIST, registry),
        allow("ReadRegistry", READ_OBJECTS, f"{registry}/*"),
        allow("AppendToLedger", PUT_OBJECTS, f"{registry}/{LEDGER}/{estate.stack}/*"),
        allow("SignEntries", ("kms:Sign", "kms:Verify"), estate.signing_arns["ledger"]),
        check_signatures(estate, "releases"),
        use_key(estate, "kms:Decrypt", "kms:GenerateDataKey"),
    )
