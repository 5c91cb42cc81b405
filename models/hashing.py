"""Content keys: two steps with the same key have read the same data through the same code."""

import ast
import hashlib
from importlib.metadata import version
from pathlib import Path

from models.imports import closure, file_of
from sixfold.contract import Product
from sixfold.elsewhere import REQUIREMENTS, folder_of
from sixfold.product import module_name

_FRAMEWORKS = "models.frameworks."
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


def framework_key(product: Product) -> str:
    """Return a key of the frameworks that the product's `model.py` reaches: their source and their libraries' versions.

    What the product requires beside our lock is part of it.

    `libraries` of a framework is read from its source: nothing is imported to find out that nothing has changed.

    Raises:
        ModuleNotFoundError: the product has no `model.py`.

    """
    reached = closure(_ROOT, [module_name(product, "model")])
    own = module_name(product, "")
    files = [path for name, path in reached.items() if name.startswith((_FRAMEWORKS, own))]
    libraries = {name for path in files for name in _libraries(path)}
    sources = [path for name, path in reached.items() if name.startswith(_FRAMEWORKS)]
    asked = folder_of(product.package, _ROOT / "products") / REQUIREMENTS
    also = [asked] if asked.is_file() else []
    return content_key(library_key(*sorted(libraries)), *(file_key(path) for path in (*sources, *also)))


def _libraries(path: Path) -> tuple[str, ...]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == ["libraries"]:
            return tuple(ast.literal_eval(node.value))
    return ()


def library_key(*distributions: str) -> str:
    """Return a key of the installed versions of libraries whose output depends on their version."""
    return content_key(*(f"{name}=={version(name)}" for name in distributions))


def _source(module: str) -> Path:
    path = file_of(_ROOT, module)
    if path is None:
        raise ModuleNotFoundError(module)
    return path
