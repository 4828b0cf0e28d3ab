/* SPDX-License-Identifier: MIT */
/*
 * Spin locks.
 *
 * A lock is a word, 0 when free, and knows who holds it: taking a lock that this
 * CPU already holds, and releasing one that it does not, are reported in every
 * build. Holding one counts as atomic context. A lock that is also taken in
 * interrupt handlers must be taken with the _irqsave form elsewhere.
 *
 * The order of locks over several files stands, as a tree, in mm/README.md.
 */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include <kernel/lib/types.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <kernel/bug.h>
#include <arch/atomic.h>
#include <arch/cpu.h>
#include <arch/irq.h>

/* @owner: 0 when free, else the holder's CPU number plus 1 */
typedef struct spinlock {
	unsigned int owner;
	const char *name;
} spinlock_t;

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define __SPIN_LOCK_UNLOCKED(lockname) {.owner = 0, .name = #lockname}
/* clang-format on */
#define DEFINE_SPINLOCK(x) spinlock_t x = __SPIN_LOCK_UNLOCKED(x)

#define spin_lock_init(lock)                                                                       \
	do {                                                                                       \
		(lock)->owner = 0;                                                                 \
		(lock)->name = #lock;                                                              \
	} while (0)

void __spin_lock_slow(spinlock_t *lock);
void __spin_unlock_bug(spinlock_t *lock);

/* What this CPU writes into the locks that it takes: kept ready, as it is needed so often. */
DECLARE_PER_CPU(unsigned int, spin_self);

static __always_inline unsigned int __spin_owner_self(void)
{
	return this_cpu_read(spin_self);
}

static __always_inline void spin_lock(spinlock_t *lock) __acquires(lock)
{
	preempt_disable();
	if (unlikely(cmpxchg(&lock->owner, 0U, __spin_owner_self()) != 0))
		__spin_lock_slow(lock);
	__acquire(lock);
}

static __always_inline void spin_unlock(spinlock_t *lock) __releases(lock)
{
	if (unlikely(lock->owner != __spin_owner_self()))
		__spin_unlock_bug(lock);
	smp_store_release(&lock->owner, 0U);
	preempt_enable();
	__release(lock);
}

static __always_inline bool __spin_trylock(spinlock_t *lock)
{
	preempt_disable();
	if (cmpxchg(&lock->owner, 0U, __spin_owner_self()) == 0)
		return true;
	preempt_enable();
	return false;
}
#define spin_trylock(lock) __cond_lock(lock, __spin_trylock(lock))

static __always_inline void spin_lock_irq(spinlock_t *lock) __acquires(lock)
{
	local_irq_disable();
	spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock) __releases(lock)
{
	spin_unlock(lock);
	local_irq_enable();
}

#define spin_lock_irqsave(lock, flags)                                                             \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		spin_lock(lock);                                                                   \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)                                                        \
	do {                                                                                       \
		spin_unlock(lock);                                                                 \
		local_irq_restore(flags);                                                          \
	} while (0)

/* spin_is_locked - by anyone; spin_is_held - by this CPU */
static __always_inline bool spin_is_locked(const spinlock_t *lock)
{
	return READ_ONCE(lock->owner) != 0;
}

static __always_inline bool spin_is_held(const spinlock_t *lock)
{
	return READ_ONCE(lock->owner) == __spin_owner_self();
}

/* lockdep_assert_held - opens each function whose caller must hold the lock */
#define lockdep_assert_held(lock) BUG_ON(!spin_is_held(lock))

#endif
