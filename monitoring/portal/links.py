"""Addresses of the portal's pages, relative to any page: they hold behind any proxy, at any path."""

from typing import NamedTuple


class Links(NamedTuple):
    """The addresses from one page; `root` leads to the first page, such as `../../`."""

    root: str

    @classmethod
    def of(cls, path: str) -> "Links":
        """Return the addresses from the page at a path."""
        return cls("../" * (path.count("/") - 1) or "./")

    def product(self, name: str) -> str:
        """Return the address of a product's page."""
        return f"{self.root}products/{name}/"

    def release(self, product: str, short: str) -> str:
        """Return the address of a release's page."""
        return f"{self.product(product)}releases/{short}/"

    def ledger(self, product: str) -> str:
        """Return the address of a product's ledger."""
        return f"{self.product(product)}ledger/"

    def data(self, product: str) -> str:
        """Return the address of a product's data."""
        return f"{self.product(product)}data/"

    def attempt(self, product: str, version: str) -> str:
        """Return the address of the page on which people try an API version."""
        return f"{self.product(product)}try/{version}/"

    def docs(self, path: str) -> str:
        """Return the address of a page of the docs."""
        return f"{self.root}docs/{path}"

    def runbook(self, alert: str) -> str:
        """Return the address of an alert's runbook."""
        return self.docs(f"runbooks/{alert}.md")
