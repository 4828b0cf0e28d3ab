# SPDX-License-Identifier: MIT
#
# k896: build, run, test.  `make help` lists the targets.
#
# Everything is written below $(O). Variables of the command line:
#   O=build          where to build
#   OPT=-O2          optimisation of the kernel (-O0, -O2, -Os)
#   LLVM=1           clang and ld.lld in place of the cross GCC
#   V=1              print whole commands
#   MEM=128M         RAM of `make run` and friends
#   KERNEL_ARGS=...  the kernel's command line
#   T=pattern        tests of `make test` to run

O       ?= build
OPT     ?= -O2
MEM     ?= 128M
PYTHON  ?= /usr/bin/python3
KERNEL_ARGS ?=

Q       := $(if $(V),,@)
say      = @$(if $(V),:,printf '  %-7s %s\n' $(1) $(2))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all help iso clean FORCE
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
endif
NASM    := nasm

CPPFLAGS := -nostdinc -I. -Iarch/x86/include
CFLAGS  := -std=gnu11 $(OPT) -g -m32 -march=i686 -ffreestanding -mgeneral-regs-only \
           -fno-pic -fno-pie -fno-common -fno-strict-aliasing -fwrapv -fcf-protection=none \
           -fno-stack-protector -fno-omit-frame-pointer -fno-optimize-sibling-calls \
           -fno-asynchronous-unwind-tables -fno-delete-null-pointer-checks \
           -ffile-prefix-map=$(CURDIR)/= -ffile-prefix-map=$(CURDIR)=. \
           -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef
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
SRCS += $(sort $(wildcard kernel/drivers/*.c kernel/monitor/*.c kernel/tests/*.c kernel/tests/*.asm mm/tests/*.c))

OBJS := $(patsubst %.c,$(O)/%.o,$(patsubst %.asm,$(O)/%.asm.o,$(SRCS)))
DEPS := $(OBJS:.o=.d)

# --- rules --------------------------------------------------------------------------------------

# A file that changes when the commands do, so that objects are rebuilt then.
$(O)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC) $(CPPFLAGS) $(CFLAGS)' '$(NASM) $(ASFLAGS)' '$(LD) $(LDFLAGS)' '$(OBJS)' \
	  | sed 's|$(CURDIR)|.|g' | cmp -s - $@ || printf '%s\n' '$(CC) $(CPPFLAGS) $(CFLAGS)' \
	  '$(NASM) $(ASFLAGS)' '$(LD) $(LDFLAGS)' '$(OBJS)' | sed 's|$(CURDIR)|.|g' > $@

$(O)/%.o: %.c $(O)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/%.asm.o: %.asm $(O)/.flags
	@mkdir -p $(@D)
	$(call say,NASM,$<)
	$(Q)$(NASM) $(ASFLAGS) -I. -MD $(@:.o=.d) -MT $@ -MP -o $@ $<

# The kernel holds its own symbol table. Each link moves what lies behind the table, so the table of
# the second link is the first whose size is right, and that of the third is exact.
link = $(LD) $(LDFLAGS) -T linker.ld -o $(1) $(OBJS) $(2)
ksyms = $(NM) -n $(1) | $(PYTHON) tools/kallsyms.py > $(2).asm && $(NASM) $(ASFLAGS) -o $(2).o $(2).asm

$(O)/k896.elf: $(OBJS) linker.ld tools/kallsyms.py
	$(call say,LD,$@)
	$(Q)$(PYTHON) tools/kallsyms.py < /dev/null > $(O)/ksyms0.asm && $(NASM) $(ASFLAGS) -o $(O)/ksyms0.o $(O)/ksyms0.asm
	$(Q)$(call link,$(O)/pass1.elf,$(O)/ksyms0.o)
	$(Q)$(call ksyms,$(O)/pass1.elf,$(O)/ksyms1)
	$(Q)$(call link,$(O)/pass2.elf,$(O)/ksyms1.o)
	$(Q)$(call ksyms,$(O)/pass2.elf,$(O)/ksyms2)
	$(Q)$(call link,$@.tmp,$(O)/ksyms2.o)
	$(Q)$(NM) -n $@.tmp | $(PYTHON) tools/kallsyms.py | cmp - $(O)/ksyms2.asm
	$(Q)mv $@.tmp $@

iso: $(O)/k896.iso                      ## build the ISO image alone
$(O)/k896.iso: $(O)/k896.elf boot/grub.cfg tools/iso.py
	$(call say,ISO,$@)
	$(Q)$(PYTHON) tools/iso.py --kernel $(O)/k896.elf $@

clean:                                  ## remove what was built
	rm -rf $(O)

help:                                   ## print this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

-include $(DEPS)
