# SPDX-License-Identifier: MIT
#
# gdb's side of `make debug`: settings that fit a kernel, and the way in.
#
# Hardware breakpoints work before paging is on: they compare the address, and do
# not write to memory that has yet to be mapped where the symbols say.
set confirm off
set pagination off
set print pretty on
set disassembly-flavor intel
set history save off

define attach-k896
  target remote $arg0
  thbreak $arg1
  continue
end
document attach-k896
attach-k896 SOCKET WHERE: connect to the waiting machine and run up to WHERE.
end
