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

define memblock-list
  set $list = &$arg0
  printf "%s: %lu of %lu, 0x%x bytes\n", $list->name, $list->cnt, $list->max, $list->total_size
  set $i = 0
  while $i < $list->cnt
    set $r = &$list->regions[$i]
    if $r->size
      printf "%4d: 0x%08x..0x%08x flags 0x%x\n", $i, $r->base, $r->base + $r->size - 1, $r->flags
    end
    set $i = $i + 1
  end
end
document memblock-list
memblock-list LIST: print one of memblock's lists, e.g. memblock.memory.
end

define memblock
  memblock-list memblock.memory
  memblock-list memblock.reserved
  memblock-list physmem
end
document memblock
memblock: print what memory there is, what of it is reserved, and what the machine has.
end
