"""The changelog of a product: the differences of each release to the one that was live when it was published.

They are noted in the release's record, so that they are where the release is, and never change. A file in the product's
folder would make each publish change the working tree, and with it the commit of the next release.
"""

from collections.abc import Iterable, Iterator, Mapping

from models.candidate import Candidate
from sixfold.cases import Case
from sixfold.release import SHORT, Changes, Record


def changes_since(before: Candidate, since: str | None, now: Candidate, fixed: Mapping[str, Case]) -> Changes:
    """Return the differences of a candidate to the live release.

    Args:
        before: the model and record of the live release.
        since: its digest.
        now: the candidate, which passes all cases.
        fixed: the cases that the live release fails.

    """
    old, new = before.record, now.record
    tables = sorted(old.content.keys() | new.content.keys())
    names = sorted(old.params.keys() | new.params.keys())
    return Changes(
        since=since,
        data=tuple(name for name in tables if old.content.get(name) != new.content.get(name)),
        features_added=tuple(name for name in new.features if name not in old.features),
        features_removed=tuple(name for name in old.features if name not in new.features),
        parameters={
            name: (_text(old.params, name), _text(new.params, name))
            for name in names
            if old.params.get(name) != new.params.get(name)
        },
        metrics={name: (old.metrics[name], value) for name, value in new.metrics.items() if name in old.metrics},
        fixed={name: case.origin.strip(" ()") for name, case in fixed.items()},
    )


def markdown(records: Iterable[Record]) -> str:
    """Return the changelog of releases as Markdown, in their order."""
    return "".join(f"{line}\n" for record in records for line in (*_lines(record), ""))


def _lines(record: Record) -> Iterator[str]:
    yield f"## {record.created:%Y-%m-%d} · {record.short}"
    changes = record.changes
    if changes is None:
        yield "- no live release to compare with"
        return
    yield f"- compared with release {changes.since[:SHORT] if changes.since else 'that is in no registry'}"
    if changes.data:
        yield f"- data: {', '.join(changes.data)}"
    features = [*(f"+{name}" for name in changes.features_added), *(f"-{name}" for name in changes.features_removed)]
    if features:
        yield f"- features: {', '.join(features)}"
    if changes.parameters:
        pairs = (f"{name} {old} → {new}" for name, (old, new) in changes.parameters.items())
        yield f"- parameters: {', '.join(pairs)}"
    for name, (was, value) in changes.metrics.items():
        yield f"- {name}: {was:.4f} → {value:.4f}"
    for name, origin in changes.fixed.items():
        yield f"- fixed: case {name}" + (f", {origin}" if origin else "")


def _text(values: Mapping[str, object], name: str) -> str:
    return str(values[name]) if name in values else "none"
