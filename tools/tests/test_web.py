# SPDX-License-Identifier: MIT
"""
The live page in a real browser: with the kernel inside it (make viz-web), in one boot,
and attached to one in QEMU (tools/viz).

web.mjs has what a person does; screenshots are kept in build/screenshots. Chromium is
Debian's, v86, xterm.js and Playwright are npm's: where they cannot be fetched, this fails
and says so, as nothing else shows that the pages work.
"""
import contextlib
import functools
import http.server
import json
import os
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
    """The folder that make viz-web fills, and beside it what steers the browser."""
    lab.build()
    with lab.locked("viz-web"):
        done = lab.make(f"O={lab.OUT}", "viz-web", "VIZ_WEB=--development")
    if done.returncode:
        pytest.fail(lab.tail(done.stdout), pytrace=False)
    SHOTS.mkdir(parents=True, exist_ok=True)
    return FOLDER


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """There are many requests."""


@contextlib.contextmanager
def served(folder):
    """The folder, under a path, behind a web server that knows nothing; yields its address."""
    handler = functools.partial(Quiet, directory=str(folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{folder.name}/"
        server.shutdown()


def visit(scenario, url):
    """The argument list of a visit."""
    return ["timeout", "-k", "5", "1800", "node", str(lab.ROOT / "tools" / "tests" / "web.mjs"), str(PACKAGES), scenario,
            url, str(SHOTS)]


@pytest.mark.long
def test_kernel_in_the_page(folder):
    """It boots, shows what is allocated at its prompt, and passes its self-tests."""
    with served(folder) as url:
        done = subprocess.run(visit("inside", url), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False)
    if done.returncode:
        pytest.fail(lab.tail(done.stdout), pytrace=False)
    for name in ("boots", "after-allocation", "slabs", "virtual", "tables", "scrubbed", "selftests"):
        assert (SHOTS / f"web-{name}.png").stat().st_size > 20_000


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


def test_packages_are_pinned_and_from_nowhere_in_particular():
    """Exact versions, with checksums, of which none says from where."""
    wanted = json.loads((lab.ROOT / "tools" / "web" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((lab.ROOT / "tools" / "web" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in {**wanted["dependencies"], **wanted["devDependencies"]}.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    for name, package in lock.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")


def test_without_npm_it_says_what_is_missing(tmp_path):
    """A registry that does not answer, and no npm at all: a sentence, and status 1."""
    argv = [sys.executable, str(lab.ROOT / "tools" / "vizweb.py"), "--elf", str(lab.build() / "k896.elf"), "--packages",
            str(tmp_path / "npm"), "-o", str(tmp_path / "pages")]
    nobody = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_cache": str(tmp_path / "cache"),
              "npm_config_fetch_retry_mintimeout": "10"}
    for environment, said in ((nobody, "npm could not fetch"), ({"PATH": "/nowhere"}, "npm is needed: tools/setup web")):
        done = subprocess.run(argv, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, **environment}, timeout=300)
        assert done.returncode == 1 and done.stdout.startswith(f"vizweb: {said}"), done.stdout
        assert "Traceback" not in done.stdout


@contextlib.contextmanager
def guest(folder):
    """A kernel in QEMU, as make run starts it; yields its terminal, at the prompt."""
    child = pexpect.spawn("timeout", ["--foreground", "-k", "5", "300", str(lab.ROOT / "tools" / "qemu.py"), "--kernel",
                                      str(lab.OUT / "k896.elf"), "--append", "selftest=none", "--session",
                                      str(folder)], timeout=120, encoding="utf-8")
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
                                            str(lab.OUT / "k896.elf"), "--port", "0"], encoding="utf-8", timeout=120)
    server.expect(r"(http://127\.0\.0\.1:\d+/)")
    argv = visit("attached", server.match[1])
    visitor = pexpect.spawn(argv[0], argv[1:], encoding="utf-8", timeout=300)
    try:
        visitor.expect_exact("waiting")
        with guest(tmp_path) as terminal:
            visitor.expect_exact("attached")
            terminal.send("alloc page 9\r")
            visitor.expect_exact("seen")
        visitor.expect_exact("gone")
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
