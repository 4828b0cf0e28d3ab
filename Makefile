# SPDX-License-Identifier: MIT
#
# k896: build, run, test.  `make help` lists the targets.
#
# Everything is written below $(O). Variables of the command line:
#   O=build          where to build
#   OPT=-O2          optimisation of the kernel (-O0, -O2, -Os)
#   LLVM=1           clang and ld.lld in place of the cross GCC
#   UBSAN=1          a kernel that reports undefined behaviour; O= is then build/ubsan by itself
#   COVERAGE=1       kernels that count which lines run, as `make coverage` builds them
#   V=1              print whole commands
#   MEM=128M         RAM of `make run` and friends
#   KERNEL_ARGS=...  the kernel's command line; a $ may be typed as $ or as $$
#   WINDOW=1         `make run` and friends also open a window: screen and keyboard
#   BREAK=kmain      where `make gdb` stops first
#   DUMP=FILE        what `make dump` writes, build/k896.dump by default; a dump for `make viz` and `make gdb`
#   PORT=8960        where `make viz` serves its page
#   T=pattern        tests of `make test` to run, target of `make fuzz`
#   SECONDS=60       how long `make fuzz` fuzzes each target
#   TRACE=file       what `make bench-host` replays, made by tools/bench/host/record.py

O       ?= build$(if $(UBSAN),/ubsan)$(if $(COVERAGE),/coverage)
# One folder has one name, however it was given: else a new name would rebuild everything.
override O := $(patsubst $(CURDIR)/%,%,$(abspath $(O)))
OPT     ?= $(if $(COVERAGE),-O0,-O2)
MEM     ?= 128M
PYTHON  ?= /usr/bin/python3
KERNEL_ARGS ?=

Q       := $(if $(V),,@)
say      = @$(if $(V),:,printf '  %-7s %s\n' '$(1)' '$(2)')

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all kernel host lift bench-host iso run run-kernel debug gdb bench bench-scale bench-linux bench-plot coverage test test-host \
        test-models fuzz mutate check clean help FORCE
all: $(O)/k896.elf $(O)/k896.iso        ## build the kernel and its ISO image (default)

# --- toolchain: i686-elf- or Debian's i686-linux-gnu-, or clang ----------------------------------

ifdef LLVM
CC      := clang --target=i386-unknown-none-elf
LD      := ld.lld
NM      := llvm-nm
else
CROSS_COMPILE ?= $(if $(shell command -v i686-elf-gcc),i686-elf-,i686-linux-gnu-)
CC      := $(CROSS_COMPILE)gcc
LD      := $(CROSS_COMPILE)ld
NM      := $(CROSS_COMPILE)nm
# A function split in two at an early return would be its own caller: _RET_IP_ must be the real one.
GCC_FLAGS := -fno-partial-inlining
endif
NASM    := nasm

# Signed integers wrap - but nothing may count on it: what is built to find undefined behaviour is
# built without. The handlers (kernel/ubsan.c) are not themselves watched.
ifdef UBSAN
UBSAN_FLAGS := -fsanitize=undefined -DCONFIG_UBSAN $(if $(LLVM),,-Wno-format-overflow)
$(O)/kernel/ubsan.o: CFLAGS += -fno-sanitize=undefined
else
WRAPV   := -fwrapv
UNUSED  := kernel/ubsan.c
endif

# Lines are counted in mm/, in kernel/lib/, and in the suites, for the headers of the two. There is
# no stack protector in the first two, since its check would count as a branch of the source. Of
# libgcov one member is enough, without the files that the rest wants: see kernel/gcov.c.
GCOV_FLAGS := -fprofile-arcs -ftest-coverage -fprofile-info-section
GCOV_FILES := mm/% kernel/lib/% kernel/tests/%
GCOV_PLAIN := mm/% kernel/lib/%
ifdef COVERAGE
COVERAGE_FLAGS := -DCONFIG_COVERAGE
COVERAGE_OBJ   := $(O)/libgcov.o
$(GCOV_FILES:%=$(O)/%.o): private CFLAGS += $(GCOV_FLAGS)
$(GCOV_PLAIN:%=$(O)/%.o): private CFLAGS += -fno-stack-protector
else
UNUSED  += kernel/gcov.c arch/x86/coverage.c arch/host/coverage.c
endif

CPPFLAGS := -nostdinc -I. -Iarch/x86/include
CFLAGS  := -std=gnu11 $(OPT) -g -m32 -mregparm=3 -march=i686 -mtune=generic -ffreestanding -mgeneral-regs-only \
           -fno-pic -fno-pie -fno-common -fno-strict-aliasing $(WRAPV) -fcf-protection=none \
           -fstack-protector-strong -mstack-protector-guard=global -fno-omit-frame-pointer -fno-optimize-sibling-calls \
           -fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
           -ffile-prefix-map=$(CURDIR)/= -ffile-prefix-map=$(CURDIR)=. \
           -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef $(GCC_FLAGS) $(UBSAN_FLAGS) $(COVERAGE_FLAGS)
LDFLAGS := -m elf_i386 -nostdlib -static -z max-page-size=4096 -z noexecstack --build-id=none
ASFLAGS := -f elf32 -Werror

# --- the kernel's parts, from the ground floor up -----------------------------------------------

