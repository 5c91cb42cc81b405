"""Builds the features of one product: `python -m models.features --product-file product.yaml < platform.json`.

A release has this module in itself: `delivery.release_code` runs it in the release's own folder, so that features are
built by the definitions that its model was trained on. Later versions of the platform call old releases, so options
and input are an interface that stays.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from models.features.build import build
from sixfold.contract import load_product
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; the platform comes as JSON on standard input."""
    parser = argparse.ArgumentParser(prog="python -m models.features", description="Build the features of a product.")
    parser.add_argument("--product-file", required=True, type=Path, help="its product.yaml")
    given = parser.parse_args(arguments)
    try:
        build(PlatformRefs.model_validate_json(sys.stdin.read()), load_product(given.product_file))
    except SixfoldError as error:
        sys.exit(f"cannot build the features: {error}")


if __name__ == "__main__":
    main()
