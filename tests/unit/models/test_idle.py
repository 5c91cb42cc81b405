import subprocess
import sys
from pathlib import Path

from models.candidate import Candidate
from models.training import train as training
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs

AGAIN = """
import sys
from pathlib import Path
from models.features import build as features
from models.loading import is_loaded
from models.training import train as training
from sixfold.contract import load_product
from sixfold.outputs import PlatformRefs
platform, product = PlatformRefs.model_validate_json(sys.argv[1]), load_product(Path(sys.argv[2]))
assert is_loaded(platform, product)
assert not features.build(platform, product)
training.train(platform, product, Path(sys.argv[3]))
print(*({"polars", "pandera", "pandas", "pyiceberg", "feast", "ray", "lightgbm", "sklearn"} & set(sys.modules)))
"""


def test_with_nothing_to_do_no_heavy_library_is_loaded(
    built: PlatformRefs, product: Product, candidate: Candidate
) -> None:
    import products  # noqa: PLC0415 - only for where it lies

    training.train(built, product, candidate.path)  # other tests may have trained on the same platform since
    contract = Path(products.__path__[0], product.package, "product.yaml")
    command = [sys.executable, "-c", AGAIN, built.model_dump_json(), str(contract), str(candidate.path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
