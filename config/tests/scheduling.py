"""How pytest-xdist shares the tests out: a file stays in one process, and what takes long begins first."""

from collections import OrderedDict

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

Unit = dict[str, bool]


def begins_later(unit: tuple[str, Unit]) -> tuple[bool, bool, int]:
    """Groups share a house, a browser or a model; fault tests start processes; of the rest, many tests before few."""
    scope, tests = unit
    return scope.endswith(".py"), "/faults/" not in scope, -len(tests)


class FilesLongestFirst(LoadGroupScheduling):
    """By group, else by file: fixtures of modules are made once, and the controller counts files instead of tests."""

    workqueue: OrderedDict[str, Unit]
    _is_sorted = False

    def _split_scope(self, nodeid: str) -> str:
        return str(super()._split_scope(nodeid)).partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        if not self._is_sorted:
            self.workqueue = OrderedDict(sorted(self.workqueue.items(), key=begins_later))
            self._is_sorted = True
        super()._assign_work_unit(node)
