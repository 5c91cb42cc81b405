"""The environment in which a stack starts its programs, for those that a person runs by hand."""

from delivery.live_stack import LiveStack
from infra.plans.names import job_environment, pod_environment
from infra.stand_in.key import access_key
from sixfold.wire import ENV_HOME, ENV_PLATFORM, ENV_PRODUCTS


def variables(stack: LiveStack) -> dict[str, str]:
    """Return variables by name. Real AWS credentials are not among them: programs find those as everybody does.

    Raises:
        SixfoldError: the stack has never been up.

    """
    platform, home = stack.platform, stack.project.home
    if stack.settings().local:
        own = job_environment(region=platform.region, home=home, access_key=access_key(home))
    else:
        own = {**pod_environment(region=platform.region), ENV_HOME: str(home)}
    products = ",".join(product.name for product in stack.outputs.products)
    return {**own, ENV_PLATFORM: platform.model_dump_json(), ENV_PRODUCTS: products}
