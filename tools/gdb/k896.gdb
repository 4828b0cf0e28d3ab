# SPDX-License-Identifier: MIT
#
# gdb's side of `make debug` and of dumps; read from the top of the tree. All of it is
# Python: settings and attach-k896, the k- commands, the pretty-printers.
source tools/gdb/setup.py
