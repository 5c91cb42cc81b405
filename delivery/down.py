"""`sixfold down`: delete all that a stack made, whatever state it is in."""

from delivery.lifecycle import remove_features
from delivery.live_stack import LiveStack
from infra.checks.state import Held
from sixfold.errors import SixfoldError


def down(stack: LiveStack) -> list[Held]:
    """Delete a stack's resources, and return those that its state held before.

    Raises:
        SixfoldError: the engine stopped; the same again goes on from there.

    """
    stack.engine.select()
    try:
        stack.connect()
    except SixfoldError:
        pass  # an `up` that never finished left no outputs, and no online tables: those come after it
    else:
        products = [stack.project.product(served.name) for served in stack.outputs.products]
        remove_features(stack.platform, products)
    held = stack.engine.held()
    stack.engine.destroy()
    return held
