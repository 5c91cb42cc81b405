"""Content keys: two steps with the same key have read the same data through the same code."""

import hashlib
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from models.imports import closure
from sixfold.contract import Product
from sixfold.product import module_name

_ROOT = Path(__file__).resolve().parents[1]


def content_key(*parts: str) -> str:
    """Return a sha256 over the parts, in their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def file_key(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_key(*modules: str) -> str:
    """Return a key of the source of modules, which are found but not imported.

    Raises:
        ModuleNotFoundError: there is no such module.

    """
    return content_key(*(file_key(_source(module)) for module in modules))


def product_key(product: Product, *modules: str) -> str:
    """Return a key of the source of a product's modules and of whatever else of the product they import.

    Raises:
        ModuleNotFoundError: the product lacks one of them.

    """
    reached = closure(_ROOT, [module_name(product, module) for module in modules])
    own = {name: path for name, path in reached.items() if name.startswith(module_name(product, ""))}
    return content_key(*(part for name, path in own.items() for part in (name, file_key(path))))


def library_key(*distributions: str) -> str:
    """Return a key of the installed versions of libraries whose output depends on their version."""
    return content_key(*(f"{name}=={version(name)}" for name in distributions))


def _source(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(module)
    return Path(spec.origin)
