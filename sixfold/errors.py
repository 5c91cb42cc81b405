"""The one error that a person is meant to read."""


class SixfoldError(Exception):
    """An error that a person can correct.

    Args:
        what: the thing and the cause, one sentence.
        remedy: what to do about it, with the command to run where there is one.

    """

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(f"{what}\n  → {remedy}")
        self.what = what
        self.remedy = remedy
