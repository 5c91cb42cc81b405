from pathlib import Path

import pytest

from delivery.release_code import build_features, names_tables_barely
from sixfold.errors import SixfoldError
from sixfold.outputs import Databases, PlatformRefs

CONTRACT = """
class Product:
    def __init__(self, text): self.text = text
def load_product(path): return Product(path.read_text())
"""
PLATFORM = """
class {name}:
    @classmethod
    def model_validate_json(cls, text): return text
"""
BUILD = """
from pathlib import Path
def build(platform, product): Path("built").write_text(product.text + platform)
"""


@pytest.fixture
def platform() -> PlatformRefs:
    names = Databases(**{layer: layer for layer in Databases.model_fields})
    return PlatformRefs(
        stack="t", region="eu-west-1", aws_endpoint=None, lake_bucket="l", features_bucket="f", registry_bucket="r",
        databases=names, feature_project="t",
    )  # fmt: skip


def _release(folder: Path, **files: str) -> Path:
    """A stand-in for the `src` folder of a release: as much code as the command of its time calls."""
    for name, text in {"sixfold____init__": "", "sixfold__contract": CONTRACT, **files}.items():
        path = folder / f"{name.replace('__', '/', 1)}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "product.yaml").write_text("product ")
    return folder


def test_a_release_from_before_the_command_builds_its_features_by_its_own_code(
    tmp_path: Path, platform: PlatformRefs
) -> None:
    old = _release(
        tmp_path, models____init__="", models__features=BUILD, sixfold__environment=PLATFORM.format(name="Platform")
    )
    build_features(old, platform)
    assert (old / "built").read_text() == f"product {platform.model_dump_json()}"


def test_a_release_that_has_the_command_builds_its_features_by_it(tmp_path: Path, platform: PlatformRefs) -> None:
    main = "import sys\nfrom pathlib import Path\nPath('built').write_text(' '.join(sys.argv[1:]) + sys.stdin.read())"
    new = _release(tmp_path, models____init__="")
    (new / "models" / "features").mkdir()
    (new / "models" / "features" / "__main__.py").write_text(main)
    build_features(new, platform)
    assert (new / "built").read_text() == f"--product-file product.yaml{platform.model_dump_json()}"


def test_code_that_fails_is_quoted(tmp_path: Path, platform: PlatformRefs) -> None:
    old = _release(tmp_path, models____init__="", models__features="raise OSError('no such table')")
    with pytest.raises(SixfoldError, match="no such table"):
        build_features(old, platform)


def test_a_release_tells_whether_its_tables_carry_the_product(tmp_path: Path) -> None:
    assert names_tables_barely(_release(tmp_path / "old"))
    assert not names_tables_barely(Path(__file__).parents[3])
