/* SPDX-License-Identifier: MIT */
/*
 * The machine of the 64-bit process: physical memory, its direct map, a TLB, and exceptions.
 *
 * Physical memory is a memfd. Its RAM below host_low_limit is mapped once and for all, at
 * DIRECT_MAP; holes stay unmapped. An address of the kernel's other area faults at first: the
 * handler asks host_translate() and maps one page of the memfd there, which stays until
 * host_flush(), whatever becomes of the table's entry meanwhile. So a forgotten flush shows,
 * as in the 32-bit process.
 *
 * Any other fault is the kernel's to deal with, by host_fault(), on the stack that faulted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <arch/host/wide/process/machine.h>

#define PAGE_SIZE  4096UL
#define DIRECT_MAP 0x200000000000UL
#define AREA       0x300000000000UL
#define AREA_SIZE  (256UL << 20)

#define VECTOR_PF 14
#define PF_WRITE  2
#define PF_USER   4 /* said of every access of a process, so not told to the kernel */

struct host_cpu host_cpu;

static int memfd;

/* The TLB: which pages of the area are mapped, and how; and how many are. */
#define TLB_VALID 1
#define TLB_WRITE 2
static uint8_t tlb[AREA_SIZE / PAGE_SIZE];
static unsigned long nr_mapped;

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "k896-wide: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	va_end(args);
	_exit(2);
}

/*
 * Memory
 */

static void map_page(unsigned long addr, unsigned long frame, int prot)
{
	if (mmap((void *)addr, PAGE_SIZE, prot, MAP_SHARED | MAP_FIXED, memfd, (off_t)frame) ==
	    MAP_FAILED)
		die("cannot map %#lx: %s", addr, strerror(errno));
}

static void reserve(unsigned long addr, unsigned long size, int flags)
{
	if (mmap((void *)addr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags,
		 -1, 0) != (void *)addr)
		die("cannot have %#lx: %s", addr, strerror(errno));
}

static bool tlb_fill(unsigned long addr, bool write)
{
	unsigned long page = addr & ~(PAGE_SIZE - 1), frame;
	uint8_t *entry;
	int writable;

	if (addr < AREA || addr >= AREA + AREA_SIZE || !host_translate(addr, &frame, &writable) ||
	    (write && !writable))
		return false;
	entry = &tlb[(addr - AREA) / PAGE_SIZE];
	if (*entry && !writable == !(*entry & TLB_WRITE))
		die("a fault at %#lx although it is mapped", addr);
	map_page(page, frame, PROT_READ | (writable ? PROT_WRITE : 0));
	nr_mapped += !*entry;
	*entry = TLB_VALID | (writable ? TLB_WRITE : 0);
	return true;
}

void host_flush(unsigned long start, unsigned long end)
{
	unsigned long first, last;

	for (first = start; first < end && nr_mapped; first = last) {
		last = first + PAGE_SIZE;
		if (!tlb[(first - AREA) / PAGE_SIZE])
			continue;
		while (last < end && tlb[(last - AREA) / PAGE_SIZE])
			last += PAGE_SIZE;
		reserve(first, last - first, MAP_FIXED);
		memset(&tlb[(first - AREA) / PAGE_SIZE], 0, (last - first) / PAGE_SIZE);
		nr_mapped -= (last - first) / PAGE_SIZE;
	}
}

void host_set_present(unsigned long addr, unsigned long size, int present)
{
	if (mprotect((void *)addr, size, present ? PROT_READ | PROT_WRITE : PROT_NONE))
		die("cannot protect %#lx: %s", addr, strerror(errno));
}