# boot/: runs once, then its memory is given away
SRCS := boot/entry.asm
# kernel/lib/: no state, no dependence
SRCS += $(sort $(wildcard kernel/lib/*.c))
# arch/x86/: the contract on the CPU
SRCS += $(sort $(wildcard arch/x86/*.asm arch/x86/*.c arch/x86/mm/*.asm arch/x86/mm/*.c))
# kernel/: services
SRCS += $(sort $(wildcard kernel/*.c))
# mm/: memory management
SRCS += $(sort $(wildcard mm/*.c))
# what uses memory, the monitor, the suites
SRCS += $(sort $(wildcard kernel/drivers/*.c kernel/bench/*.c kernel/monitor/*.c kernel/tests/*.c kernel/tests/*.asm mm/tests/*.c))

SRCS := $(filter-out $(UNUSED),$(SRCS))

OBJS := $(patsubst %.c,$(O)/%.o,$(patsubst %.asm,$(O)/%.asm.o,$(SRCS))) $(COVERAGE_OBJ)
DEPS := $(OBJS:.o=.d)

# --- rules --------------------------------------------------------------------------------------

# A file that changes when the commands do, so that objects are rebuilt then.
$(O)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(CPPFLAGS) $(CFLAGS)' '$(SHORT_WAY_FLAGS)' '$(SUITE_FLAGS)' '$(NASM) $(ASFLAGS)' \
	  '$(LD) $(LDFLAGS)' '$(OBJS)' | sed 's|$(CURDIR)|.|g' > $@.new
	@cmp -s $@.new $@ || cp $@.new $@

# The ways in and out of the slab and page allocators: leaves that end in a jump to the long way.
# With these flags they need no frame; backtraces show their callers all the same.
SHORT_WAY_FLAGS := -foptimize-sibling-calls -momit-leaf-frame-pointer
SHORT_WAYS      := mm/slab mm/kmalloc mm/page_alloc
$(SHORT_WAYS:%=$(O)/%.o): private CFLAGS += $(SHORT_WAY_FLAGS)

# Suites stay in memory, for `test` at the prompt; nobody waits for them.
SUITE_FLAGS := $(if $(filter -O2,$(OPT)),-Os)
$(O)/mm/tests/%.o $(O)/kernel/tests/%.o: private CFLAGS += $(SUITE_FLAGS)

$(O)/%.o: %.c $(O)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/%.asm.o: %.asm $(O)/.flags
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) $(ASFLAGS) -I. -MD $(@:.o=.d) -MT $@ -MP -o $@ $<

# The shape of the source: which branches a line has where no function is inlined, not even one that
# asks for it. tools/gcov.py folds the branches of inlined copies onto it.
SHAPES := $(if $(COVERAGE),$(patsubst %.c,$(O)/shape/%.gcno,$(filter $(GCOV_FILES:%=%.c),$(SRCS))))
$(O)/shape/%.gcno: %.c $(O)/.flags
	@mkdir -p $(@D)
	$(call say,SHAPE,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -MF $(@:.gcno=.d) -MT $@ -E -o $(@:.gcno=.i) $<
	$(Q)sed -i 's/__attribute__((__always_inline__))//g' $(@:.gcno=.i)
	$(Q)$(CC) $(CFLAGS) $(GCOV_FLAGS) -fno-stack-protector -x cpp-output -c -o $(@:.gcno=.o) $(@:.gcno=.i)
DEPS += $(SHAPES:.gcno=.d)

$(O)/libgcov.o: $(O)/.flags
	$(call say,AR,$@)
	$(Q)cd $(@D) && $(CROSS_COMPILE)ar x "$$($(CC) -m32 -print-file-name=libgcov.a)" _gcov_info_to_gcda.o
	$(Q)mv $(@D)/_gcov_info_to_gcda.o $@ && touch $@

# The kernel holds its own symbol table. Each link moves what lies behind the table, so the table of
# the second link is the first whose size is right, and that of the third is exact. Assembled in
# $(O), since NASM puts the file's name, as given, into the object.
link   = $(LD) $(LDFLAGS) -T linker.ld -o $(O)/$(1) $(OBJS) $(O)/$(2).o
table  = $(PYTHON) tools/kallsyms.py < $(O)/$(1).nm > $(O)/$(1).asm
ksyms  = $(call table,$(1)) && (cd $(O) && $(NASM) $(ASFLAGS) -o $(1).o $(1).asm)

$(O)/k896.elf: $(OBJS) linker.ld tools/kallsyms.py
	$(call say,LD,$@)
	$(Q): > $(O)/ksyms0.nm && $(call ksyms,ksyms0)
	$(Q)$(call link,pass1.elf,ksyms0)
	$(Q)$(NM) -n -f sysv $(O)/pass1.elf > $(O)/ksyms1.nm && $(call ksyms,ksyms1)
	$(Q)$(call link,pass2.elf,ksyms1)
	$(Q)$(NM) -n -f sysv $(O)/pass2.elf > $(O)/ksyms2.nm && $(call ksyms,ksyms2)
	$(Q)$(call link,k896.elf.tmp,ksyms2)
	$(Q)$(NM) -n -f sysv $@.tmp > $(O)/ksyms3.nm && $(call table,ksyms3) && cmp $(O)/ksyms2.asm $(O)/ksyms3.asm
	$(Q)mv $@.tmp $@

kernel: $(O)/k896.elf                   ## build the kernel alone

iso: $(O)/k896.iso                      ## build the kernel and its ISO image
$(O)/k896.iso: $(O)/k896.elf boot/grub.cfg tools/iso.py
	$(call say,ISO,$@)
	$(Q)$(PYTHON) tools/iso.py --kernel $(O)/k896.elf $@

# --- the same kernel as a Linux process: arch/host/ -----------------------------------------------

# Two of them: watched by the sanitizers, and plain at -O2. Of arch/x86 the host shares what is
# about page tables and exceptions; of the suites it leaves out those of the bare CPU and its devices.
HOST_CC    := i686-linux-gnu-gcc
HOST_NAMES := $(if $(COVERAGE),coverage,asan plain)
HOST_asan  := -O1 -fno-wrapv -fsanitize=address,undefined -fno-sanitize-recover=all -fno-sanitize=null -Wno-clobbered
HOST_plain := -O2
HOST_coverage := -O0
$(GCOV_FILES:%=$(O)/host-coverage/%.c.o): private HOST_coverage += $(GCOV_FLAGS)
$(GCOV_PLAIN:%=$(O)/host-coverage/%.c.o): private HOST_coverage += -fno-stack-protector

HOST_NOT   := $(addprefix kernel/tests/,traps_test.c step_test.c console_test.c)
HOST_SRCS  := $(filter-out kernel/ubsan.c $(UNUSED),$(sort $(wildcard kernel/lib/*.c arch/host/*.c arch/host/*.asm arch/x86/mm/*.c)) \
              $(addprefix arch/x86/,backtrace.c cpuinfo.c extable.c fault.c irq.c machine_check.c setup.c \
                step.c traps.c) \
              $(sort $(wildcard kernel/*.c mm/*.c kernel/drivers/*.c kernel/bench/*.c kernel/monitor/*.c mm/tests/*.c)) \
              $(filter-out $(HOST_NOT),$(sort $(wildcard kernel/tests/*.c))))
HOST_PROC  := $(sort $(wildcard arch/host/process/*.c))

HOST_CPPFLAGS := -nostdinc -I. -Iarch/host/include -Iarch/x86/include
HOST_CFLAGS   := $(filter-out -mregparm=3 $(OPT) $(UBSAN_FLAGS),$(CFLAGS))
HOST_PROC_CFLAGS := -I. -idirafter arch/host/include -std=gnu11 -O2 -g -m32 -fno-pie -D_FILE_OFFSET_BITS=64 -fstack-protector-strong \
              -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef
# What of the kernel the process may see; all else must not meet the C library's names.
HOST_VISIBLE  := kmain host_trap_entry host_boot_pg_dir
# Marks that the linker's own script sets as well.
HOST_MARKS    := _etext=k896_etext _edata=k896_edata __bss_start=k896_bss_start _end=k896_end
HOST_LOCALIZE := $(addprefix --keep-global-symbol=,$(HOST_VISIBLE)) $(addprefix --redefine-sym ,$(HOST_MARKS))

$(O)/.host-flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(HOST_CC) $(HOST_CPPFLAGS) $(HOST_CFLAGS)' '$(HOST_PROC_CFLAGS)' \
	  $(foreach name,$(HOST_NAMES),'$(HOST_$(name))') '$(HOST_SRCS)' | sed 's|$(CURDIR)|.|g' > $@.new
	@cmp -s $@.new $@ || cp $@.new $@

# host_rules NAME - the objects and the program $(O)/host-NAME/k896-host
define host_rules
HOST_$(1)_OBJS := $$(patsubst %,$$(O)/host-$(1)/%.o,$$(HOST_SRCS)) $$(COVERAGE_OBJ)
HOST_$(1)_PROC := $$(patsubst %,$$(O)/host-$(1)/%.o,$$(HOST_PROC))
DEPS += $$(patsubst %.o,%.d,$$(HOST_$(1)_OBJS) $$(HOST_$(1)_PROC))

$$(O)/host-$(1)/%.asm.o: %.asm $$(O)/.host-flags
	@mkdir -p $$(@D)
	$$(call say,NASM,$$<)
	$$(Q)$$(NASM) $$(ASFLAGS) -I. -MD $$(@:.o=.d) -MT $$@ -MP -o $$@ $$<

$$(O)/host-$(1)/arch/host/process/%.c.o: arch/host/process/%.c $$(O)/.host-flags
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$$<)
	$$(Q)$$(HOST_CC) $$(HOST_PROC_CFLAGS) -MMD -MP -c -o $$@ $$<

$$(O)/host-$(1)/%.c.o: %.c $$(O)/.host-flags
	@mkdir -p $$(@D)
	$$(call say,HOSTCC,$$<)
	$$(Q)$$(HOST_CC) $$(HOST_CPPFLAGS) $$(HOST_CFLAGS) $$(HOST_$(1)) -MMD -MP -c -o $$@ $$<

# One object, whose names are its own.
$$(O)/host-$(1)/kernel.host.o: $$(HOST_$(1)_OBJS)
	$$(call say,LD,$$@)
	$$(Q)i686-linux-gnu-ld -m elf_i386 -z noexecstack -r -o $$@.tmp $$^
	$$(Q)i686-linux-gnu-objcopy $$(HOST_LOCALIZE) $$@.tmp $$@

# As $$(O)/k896.elf: linked until the symbol table that is linked in is that of the link.
host_$(1)_LINK = $$(HOST_CC) -m32 -no-pie $$(filter -fsanitize%,$$(HOST_$(1))) -static-libasan -static-libubsan \
  -static-libgcc -Wl,-z,noexecstack -Wl,-T,arch/host/host.ld
host_$(1)_link = $$(host_$(1)_LINK) -o $$(O)/host-$(1)/$$(1) $$(O)/host-$(1)/kernel.host.o $$(HOST_$(1)_PROC) \
  $$(O)/host-$(1)/$$(2).o
host_$(1)_ksyms = $$(PYTHON) tools/kallsyms.py > $$(O)/host-$(1)/$$(1).asm && \
  (cd $$(O)/host-$(1) && $$(NASM) $$(ASFLAGS) -o $$(1).o $$(1).asm)
host_$(1)_nm = i686-linux-gnu-nm -n -f sysv $$(O)/host-$(1)/$$(1) | sed 's/^k896_etext /_etext /'

$$(O)/host-$(1)/k896-host: $$(O)/host-$(1)/kernel.host.o $$(HOST_$(1)_PROC) arch/host/host.ld tools/kallsyms.py
	$$(call say,LD,$$@)
	$$(Q): | $$(call host_$(1)_ksyms,ksyms0)
	$$(Q)$$(call host_$(1)_link,pass1,ksyms0)
	$$(Q)$$(call host_$(1)_nm,pass1) | $$(call host_$(1)_ksyms,ksyms1)
	$$(Q)$$(call host_$(1)_link,pass2,ksyms1)
	$$(Q)$$(call host_$(1)_nm,pass2) | $$(call host_$(1)_ksyms,ksyms2)
	$$(Q)$$(call host_$(1)_link,k896-host.tmp,ksyms2)
	$$(Q)mv $$@.tmp $$@
endef
$(foreach name,$(HOST_NAMES),$(eval $(call host_rules,$(name))))

# --- what is portable on 64 bits: arch/host/wide/ ----------------------------------------------

# One build, by clang: watched by the sanitizers, and ready for libFuzzer. Left out is what is a
# PC's: the story of boot from its map, i386's assembly, exceptions, single steps and page tables -
# those of 4 MiB pages and of early_ioremap() among them -, stack and arithmetic that the
# sanitizers watch instead; devices, and interrupts, which input_test.c waits for. The benchmark is
# i386's by purpose; memblock_grow_test.c counts the bytes of arrays of 32-bit regions.
WIDE_NOT   := $(addprefix kernel/,main.c stackprotector.c ubsan.c) \
              $(addprefix kernel/monitor/,bench.c crash.c) \
              $(addprefix mm/,bootmem.c initmem.c) \
              $(addprefix kernel/tests/,fixmap_test.c input_test.c irq_test.c pagewalk_test.c paging_test.c \
                ptdump_test.c stackprotector_test.c step_test.c traps_test.c ubsan_test.c) \
              $(addprefix mm/tests/,fail_map_test.c handover_test.c ioremap_test.c memblock_grow_test.c \
                pgtable_test.c set_memory_test.c)
WIDE_SRCS  := $(filter-out kernel/ubsan.c $(UNUSED) $(WIDE_NOT),$(sort $(wildcard kernel/lib/*.c kernel/*.c kernel/drivers/*.c kernel/monitor/*.c mm/*.c \
                kernel/tests/*.c mm/tests/*.c arch/host/wide/*.c arch/host/fuzz/*.c))) arch/host/wide/setjmp.asm
WIDE_PROC  := $(addprefix arch/host/process/,map.c words.c) $(addprefix arch/host/wide/process/,machine.c main.c fuzz.c)

WIDE_CPPFLAGS := -nostdinc -I. -Iarch/host/wide/include -Iarch/host/include -Iarch/x86/include
WIDE_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-sanitize=null
# gcc tells sources by this name that it is the address sanitizer they are compiled for.
WIDE_CFLAGS   := -std=gnu11 -O1 -g -m64 -ffreestanding -mgeneral-regs-only -fno-pic -fno-pie -fno-common \
                 -fno-strict-aliasing -fcf-protection=none -fno-stack-protector \
                 -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-delete-null-pointer-checks \
                 $(WIDE_SANITIZE) -D__SANITIZE_ADDRESS__ -fsanitize=fuzzer-no-link $(filter -W% -ffile%,$(CFLAGS))
WIDE_PROC_CFLAGS := -I. -idirafter arch/host/wide/include -std=gnu11 -O2 -g -m64 -fno-pie \
                 $(filter -W%,$(HOST_PROC_CFLAGS))
WIDE_VISIBLE  := host_boot host_run_suites host_translate host_fault host_low_limit host_fuzz_name host_fuzz_run

WIDE_OBJS  := $(WIDE_SRCS:%=$(O)/wide/%.o)
WIDE_PROC_OBJS := $(WIDE_PROC:%=$(O)/wide/%.o)
DEPS       += $(patsubst %.o,%.d,$(WIDE_OBJS) $(WIDE_PROC_OBJS))

$(O)/.wide-flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(WIDE_CPPFLAGS) $(WIDE_CFLAGS)' '$(WIDE_PROC_CFLAGS)' '$(WIDE_SRCS)' \
	  | sed 's|$(CURDIR)|.|g' > $@.new
	@cmp -s $@.new $@ || cp $@.new $@

$(WIDE_PROC_OBJS): $(O)/wide/%.c.o: %.c $(O)/.wide-flags
	@mkdir -p $(@D)
	$(call say,CLANG,$<)
	$(Q)clang $(WIDE_PROC_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/wide/%.c.o: %.c $(O)/.wide-flags
	@mkdir -p $(@D)
	$(call say,CLANG,$<)
	$(Q)clang $(WIDE_CPPFLAGS) $(WIDE_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/wide/%.asm.o: %.asm $(O)/.wide-flags
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) -f elf64 -Werror -MD $(@:.o=.d) -MT $@ -MP -o $@ $<

# One object, whose names are its own.
$(O)/wide/kernel.wide.o: $(WIDE_OBJS)
	$(call say,LD,$@)
	$(Q)ld -m elf_x86_64 -z noexecstack -r -o $@.tmp $^
	$(Q)nm -g --defined-only -f posix $@.tmp | cut -d' ' -f1 > $@.globals
	$(Q)objcopy $(addprefix --keep-global-symbol=,$(WIDE_VISIBLE)) $(addprefix --redefine-sym ,$(HOST_MARKS)) \
	  $@.tmp $@

# wide_program NAME OBJECTS FLAGS - linked as $(O)/k896.elf is, until its symbol table is its own;
# in which is global what was before names were made local
define wide_program
wide_$(1)_link = clang -m64 -no-pie $(WIDE_SANITIZE) $(3) -Wl,-z,noexecstack,--no-warn-rwx-segments \
  -Wl,-T,arch/host/wide/image.ld -o $$(O)/wide/$$(1) $$(O)/wide/kernel.wide.o $(2) $$(O)/wide/$$(2).o
wide_$(1)_ksyms = $$(PYTHON) tools/kallsyms.py > $$(O)/wide/$(1)-$$(1).asm && \
  (cd $$(O)/wide && $$(NASM) -f elf64 -Werror -o $(1)-$$(1).o $(1)-$$(1).asm)
wide_$(1)_nm = nm -n -f sysv $$(O)/wide/$$(1) | sed 's/^k896_etext /_etext /' | awk -F'|' -v OFS='|' \
  'NR == FNR { globals[$$$$1]; next } { name = $$$$1; gsub(/ /, "", name) } name in globals { $$$$3 = toupper($$$$3) } 1' \
  $$(O)/wide/kernel.wide.o.globals -

$$(O)/wide/$(1): $$(O)/wide/kernel.wide.o $(2) arch/host/wide/image.ld tools/kallsyms.py
	$$(call say,LD,$$@)
	$$(Q): | $$(call wide_$(1)_ksyms,ksyms0)
	$$(Q)$$(call wide_$(1)_link,$(1)-pass1,$(1)-ksyms0)
	$$(Q)$$(call wide_$(1)_nm,$(1)-pass1) | $$(call wide_$(1)_ksyms,ksyms1)
	$$(Q)$$(call wide_$(1)_link,$(1)-pass2,$(1)-ksyms1)
	$$(Q)$$(call wide_$(1)_nm,$(1)-pass2) | $$(call wide_$(1)_ksyms,ksyms2)
	$$(Q)$$(call wide_$(1)_link,$(1).tmp,$(1)-ksyms2)
	$$(Q)mv $$@.tmp $$@
endef
$(eval $(call wide_program,k896-wide,$(filter-out %/fuzz.c.o,$(WIDE_PROC_OBJS))))
$(eval $(call wide_program,k896-fuzz,$(filter-out %/main.c.o,$(WIDE_PROC_OBJS)),-fsanitize=fuzzer))

fuzz:                                   ## fuzz: T=target SECONDS=n; SECONDS alone: each target; neither: list them
	$(Q)tools/setup host
	$(Q)$(MAKE) --no-print-directory $(O)/wide/k896-fuzz
	$(Q)$(PYTHON) tools/fuzz.py --out $(O) \
	  $(if $(T)$(SECONDS),run --seconds $(or $(SECONDS),60) $(T),list)

host:                                   ## build the kernel as a Linux process: host-asan, host-plain, wide
	$(Q)tools/setup host
	$(Q)$(MAKE) --no-print-directory $(HOST_NAMES:%=$(O)/host-%/k896-host) $(O)/wide/k896-wide

# --- mm/ lifted out: arch/host/lift/, the smallest port, and the example of mm/README.md -----------

# What a kernel that wants pages and objects takes. --gc-sections leaves out what it does not call,
# so that only that much of the contract need be there.
LIFT_MM   := memblock memblock_check memblock_show mm_init buddy page_alloc page_check page_account \
             debug_page shrinker fail fast_paths trace show_mem highmem slab slab_common slab_debug slab_report \
             slab_show kmalloc util
LIFT_SRCS := $(LIFT_MM:%=mm/%.c) $(sort $(wildcard kernel/lib/*.c)) \
             $(addprefix kernel/,resource.c seq.c spinlock.c)
LIFT_PORT := arch/host/lift/port.c

LIFT_CPPFLAGS := -nostdinc -I. -Iarch/host/lift/include
LIFT_CFLAGS   := -std=gnu11 -O2 -g -ffreestanding -fno-strict-aliasing -fwrapv -fno-common \
             -fno-delete-null-pointer-checks -fno-stack-protector -fno-pic -fno-pie \
             -ffunction-sections -fdata-sections $(filter -W%,$(CFLAGS))
# The kernel's code lies from _stext on.
LIFT_LDFLAGS  := -no-pie -Wl,--gc-sections -Wl,--defsym,_stext=__executable_start -Wl,-z,noexecstack

# By the cross GCC; the same watched by the sanitizers; 64-bit, by another compiler.
LIFT_NAMES := plain asan 64
LIFT_GCC   := i686-linux-gnu-gcc -fno-partial-inlining
LIFT_plain := $(LIFT_GCC)
LIFT_asan  := $(LIFT_GCC) -fsanitize=address,undefined -fno-sanitize-recover=all -static-libasan -static-libubsan
LIFT_64    := clang --target=x86_64-linux-gnu

$(O)/.lift-flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(LIFT_CPPFLAGS) $(LIFT_CFLAGS) $(LIFT_LDFLAGS)' '$(LIFT_SRCS)' \
	  $(foreach name,$(LIFT_NAMES),'$(LIFT_$(name))') > $@.new
	@cmp -s $@.new $@ || cp $@.new $@

# lift_rules NAME - objects below $(O)/lift-NAME, and the example
define lift_rules
LIFT_$(1)_OBJS := $$(patsubst %,$$(O)/lift-$(1)/%.o,$$(LIFT_SRCS) $$(LIFT_PORT))
DEPS += $$(LIFT_$(1)_OBJS:.o=.d) $$(O)/lift-$(1)/arch/host/lift/example.c.d

$$(O)/lift-$(1)/%.c.o: %.c $$(O)/.lift-flags
	@mkdir -p $$(@D)
	$$(call say,LIFT,$$<)
	$$(Q)$$(LIFT_$(1)) $$(LIFT_CPPFLAGS) $$(LIFT_CFLAGS) -MMD -MP -c -o $$@ $$<

$$(O)/lift-$(1)/example: $$(LIFT_$(1)_OBJS) $$(O)/lift-$(1)/arch/host/lift/example.c.o
	$$(call say,LD,$$@)
	$$(Q)$$(LIFT_$(1)) $$(LIFT_LDFLAGS) -o $$@ $$^
endef
$(foreach name,$(LIFT_NAMES),$(eval $(call lift_rules,$(name))))

lift:                                   ## mm/ outside of this kernel: build and run mm/README.md's example
	$(Q)tools/setup host
	$(Q)$(MAKE) $(O)/lift-plain/example
	$(Q)$(O)/lift-plain/example

# --- bench-host: mm/ on the smallest port, compiled as the kernel is, counted by callgrind --------

BENCH_SRCS   := $(LIFT_SRCS) $(LIFT_PORT) tools/bench/host/host.c
BENCH_OBJS   := $(BENCH_SRCS:%=$(O)/bench/%.o)
BENCH_CFLAGS := $(CFLAGS) -ffunction-sections -fdata-sections
DEPS += $(BENCH_OBJS:.o=.d)

$(O)/.bench-flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(HOST_CC) $(LIFT_CPPFLAGS) $(BENCH_CFLAGS) $(LIFT_LDFLAGS)' '$(BENCH_SRCS)' > $@.new
	@cmp -s $@.new $@ || cp $@.new $@

$(SHORT_WAYS:%=$(O)/bench/%.c.o): BENCH_CFLAGS += $(SHORT_WAY_FLAGS)

$(O)/bench/%.c.o: %.c $(O)/.bench-flags
	@mkdir -p $(@D)
	$(call say,BENCH,$<)
	$(Q)$(HOST_CC) $(LIFT_CPPFLAGS) $(BENCH_CFLAGS) -MMD -MP -c -o $@ $<

# One object, whose names are its own: the C library has a memcpy() too, and passes it arguments elsewhere.
$(O)/bench/bench-host: $(BENCH_OBJS)
	$(call say,LD,$@)
	$(Q)i686-linux-gnu-ld -m elf_i386 -r --gc-sections -e main -o $@.tmp $^
	$(Q)i686-linux-gnu-objcopy --keep-global-symbol=main $@.tmp $@.o
	$(Q)$(HOST_CC) -m32 $(LIFT_LDFLAGS) -o $@ $@.o

TRACE ?= tools/bench/host/nasm.trace
bench-host:                             ## instructions a call of mm/ takes on the host; TRACE=file to replay
	$(Q)tools/setup bench
	$(Q)$(MAKE) $(O)/bench/bench-host
	$(Q)$(PYTHON) tools/bench/host/bench_host.py --program $(O)/bench/bench-host --trace $(TRACE) \
	  --json $(O)/bench-host.json

# --- run and debug ------------------------------------------------------------------------------

# The command line goes through the environment, so that neither make nor the shell sees its `$`.
export K896_ARGS = $(subst $$$$,$$,$(value KERNEL_ARGS))
QEMU_FLAGS = --mem $(MEM) --session $(O) $(if $(WINDOW),--display gtk)

run:                                    ## boot the ISO in QEMU, serial line on the terminal
	$(Q)tools/setup run $(if $(WINDOW),window)
	$(Q)if tools/setup iso; then \
	  $(MAKE) $(O)/k896.elf && \
	  $(PYTHON) tools/iso.py --kernel $(O)/k896.elf --append "$$K896_ARGS" $(O)/run.iso && \
	  $(PYTHON) tools/qemu.py $(QEMU_FLAGS) --iso $(O)/run.iso; \
	else \
	  echo "No GRUB for the ISO to be had: going on as make run-kernel, by QEMU's own loader."; \
	  $(MAKE) run-kernel; \
	fi

run-kernel:                             ## boot by QEMU's own loader, no GRUB needed
	$(Q)tools/setup run $(if $(WINDOW),window)
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(PYTHON) tools/qemu.py $(QEMU_FLAGS) --kernel $(O)/k896.elf --append "$$K896_ARGS"

debug:                                  ## start stopped, waiting for `make gdb`
	$(Q)tools/setup run $(if $(WINDOW),window)
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(PYTHON) tools/qemu.py $(QEMU_FLAGS) --kernel $(O)/k896.elf --append "$$K896_ARGS" \
	  --gdb $(O)/gdb.sock

BREAK   ?= kmain
gdb:                                    ## attach gdb, with symbols, to `make debug`; or DUMP=FILE
	$(Q)tools/setup gdb
	$(Q)gdb -q -x tools/gdb/k896.gdb $(if $(filter command%,$(origin DUMP)),$(O)/k896.elf $(DUMP), \
	  -ex 'attach-k896 $(O)/gdb.sock $(BREAK)' $(O)/k896.elf)

# --- look into memory: dumps and pictures ---------------------------------------------------------

.PHONY: dump viz viz-web test-web

DUMP    ?= $(O)/k896.dump
dump:                                   ## dump the running guest, or one booted for it
	$(Q)tools/setup run
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(PYTHON) tools/dump.py --kernel $(O)/k896.elf --append "$(if $(KERNEL_ARGS),$$K896_ARGS,selftest=none)" \
	  --mem $(MEM) --session $(O) -o $(DUMP)

PORT    ?= 8960
viz:                                    ## show the running guest's memory, live, in a browser
	$(Q)tools/setup viz
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)tools/viz --session $(O) --elf $(O)/k896.elf --port $(PORT) $(if $(filter command%,$(origin DUMP)),--dump $(DUMP))

viz-web:                                ## the same page with the kernel inside: a folder to be served
	$(Q)tools/setup web
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(PYTHON) tools/vizweb.py --elf $(O)/k896.elf --objcopy $(NM:nm=objcopy) --packages $(O)/npm \
	  -o $(O)/viz-web $(VIZ_WEB)

test-web:                               ## test both pages in a headless browser
	$(Q)tools/setup test
	$(Q)$(PYTHON) tools/runtests.py --out $(O) test_web

# --- measure: tools/bench.py, kernel/bench/ ---------------------------------------------------------

BENCH = $(PYTHON) tools/bench.py
bench:                                  ## guest instructions of each operation, of boot; RAM in use
	$(Q)tools/setup run
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(BENCH) run --kernel $(O)/k896.elf --out $(O)

bench-scale:                            ## the same over memory sizes and live objects
	$(Q)tools/setup run
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(BENCH) scale --kernel $(O)/k896.elf --out $(O)

bench-linux:                            ## the same beside Debian's own i386 Linux, fetched by apt
	$(Q)tools/setup run
	$(Q)$(MAKE) $(O)/k896.elf
	$(Q)$(BENCH) linux --kernel $(O)/k896.elf --out $(O)

# What was measured is measured again when the kernel has changed.
$(O)/bench.json: $(O)/k896.elf
	$(Q)$(BENCH) run --any --kernel $< --out $(O)
$(O)/bench-scale.json: $(O)/k896.elf
	$(Q)$(BENCH) scale --kernel $< --out $(O)

bench-plot:                             ## draw both: build/bench.svg, build/bench-scale.svg
	$(Q)tools/setup run plot
	$(Q)$(MAKE) $(O)/bench.json $(O)/bench-scale.json
	$(Q)$(BENCH) plot --out $(O)

# --- test and check -----------------------------------------------------------------------------

coverage:                               ## which lines and branches of mm/ and kernel/lib run: a report
	$(Q)tools/setup coverage
	$(Q)$(MAKE) COVERAGE=1 O=$(O)/coverage coverage-builds
	$(Q)$(PYTHON) tools/coverage.py --out $(O)/coverage

.PHONY: coverage-builds
coverage-builds: $(O)/k896.elf $(HOST_NAMES:%=$(O)/host-%/k896-host) $(SHAPES)

test-host:                              ## build and test the kernel as a Linux process
	$(Q)tools/setup test host
	$(Q)$(PYTHON) tools/runtests.py --out $(O) test_host

test-models:                            ## each model for long, on the host and in QEMU: OPS=operations of each, SEED=n, T=model
	$(Q)tools/setup run host
	$(Q)$(MAKE) --no-print-directory $(O)/host-plain/k896-host $(O)/k896.elf
	$(Q)$(PYTHON) tools/models.py --host $(O)/host-plain/k896-host --kernel $(O)/k896.elf \
	  $(if $(OPS),--ops $(OPS)) $(if $(SEED),--seed $(SEED)) $(T)

test:                                   ## run all tests and checks, headless; T=pattern: some
	$(Q)tools/setup test
	$(Q)$(PYTHON) tools/runtests.py --out $(O) $(if $(T),'$(T)')

# --- mutants: tools/mutate.py says what they are, O/mutate/report.txt what became of them -----------

# F=mm/slab.c  files; N=50 so many of each, chosen by SEED=1; LEFT=1 only those that survived the
# last time; LEAST=85 fails when a file scores less; V=1 shows each.
MUTATE_FLAGS = $(if $(N),--number $(N)) $(if $(SEED),--seed $(SEED)) $(if $(LEFT),--left) \
               $(if $(SECONDS),--seconds $(SECONDS)) $(if $(LEAST),--least $(LEAST)) $(if $(V),--verbose)

# mutate_build NAME - how host-NAME is built
mutate_build = --build '$(HOST_CC) $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(HOST_$(1))' '$(HOST_$(1)_OBJS)' \
  '$(HOST_$(1)_PROC)' '$(HOST_LOCALIZE)' '$(host_$(1)_LINK)'

mutate:                                 ## change mm/ in small ways: do the tests notice? F=file N=how many
	$(Q)tools/setup host
	$(Q)$(MAKE) --no-print-directory $(HOST_NAMES:%=$(O)/host-%/k896-host)
	$(Q)$(PYTHON) tools/mutate.py --out $(O)/mutate $(MUTATE_FLAGS) $(call mutate_build,plain) \
	  $(call mutate_build,asan) $(F)

# Each checker is a target of its own, check-NAME, and remembers under $(O)/check/ which files are
# clean. A file is looked at again when it, any header, the flags or the checker's settings change.
CHECKS   := includes house sparse cppcheck tidy analyzer format shell python javascript
C_SRCS   := $(sort $(filter-out arch/host/%,$(filter %.c,$(SRCS) $(UNUSED))))
H_SRCS   := $(sort $(filter-out $(C_SRCS),$(filter %.c,$(HOST_SRCS) $(WIDE_SRCS) $(UNUSED)) $(HOST_PROC) $(WIDE_PROC)))
H_SRCS   += $(sort $(wildcard arch/host/lift/*.c tools/bench/host/*.c tools/bench/module/*.[ch]))
C_HDRS   := $(sort $(shell find arch boot kernel mm -name '*.h'))
SCRIPTS  := tools/setup .ci/run
PYTHONS  := $(sort $(wildcard tools/*.py tools/mutation/*.py tools/bench/*.py tools/bench/host/*.py tools/k896/*.py tools/gdb/*.py tools/tests/*.py)) \
            tools/check-includes tools/check-house tools/memmap tools/viz tools/trace2json
JAVASCRIPT := $(sort $(wildcard tools/web/*.js tools/web/*.mjs tools/tests/*.mjs))
CLEAN     = $(C_SRCS:%.c=$(O)/check/%.$(1))

# Fails, showing what was said, when a command fails or says anything at all.
silent    = mkdir -p $(@D); out=$$($(1) 2>&1); rc=$$?; \
            if [ $$rc -ne 0 ] || [ -n "$$out" ]; then printf '%s\n' "$$out"; exit 1; fi; touch $@

.PHONY: $(CHECKS:%=check-%)
check: $(CHECKS:%=check-%)              ## run every static check (each alone: make check-NAME)
	@echo "clean: $(CHECKS)"

check-includes:
	$(call say,INCL,the floors of the house)
	$(Q)tools/check-includes
check-house:
	$(call say,HOUSE,what all files have in common)
	$(Q)tools/check-house

$(O)/check/kernel/gcov.%: CPPFLAGS += -DCONFIG_COVERAGE

# sparse: address spaces, __bitwise types, lock contexts.
SPARSE_FLAGS := -m32 -std=gnu11 -ffreestanding -Wbitwise -Wcast-to-as \
                -Wcontext -Wdesignated-init -Wdo-while -Wenum-mismatch -Wflexible-array-nested \
                -Wnon-pointer-null -Wold-initializer -Wone-bit-signed-bitfield -Wparen-string \
                -Wreturn-void -Wshift-count-overflow -Wtypesign -Wundef \
                -Wno-declaration-after-statement -Wno-unknown-attribute
check-sparse: $(call CLEAN,sparse)
$(O)/check/%.sparse: %.c $(C_HDRS) Makefile
	$(call say,SPARSE,$<)
	$(Q)$(call silent,sparse $(SPARSE_FLAGS) $(CPPFLAGS) $<)

# Of GNU C's statement expressions cppcheck understands more without these two.
CPPCHECK_FLAGS := -D'_Static_assert(...)=' -D'__builtin_expect(x,y)=(x)' \
                  -j2 --quiet --platform=unix32 --std=c11 --inline-suppr --error-exitcode=1 \
                  --enable=warning,performance,portability --suppressions-list=tools/cppcheck.suppress
check-cppcheck: $(O)/check/cppcheck
$(O)/check/cppcheck: $(C_SRCS) $(C_HDRS) Makefile tools/cppcheck.suppress
	$(call say,CPPCHK,all)
	$(Q)$(call silent,cppcheck $(CPPCHECK_FLAGS) $(filter -I%,$(CPPFLAGS)) $(C_SRCS))

# clang-tidy: .clang-tidy has the list. It prints how many warnings it left out: not a finding.
# Its analyzer takes twenty times as long as the rest, and the suites are in gcc's analyzer, too.
TIDY_FLAGS := --target=i386-unknown-none-elf -std=gnu11 -ffreestanding
check-tidy: $(call CLEAN,tidy)
$(O)/check/mm/tests/%.tidy $(O)/check/kernel/tests/%.tidy: TIDY_CHECKS := --checks=-clang-analyzer-*
$(O)/check/%.tidy: %.c $(C_HDRS) Makefile .clang-tidy
	$(call say,TIDY,$<)
	$(Q)$(call silent,clang-tidy --quiet $(TIDY_CHECKS) $< -- $(TIDY_FLAGS) $(CPPFLAGS) 2>/dev/null)

# gcc -fanalyzer. In mm/ and kernel/bench/, memory is kept where it cannot follow (per-CPU offsets,
# fields of struct page, arrays), so that it calls what the allocators hand out a leak. Suites misuse memory on purpose, and
# leave by longjmp() when an allocation fails, which it does not see.
check-analyzer: $(call CLEAN,analyzer)
$(O)/check/%.analyzer: ANALYZER := -fanalyzer
$(O)/check/mm/%.analyzer $(O)/check/kernel/bench/%.analyzer: ANALYZER := -fanalyzer -Wno-analyzer-malloc-leak
SUITES := $(addprefix -Wno-analyzer-,malloc-leak double-free use-after-free null-argument \
          null-dereference possible-null-argument possible-null-dereference)
$(O)/check/mm/tests/%.analyzer $(O)/check/kernel/tests/%.analyzer: ANALYZER := -fanalyzer $(SUITES)
$(O)/check/%.analyzer: %.c $(C_HDRS) $(O)/.flags
	$(call say,ANALYZE,$<)
	$(Q)$(call silent,$(CC) $(CPPFLAGS) $(CFLAGS) $(ANALYZER) -c -o /dev/null $<)

check-format: $(O)/check/format
$(O)/check/format: $(C_SRCS) $(H_SRCS) $(C_HDRS) .clang-format
	$(call say,FORMAT,all)
	$(Q)$(call silent,clang-format --dry-run -Werror $(C_SRCS) $(H_SRCS) $(C_HDRS))

check-shell: $(O)/check/shell
$(O)/check/shell: $(SCRIPTS)
	$(call say,SHELL,$(SCRIPTS))
	$(Q)$(call silent,shellcheck $(SCRIPTS))

check-python: $(O)/check/python
$(O)/check/python: $(PYTHONS)
	$(call say,PYFLAKE,all)
	$(Q)$(call silent,$(PYTHON) -m pyflakes $(PYTHONS))

check-javascript: $(O)/check/javascript
$(O)/check/javascript: $(JAVASCRIPT)
	$(call say,NODE,all)
	$(Q)$(call silent,for f in $^; do node --check $$f || exit 1; done)

# --- the rest -----------------------------------------------------------------------------------

clean:                                  ## remove what was built
	rm -rf $(O)

help:                                   ## print this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

-include $(DEPS)
