#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
`make viz-web`: the page of tools/viz with the kernel running inside it, as a folder of
files that any web server can serve.

The kernel is emulated by v86, its serial line shown by xterm.js; both are npm packages,
fetched by name, version and checksum as tools/web/package-lock.json has them, into a
folder of their own; from where is npm's own affair. The BIOS is Debian's seabios. The
kernel goes in without its DWARF, which becomes layout.json beforehand.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys

TOOLS = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(TOOLS))
from k896.export import export              # noqa: E402 (found by the line above)
from k896.kernel import Kernel              # noqa: E402
from k896.layout import DwarfLayout         # noqa: E402

SEABIOS = pathlib.Path("/usr/share/seabios")
# What goes into the folder from the packages, and under which name: every server knows what .js is.
PACKAGED = {"libv86.js": "v86/build/libv86.mjs", "v86.wasm": "v86/build/v86.wasm", "LICENSE.v86": "v86/LICENSE",
            "xterm.js": "@xterm/xterm/lib/xterm.mjs", "xterm.css": "@xterm/xterm/css/xterm.css",
            "LICENSE.xterm": "@xterm/xterm/LICENSE", "addon-fit.js": "@xterm/addon-fit/lib/addon-fit.mjs"}
DEBIAN = {"seabios.bin": SEABIOS / "bios.bin", "vgabios.bin": SEABIOS / "vgabios-stdvga.bin",
          "LICENSE.seabios": pathlib.Path("/usr/share/doc/seabios/copyright")}

# What v86 does not emulate: task gates, BOUND, reserved bits of entries, the protection of pages
# against ring 3 that is meant to write there; and the trap flag, which the kernel finds out.
LACKS = ("step", "traps.each_exception_is_caught", "traps.reserved_bit_is_reported", "traps.ring3_is_confined")
GUEST = {"kind": "emulator", "title": "physical memory of the kernel that runs in this page", "kernel": "k896.elf",
         "memory": 128, "append": "selftest=none vmalloc=960M", "lacks": ",".join(f"-{name}" for name in LACKS)}


class NoPackages(Exception):
    """npm did not fetch them."""


def fetch_packages(folder, development):
    """
    Have npm put the packages there, unless they are; return the folder they are in.

    Those for tests stay, once they are there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = (TOOLS / "web" / "package-lock.json").read_text(encoding="utf-8")
    stamp, stamp_all = folder / "fetched", folder / "fetched-all"
    if not any(path.exists() and path.read_text(encoding="utf-8") == lock
               for path in ((stamp_all,) if development else (stamp, stamp_all))):
        for path in (stamp, stamp_all):
            path.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(TOOLS / "web" / name, folder / name)
        npm_ci(folder, [] if development else ["--omit=dev"])
        (stamp_all if development else stamp).write_text(lock, encoding="utf-8")
    return folder / "node_modules"


def npm_ci(folder, options):
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
                               "--fetch-retries=1", "--fetch-timeout=60000", *options], cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except FileNotFoundError as err:
        raise NoPackages("npm is needed: tools/setup web") from err
    if done.returncode:
        wanted = json.loads((folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
        said = "\n".join(f"    {line}" for line in done.stdout.splitlines()[:8])
        raise NoPackages(f"npm could not fetch {', '.join(wanted)}; is there a network, and a registry that npm may use?\n{said}")


def page_files():
    """The files of the page itself."""
    return [path for path in sorted((TOOLS / "web").iterdir()) if path.suffix in (".html", ".css", ".js")]


def assemble(elf, objcopy, packages, folder):
    """Fill the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*page_files(), TOOLS / "k896" / "kinds.json"]:
        shutil.copyfile(path, folder / path.name)
    for name, source in {**{name: packages / path for name, path in PACKAGED.items()}, **DEBIAN}.items():
        shutil.copyfile(source, folder / name)
    subprocess.run([objcopy, "--strip-debug", str(elf), str(folder / "k896.elf")], check=True)
    (folder / "layout.json").write_text(json.dumps(export(Kernel(DwarfLayout(elf), None))), encoding="utf-8")
    (folder / "guest.json").write_text(json.dumps(GUEST), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description="Assemble the page that runs k896.")
    parser.add_argument("--elf", required=True, type=pathlib.Path, help="the kernel")
    parser.add_argument("--objcopy", default="objcopy")
    parser.add_argument("--packages", required=True, type=pathlib.Path, help="where npm's packages go")
    parser.add_argument("--development", action="store_true", help="fetch what the page's tests need as well")
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path, help="the folder to fill")
    args = parser.parse_args()

    try:
        assemble(args.elf, args.objcopy, fetch_packages(args.packages, args.development), args.output)
    except (OSError, NoPackages, subprocess.CalledProcessError) as err:
        print(f"vizweb: {err}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in args.output.iterdir())
    print(f"{args.output}: {size / (1 << 20):.1f} MiB; serve it, as with python3 -m http.server -d {args.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
