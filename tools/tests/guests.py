# SPDX-License-Identifier: MIT
"""
Guests that several tests look into: booted once for each worker, stopped at the prompt.
"""
import dataclasses
import os
import pathlib

import pytest

import lab
import qmp
from lab import Config
from k896 import text
from k896.kernel import open_kernel

# Little memory, and all the same high memory: the vmalloc area takes what is above 64 MiB.
ARGS = "selftest=none vmalloc=960M"
VIEWS = {"meminfo": text.meminfo, "buddyinfo": text.buddyinfo, "zoneinfo": text.zoneinfo,
         "slabinfo": text.slabinfo, "vmallocinfo": text.vmallocinfo, "memblock": text.memblock,
         "iomem": text.iomem, "kmap": text.kmap_slots}


@dataclasses.dataclass
class Guest:
    """A guest that was stopped at its prompt: what its views said, and its memory, twice."""
    said: dict
    dump: pathlib.Path
    ram: pathlib.Path
    elf: pathlib.Path

    def kernel(self):
        return open_kernel(self.elf, self.dump)


@pytest.fixture(name="guest", scope="session")
def fixture_guest(tmp_path_factory):
    """A kernel that has run suites which leave areas, slots and slabs behind."""
    folder = tmp_path_factory.mktemp("guest")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    config = Config(f"inspect-{worker}", mem="96M", args=ARGS,
                    extra=("-object", f"memory-backend-file,id=ram,mem-path={folder}/ram,share=on,size=96M",
                           "-machine", "memory-backend=ram",
                           "-qmp", f"unix:{folder}/qmp,server=on,wait=off"))
    with lab.Session(config, args="") as session:
        session.run("test slab,vmalloc,highmem", timeout=60)
        said = {name: session.run(name).replace("\r", "").splitlines() for name in (*VIEWS, "ptdump")}
        with qmp.Qmp(folder / "qmp") as connection:
            connection.dump(folder / "dump")
            said["registers"] = connection.human("info registers")
            connection.execute("stop")
            said["everything"] = session.log_text().replace("\r", "").splitlines()
            yield Guest(said, folder / "dump", folder / "ram", lab.OUT / "k896.elf")
    (folder / "dump").unlink()
    (folder / "ram").unlink()


@pytest.fixture(name="kernel", scope="session")
def fixture_kernel(guest):
    return guest.kernel()


def without_blanks(lines):
    return [line.rstrip() for line in lines if line.strip()]
