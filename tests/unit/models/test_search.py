import os
import subprocess
import sys

SEEN = """
import psutil
from models.training.search import _ray
with _ray() as ray:
    ray.get(ray.remote(lambda: None).remote())
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    listening = [c.laddr.ip for each in family for c in each.net_connections() if c.status == psutil.CONN_LISTEN]
print(len(listening) > 0, {ip.removeprefix("::ffff:") for ip in listening}, len(psutil.Process().children()))
"""


def test_a_local_search_is_reached_from_this_machine_alone_and_leaves_no_process() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    done = subprocess.run([sys.executable, "-c", SEEN], env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "True {'127.0.0.1'} 0"