/* Linux looks whether the pages are there; a system call does not fill the TLB. */
static bool linux_copies(void *to, const void *from, size_t size)
{
	struct iovec local = {.iov_base = to, .iov_len = size};
	struct iovec remote = {.iov_base = (void *)(uintptr_t)from, .iov_len = size};

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

/* copy_page_part - bytes of one page to one page */
static bool copy_page_part(void *to, const void *from, size_t size)
{
	bool filled;

	if (linux_copies(to, from, size))
		return true;
	filled = tlb_fill((unsigned long)from, false);
	filled = tlb_fill((unsigned long)to, true) || filled;
	return filled && linux_copies(to, from, size);
}

int host_copy(void *to, const void *from, unsigned long size)
{
	char *dst = to;
	const char *src = from;

	while (size) {
		size_t room = PAGE_SIZE - ((uintptr_t)dst & (PAGE_SIZE - 1));
		size_t part = PAGE_SIZE - ((uintptr_t)src & (PAGE_SIZE - 1));

		part = part < room ? part : room;
		part = part < size ? part : size;
		if (!copy_page_part(dst, src, part))
			return -1;
		dst += part;
		src += part;
		size -= part;
	}
	return 0;
}

/*
 * Exceptions
 */

static void exception(int sig __attribute__((__unused__)), siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *regs = uc->uc_mcontext.gregs;
	int vector = (int)regs[REG_TRAPNO];
	unsigned long error_code = (unsigned long)regs[REG_ERR];
	unsigned long addr = vector == VECTOR_PF ? (unsigned long)info->si_addr : 0;

	if (vector == VECTOR_PF && tlb_fill(addr, error_code & PF_WRITE))
		return;
	if (vector == VECTOR_PF)
		error_code &= ~(unsigned long)PF_USER;
	host_fault(vector, error_code, addr, (unsigned long)regs[REG_RIP]);
}

/* Nothing is blocked meanwhile, as the kernel may leave the handler for good. */
static void catch_exceptions(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
	struct sigaction action = {.sa_sigaction = exception, .sa_flags = SA_SIGINFO | SA_NODEFER};
	unsigned int i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], &action, NULL))
			die("cannot catch signal %d: %s", signals[i], strerror(errno));
}

/*
 * The rest of a machine
 */

void host_console_write(const char *s, unsigned int len)
{
	machine_output(s, len);
}

void host_exit(int ok)
{
	machine_leave(ok);
}

void host_idle(void)
{
	die("idle, and nothing will ever interrupt");
}

unsigned int host_usleep(unsigned int usecs)
{
	struct timespec begin, now;
	long passed;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		passed = (now.tv_sec - begin.tv_sec) * 1000000 +
			 (now.tv_nsec - begin.tv_nsec) / 1000;
	} while (passed < (long)usecs);
	return (unsigned int)passed;
}

static void find_stack(void)
{
	pthread_attr_t attr;
	size_t size;
	void *low;

	if (pthread_getattr_np(pthread_self(), &attr) || pthread_attr_getstack(&attr, &low, &size))
		die("cannot tell where the stack is");
	host_cpu.stack_low = (unsigned long)low;
	host_cpu.stack_high = (unsigned long)low + size;
	pthread_attr_destroy(&attr);
}

/* Whole pages of RAM that lie low, accessible; overlaps do no harm. */
static void map_ram(const struct host_ram *ram)
{
	unsigned long start = (ram->start + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	unsigned long end = ram->end & ~(PAGE_SIZE - 1);

	end = end < host_low_limit ? end : host_low_limit;
	if (start < end && mmap((void *)(DIRECT_MAP + start), end - start, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_FIXED, memfd, (off_t)start) == MAP_FAILED)
		die("cannot map RAM at %#lx: %s", start, strerror(errno));
}

void machine_boot(const char *map, const char *cmdline)
{
	static struct ram_map wanted;
	static struct host_ram ram[MAP_MAX];
	unsigned long end = 0;
	unsigned int i;

	map_parse(map, &wanted);
	for (i = 0; i < wanted.nr; i++) {
		ram[i].start = wanted.range[i].start;
		ram[i].end = wanted.range[i].end;
		ram[i].usable = wanted.range[i].type == TYPE_RAM;
		if (ram[i].usable && ram[i].end > end)
			end = ram[i].end;
	}
	memfd = memfd_create("k896 physical memory", MFD_CLOEXEC);
	if (memfd < 0 || ftruncate(memfd, (off_t)end))
		die("cannot make physical memory: %s", strerror(errno));
	reserve(DIRECT_MAP, host_low_limit, MAP_FIXED_NOREPLACE);
	reserve(AREA, AREA_SIZE, MAP_FIXED_NOREPLACE);
	for (i = 0; i < wanted.nr; i++)
		if (ram[i].usable)
			map_ram(&ram[i]);
	find_stack();
	catch_exceptions();
	host_boot(ram, wanted.nr, cmdline);
}
