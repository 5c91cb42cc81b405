"""The modules that a module imports, read from its source: what a release packs, and what a key of code covers.

Nothing is imported to find out. Imports within functions count, because they run some day; imports under
`if TYPE_CHECKING:` do not run and do not count.
"""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from sixfold.elsewhere import folders


def closure(root: Path, modules: Iterable[str]) -> dict[str, Path]:
    """Return the file of each module below `root` that `modules` reach, by dotted name in sorted order.

    Args:
        root: the folder that would be on `sys.path`. What is not below it is somebody else's.
        modules: where to begin; they are part of the result, and so are the packages that modules lie in.

    Raises:
        ModuleNotFoundError: one of `modules` is not below `root`.

    """
    begin = list(modules)
    for name in begin:
        if file_of(root, name) is None:
            raise ModuleNotFoundError(f"there is no module {name} below {root}", name=name)
    files: dict[str, Path] = {}
    waiting = begin
    while waiting:
        name = waiting.pop()
        path = file_of(root, name)
        if path is None or name in files:
            continue
        files[name] = path
        waiting += [name.rpartition(".")[0], *imports(path, name)]
    return dict(sorted(files.items()))


def imports(path: Path, module: str) -> set[str]:
    """Return the dotted names that a file may import; of `from a import b` both `a` and `a.b`.

    Args:
        path: the file.
        module: its own dotted name, to which relative imports refer.

    """
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in _that_run(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            names |= {origin, *(f"{origin}.{alias.name}" for alias in node.names)}
    return names


def _that_run(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every node below one, without the bodies of `if TYPE_CHECKING:`."""
    yield node
    children: Iterable[ast.AST] = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING":
        children = node.orelse
    for child in children:
        yield from _that_run(child)


def file_of(root: Path, module: str) -> Path | None:
    """Return the file of a module below `root`, None where it has none; no package on the way is imported.

    A product's module may lie in another folder (`sixfold.elsewhere`).
    """
    package, _, within = module.partition(".")
    if not package:
        return None
    products = package == "products" and within
    places = [place.joinpath(*within.split(".")) for place in folders(root / package)] if products else []
    candidates = places or [root.joinpath(*module.split("."))]
    files = (file for place in candidates for file in (place.with_suffix(".py"), place / "__init__.py"))
    return next((file for file in files if file.is_file()), None)
