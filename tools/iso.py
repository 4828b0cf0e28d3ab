#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""
Make a bootable CD image: GRUB for BIOS machines, the kernel, its modules.

grub.cfg comes from boot/grub.cfg, into which the kernel's arguments, the modules
and further GRUB commands are put. GRUB's script language knows quotes and `$`, so
each argument is quoted as a shell would want it: memmap=1M$16M arrives as typed.

The image holds the few GRUB modules it needs, and is made for BIOS alone whatever
else is installed, so that its size does not depend on the machine. xorriso's
padding stays: GRUB reads ahead, and without the padding past the end.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "boot", "grub.cfg")
PLATFORM = "/usr/lib/grub/i386-pc"
GRUB_MODULES = "multiboot normal iso9660 biosdisk serial mmap"


def quote(word):
    """Quote one word for GRUB's script language: nothing is special inside '...'."""
    return "'" + word.replace("'", "'\\''") + "'"


def grub_cfg(append="", modules=(), commands=()):
    """Return the text of grub.cfg; @modules are (file name on the CD, arguments)."""
    lines = [f"\tmodule /boot/{name} {' '.join(quote(w) for w in args.split())}".rstrip()
             for name, args in modules]
    with open(TEMPLATE, encoding="ascii") as template:
        text = template.read()
    return (text.replace("@COMMANDS@", "\n".join(commands))
            .replace("@ARGS@", " ".join(quote(word) for word in append.split()))
            .replace("@MODULES@", "\n".join(lines)))


def make(output, kernel, append="", modules=(), commands=()):
    """
    Write the image @output. @modules: "file" or "file arguments"; @commands: GRUB
    commands to run before the kernel is loaded, such as cutmem.
    """
    with tempfile.TemporaryDirectory(prefix="k896-iso-") as tree:
        os.makedirs(os.path.join(tree, "boot", "grub"))
        shutil.copyfile(kernel, os.path.join(tree, "boot", "k896.elf"))
        listed = []
        for number, module in enumerate(modules):
            path, _, args = module.partition(" ")
            name = f"module{number}"
            shutil.copyfile(path, os.path.join(tree, "boot", name))
            listed.append((name, f"{os.path.basename(path)} {args}"))
        with open(os.path.join(tree, "boot", "grub", "grub.cfg"), "w", encoding="ascii") as cfg:
            cfg.write(grub_cfg(append, listed, commands))
        tmp = f"{output}.tmp"
        done = subprocess.run(
            ["grub-mkrescue", "-d", PLATFORM, f"--install-modules={GRUB_MODULES}", "--themes=",
             "--fonts=", "--locales=", "-o", tmp, tree],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"grub-mkrescue failed:\n{done.stdout}")
    os.replace(tmp, output)


def main():
    parser = argparse.ArgumentParser(description="Make a bootable CD image of k896.")
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--append", default="", help="the kernel's command line")
    parser.add_argument("--module", action="append", default=[], help="'file' or 'file arguments'")
    parser.add_argument("--command", action="append", default=[], help="GRUB command to run before")
    parser.add_argument("output")
    args = parser.parse_args()
    try:
        make(args.output, args.kernel, args.append, args.module, args.command)
    except (OSError, RuntimeError) as err:
        print(f"tools/iso.py: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
