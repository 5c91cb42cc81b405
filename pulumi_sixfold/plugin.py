"""The plugin process: `python -m pulumi_sixfold.plugin`. Prints its port, as the engine expects, and serves."""

from pulumi_sixfold.aws.lookups import LOOKUPS
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.server import serve


def main() -> None:
    """Serve until the engine stops this process or goes away."""
    serve(Servicer(HANDLERS, LOOKUPS))


if __name__ == "__main__":
    main()
