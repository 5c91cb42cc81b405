"""`python -m delivery <command>`: the command line, for CI and pods that have no `sixfold` on PATH."""

from delivery.commands import main

main()
