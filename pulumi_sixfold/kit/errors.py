"""The one error that a person is meant to read."""


class ProviderError(Exception):
    """Something a person can put right.

    Args:
        what: the thing and the cause, one sentence.
        remedy: what to do about it, with the command to run where there is one.

    """

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(f"{what}\n  → {remedy}")
        self.what = what
        self.remedy = remedy
