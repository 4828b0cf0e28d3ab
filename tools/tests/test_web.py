# SPDX-License-Identifier: MIT
"""
The live page in a real browser: with the kernel inside it (make viz-web), and attached
to one in QEMU (tools/viz). `make test-web` runs this and nothing else; `make test` leaves it
out, as it needs npm's packages and Chromium.

web.mjs has what a person does; screenshots are kept in build/screenshots.
"""
import contextlib
import functools
import http.server
import re
import subprocess
import sys
import threading

import pexpect
import pytest

import lab

SHOTS = lab.OUT / "screenshots"
PACKAGES = lab.OUT / "npm" / "node_modules"
FOLDER = lab.OUT / "viz-web"


@pytest.fixture(name="folder", scope="session")
def fixture_folder():
    """The folder that make viz-web fills; made by make test-web."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return FOLDER


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """There are many requests."""


@contextlib.contextmanager
def served(folder):
    """The folder behind a web server that knows nothing; yields its address."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def visit(scenario, url):
    """The argument list of a visit."""
    return ["timeout", "-k", "5", "900", "node", str(lab.ROOT / "tools" / "tests" / "web.mjs"), str(PACKAGES), scenario,
            url, str(SHOTS)]


@pytest.mark.parametrize("scenario", ["boots", "allocation", "panels", "scrubs", "selftests"])
def test_kernel_in_the_page(folder, scenario):
    with served(folder) as url:
        done = subprocess.run(visit(scenario, url), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
    if done.returncode:
        pytest.fail(lab.tail(done.stdout), pytrace=False)


def test_folder_is_complete(folder):
    """Nothing that the page names is missing, and nothing comes from elsewhere."""
    for path in (folder / name for name in ("index.html", *(file.name for file in folder.glob("*.js")))):
        if path.name in ("libv86.js", "xterm.js", "addon-fit.js"):
            continue
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"""(?:from |href=|src=|import\()"(?:\./)?([\w.-]+)\"""", text):
            assert (folder / name).exists(), f"{path.name} names {name}"
        assert not re.findall(r"""["'(]https?://(?!www\.w3\.org)""", text), path.name
    for name in ("LICENSE.v86", "LICENSE.xterm", "LICENSE.seabios"):
        assert (folder / name).stat().st_size > 500


@contextlib.contextmanager
def guest(folder):
    """A kernel in QEMU, as make run starts it; yields its terminal, at the prompt."""
    child = pexpect.spawn("timeout", ["--foreground", "-k", "5", "300", str(lab.ROOT / "tools" / "qemu.py"), "--kernel",
                                      str(lab.OUT / "k896.elf"), "--append", "selftest=none", "--session",
                                      str(folder)], timeout=60, encoding="utf-8")
    try:
        child.expect_exact("k896> ")
        yield child
        child.send("\x01x")
        child.expect(pexpect.EOF)
    finally:
        child.close(force=True)


def test_page_of_viz(folder, tmp_path):
    """Without a guest, with one that allocates, and with the next one."""
    del folder      # for the folder of screenshots
    server = pexpect.spawn(sys.executable, [str(lab.ROOT / "tools" / "viz"), "--session", str(tmp_path), "--elf",
                                            str(lab.OUT / "k896.elf"), "--port", "0"], encoding="utf-8", timeout=60)
    server.expect(r"(http://127\.0\.0\.1:\d+/)")
    argv = visit("attached", server.match[1])
    visitor = pexpect.spawn(argv[0], argv[1:], encoding="utf-8", timeout=120)
    try:
        visitor.expect_exact("waiting")
        with guest(tmp_path) as terminal:
            visitor.expect_exact("attached")
            terminal.send("alloc page 9\r")
            visitor.expect_exact("seen")
        with guest(tmp_path):
            visitor.expect_exact("another")
            visitor.expect(pexpect.EOF)
        visitor.close()
        assert visitor.exitstatus == 0
    except (pexpect.EOF, pexpect.TIMEOUT) as err:
        pytest.fail(f"{type(err).__name__}: {visitor.before}", pytrace=False)
    finally:
        visitor.close(force=True)
        server.close(force=True)
