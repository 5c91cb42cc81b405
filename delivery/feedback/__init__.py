"""Reports of unexpected predictions: listed, shown with the logged prediction, and triaged."""
