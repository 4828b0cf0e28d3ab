/* SPDX-License-Identifier: MIT */
/*
 * The slow halves of spin locks: waiting, and reports of misuse.
 */
#include <kernel/spinlock.h>
#include <kernel/printk.h>

DEFINE_PER_CPU(unsigned int,
	       spin_self) = 1; /* of the boot CPU; setup_per_cpu_areas() has the rest */

void __spin_lock_slow(spinlock_t *lock)
{
	unsigned int self = __spin_owner_self();

	/* Waiting for oneself would never end; BUG() says where. */
	if (READ_ONCE(lock->owner) == self)
		panic("BUG: spin lock %s taken twice on CPU %u", lock->name, self - 1);
	do {
		while (READ_ONCE(lock->owner))
			cpu_relax();
	} while (cmpxchg(&lock->owner, 0U, self) != 0);
}

void __spin_unlock_bug(spinlock_t *lock)
{
	panic("BUG: spin lock %s released on CPU %u, which does not hold it (owner %u)", lock->name,
	      raw_smp_processor_id(), lock->owner);
}
