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

define vmap-areas
  set $off = (unsigned long)&((struct vmap_area *)0)->list
  set $pos = vmalloc_space.tree.list.next
  while $pos != &vmalloc_space.tree.list
    set $va = (struct vmap_area *)((unsigned long)$pos - $off)
    if $va->vm
      printf "0x%08lx-0x%08lx flags 0x%x pages %u of ", $va->va_start, $va->va_end, $va->vm->flags, $va->vm->nr_pages
      output/a $va->vm->caller
      echo \n
    end
    if !$va->vm && $va->va_start != $va->va_end
      printf "0x%08lx-0x%08lx pooled %d, freed by ", $va->va_start, $va->va_end, $va->pooled
      output/a $va->freed_by
      echo \n
    end
    set $pos = $pos->next
  end
end
document vmap-areas
vmap-areas: print the areas of the vmalloc space, and those that were freed and wait for
their flush (pooled 0) or for their next use (pooled 1).
end

define pkmaps
  set $i = 0
  while $i < sizeof(pkmap_count) / sizeof(pkmap_count[0])
    if pkmap_count[$i]
      printf "%4d: 0x%08lx pfn 0x%05x users %d\n", $i, 0xff800000 + $i * 4096, page_address_maps[$i].page - mem_map, pkmap_count[$i] - 1
    end
    set $i = $i + 1
  end
end
document pkmaps
pkmaps: print the slots of kmap() that map something.
end

define slabs
  printf "# cache                    size  objs pages  slabs  empty\n"
  set $pos = cache_chain.next
  while $pos != &cache_chain
    set $c = (struct kmem_cache *)((char *)$pos - (long)&((struct kmem_cache *)0)->next)
    printf "%-24s %6u %5u %5u %6u %6u\n", $c->name, $c->size, $c->num, 1 << $c->gfporder, $c->node[0].nr_slabs, $c->node[0].nr_free
    set $pos = $pos->next
  end
end
document slabs
slabs: print every cache: bytes and objects of a slab, its pages, slabs in all, empty ones.
end

define slab-of
  set $page = mem_map + (((unsigned long)$arg0 - 0xc0000000) >> 12)
  if $page->flags & (1 << PG_slab)
    set $c = $page->slab_cache
    set $s = $page->slab
    set $n = ((unsigned long)$arg0 - (unsigned long)$s->s_mem) / $c->size
    printf "cache %s, slab %p, object %lu at %p, ", $c->name, $s, $n, (char *)$s->s_mem + $n * $c->size
    set $word = $s->bufctl[$n]
    if $word >= 0xc0000000
      printf "allocated by "
      info symbol $word
    else
      if $word >= 0x40000000
        printf "in an array, last caller "
        info symbol ($word + 0x80000000)
      else
        printf "on the slab's list, last caller "
        info symbol ((unsigned long)_stext + ($word >> 9))
      end
    end
  else
    printf "not in a slab: page flags 0x%lx\n", $page->flags
  end
end
document slab-of
slab-of ADDRESS: print which object of which cache it lies in, and who used that last.
end
