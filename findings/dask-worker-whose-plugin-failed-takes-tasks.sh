#!/usr/bin/env bash
# distributed 2026.8.0: when the `setup` of a worker plugin raises, `register_plugin`
# raises for the workers that are there. A worker that joins later logs the error, has
# the plugin in `worker.plugins` as if all were well, and is given tasks. So a worker
# whose own service did not start fails every task that needs it.
# Output seen: there already: RuntimeError / joined later: a task ran, plugin listed: True
. "$(dirname "$0")/common.bash" distributed==2026.8.0
"$python" - 2> /dev/null <<'PYTHON'
from distributed import Client, LocalCluster, WorkerPlugin, get_worker


class Service(WorkerPlugin):
    name = "service"

    def __init__(self, fails_on):
        self.fails_on = fails_on

    def setup(self, worker):
        if worker.name == self.fails_on:
            raise RuntimeError("the service did not start")


def task():
    return "service" in get_worker().plugins


quiet = {"dashboard_address": None, "worker_dashboard_address": None}
with (
    LocalCluster(n_workers=1, processes=False, **quiet) as cluster,
    Client(cluster) as client,
):
    try:
        client.register_plugin(Service(fails_on=0))
        there = "no error"
    except RuntimeError as error:
        there = type(error).__name__
    client.register_plugin(Service(fails_on=1))
    cluster.scale(2)
    client.wait_for_workers(2)
    later = cluster.workers[1].address
    listed = client.submit(task, workers=[later]).result(timeout=30)
print("there already:", there)
print("joined later: a task ran, plugin listed:", listed)
assert (there, listed) == ("RuntimeError", True)
PYTHON
