"""One folder a product. Products of other repositories are imported from where `elsewhere.yaml` says."""

from pathlib import Path

from sixfold.elsewhere import folders

__path__ = [str(folder) for folder in folders(Path(__file__).parent)]
