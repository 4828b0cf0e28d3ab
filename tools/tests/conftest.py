# SPDX-License-Identifier: MIT
"""
Progress of a test run: one line per test, when it ends, with number, seconds,
verdict and configuration. Printed by the process that steers the workers.
"""
import re

import pytest

pytest_plugins = ["guests"]     # fixtures

def pytest_collection_modifyitems(items):
    """What takes longest begins first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


SHOWN = 8       # lines of why a test failed, at once


class Progress:
    def __init__(self, terminal):
        self.terminal = terminal
        self.total = 0
        self.done = 0
        self.seconds = {}
        self.failed = set()
        self.reasons = []

    def pytest_xdist_node_collection_finished(self, ids):
        self.total = len(ids)

    def pytest_collection_finish(self, session):
        self.total = self.total or len(session.items)

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if not report.passed and report.nodeid not in self.failed:
            self.failed.add(report.nodeid)
            self.reasons = [line[:160] for line in report.longreprtext.splitlines()
                            if re.match(r"  - |E  ", line)][:SHOWN]
        if report.when != "teardown":
            return
        self.done += 1
        verdict = "FAILED" if report.nodeid in self.failed else "passed"
        name = re.sub(r"^(?:[^:]*/)?test_(\w+)\.py::test_", r"\1: ", report.nodeid)
        self.terminal.write_line(f"[{self.done:3}/{self.total:3}] {self.seconds[report.nodeid]:6.1f} s"
                                 f"  {verdict}  {name}")
        if verdict == "FAILED":         # in full, with the log's tail, at the end
            for reason in self.reasons:
                self.terminal.write_line(f"            {reason}")


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report):
    """No dots: Progress has its own lines."""
    category = report.outcome if report.when == "call" or not report.passed else ""
    return category, "", ""


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes minutes, so it is begun first")
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Progress(terminal), "k896-progress")
