# SPDX-License-Identifier: MIT
"""A session of `make debug` and `make gdb`: symbols, breakpoints before paging, steps."""
import os
import subprocess

import pexpect
import pytest

import lab


@pytest.fixture(name="debugged")
def fixture_debugged(tmp_path):
    """A machine started by `make debug`, waiting; yields the O= that holds its socket."""
    lab.build()
    # A folder of its own for the socket, so that another `make debug` is not disturbed.
    out = tmp_path / "o"
    out.symlink_to(lab.OUT)
    socket = tmp_path / "gdb.sock"
    argv = [str(lab.ROOT / "tools" / "qemu.py"), "--kernel", str(lab.OUT / "k896.elf"),
            "--append", "selftest=selftest exit=1", "--gdb", str(socket)]
    machine = pexpect.spawn("timeout", ["--foreground", "-k", "5", "120", *argv], timeout=30,
                            encoding="utf-8")
    machine.expect_exact("make gdb")
    machine.expect_exact("To leave")
    for _ in range(100):
        if socket.exists():
            break
        machine.expect(pexpect.TIMEOUT, timeout=0.1)
    yield socket
    machine.close(force=True)


def gdb(socket, where, *commands):
    """Attach as `make gdb BREAK=where` does, run commands, return what gdb said."""
    argv = ["gdb", "-q", "-batch", "-nx", "-x", "tools/gdb/k896.gdb",
            "-ex", f"attach-k896 {socket} {where}"]
    for command in commands:
        argv += ["-ex", command]
    done = subprocess.run([*argv, str(lab.OUT / "k896.elf")], cwd=lab.ROOT, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    (lab.LOGS / f"gdb-{where.strip('*')}.log").write_text(done.stdout, encoding="utf-8")
    return done.stdout


def test_stops_at_kmain_and_steps(debugged):
    said = gdb(debugged, "kmain", "info source", "print/x magic", "next", "next", "bt",
               "tbreak parse_cmdline", "continue", "print boot_info.cmdline", "print/x $cr0 & 0x80000001", "kill")
    assert "kernel/main.c" in said
    assert "0x2badb002" in said
    assert "#0  kmain" in said
    assert "selftest=selftest exit=1" in said
    assert "0x80000001" in said
    assert "in address map, but not in symtab" not in said


def test_breaks_before_paging(debugged):
    """A hardware breakpoint at the first instruction, where only physical addresses exist."""
    said = gdb(debugged, "*_start", "print/x $pc", "print/x $cr0 & 0x80000000", "print/x $eax",
               "x/2i $pc", "thbreak kmain", "continue", "print/x $cr0 & 0x80000000", "kill")
    lines = [line for line in said.splitlines() if line.startswith("$")]
    assert lines[1:] == ["$2 = 0x0", "$3 = 0x2badb002", "$4 = 0x80000000"], said


def test_make_gdb_attaches():
    """The target itself, typed as a person would, beside a `make debug`; then again, after leaving."""
    env = lab.clean_env()

    def make_gdb():
        return pexpect.spawn("make", ["-C", str(lab.ROOT), f"O={lab.OUT}", "gdb"], env={**env, "TERM": "dumb"},
                             timeout=60, encoding="utf-8")

    def ask(session, line, answer):
        session.sendline(line)
        session.expect(answer)
        session.expect_exact("(gdb) ")

    with lab.locked("debug"):
        machine = pexpect.spawn("make", ["-C", str(lab.ROOT), f"O={lab.OUT}", "debug"], env=env,
                                timeout=60, encoding="utf-8")
        try:
            machine.expect_exact("To leave")
            machine.expect(pexpect.TIMEOUT, timeout=1)
            session = make_gdb()
            session.expect_exact("kmain (")
            session.expect_exact("(gdb) ")
            ask(session, "print/x magic", "0x2badb002")
            # As README.md has it.
            ask(session, "break alloc_pages", "Breakpoint")
            ask(session, "continue", "Breakpoint .*alloc_pages")
            ask(session, "bt", "in kmain")
            ask(session, "k-explain mem_map", "struct page of pfn 0")
            ask(session, "watch slab_pages.counter", "Hardware watchpoint")
            ask(session, "delete", "delete")
            session.sendline("quit")
            session.expect(pexpect.EOF)

            session = make_gdb()
            session.expect_exact("had been started before")
            session.expect_exact("(gdb) ")
            ask(session, "k-dmesg", "Command line")
            ask(session, "kill", "kill")
            session.sendline("quit")
            session.expect(pexpect.EOF)
            machine.expect(pexpect.EOF)
        finally:
            machine.close(force=True)
    assert not os.path.exists(lab.OUT / "gdb.sock") or machine.exitstatus is not None
