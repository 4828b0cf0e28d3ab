# SPDX-License-Identifier: MIT
"""
Cases that cannot run, by what a machine lacks. A configuration of the matrix says
what it lacks, its options say the rest, and exactly these cases must then be
skipped, no more and no fewer.
"""

# No page above the direct map.
HIGHMEM = {
    *(f"highmem.{case}" for case in (
        "all_slots",
        "atomic_context_is_reported",
        "checker_sees_a_lost_flag",
        "copies_to_and_from_pages.highmem",
        "every_page_keeps_its_stamp",
        "freeing_a_mapped_page_is_reported",
        "lookup_at_every_instruction",
        "mapping_reaches_the_page",
        "one_flush_a_wrap",
        "random_storm",
        "ranges_that_leave_the_page_are_reported.highmem",
        "unbalanced_kunmap_is_reported",
        "users_are_counted",
        "views_show_the_slots",
        "whole_page_helpers.highmem",
        "zero_user_clears_its_bytes_only.highmem",
    )),
    *(f"kmap_atomic.{case}" for case in (
        "describes_its_slots",
        "foreign_address_is_reported",
        "interrupt_at_every_instruction",
        "local_leaves_preemption_alone",
        "nests_to_the_limit",
        "pair",
        "slot_is_flushed",
        "wrong_order_is_reported",
    )),
    "checkers.pkmap_slots",
    "vmalloc.a_kmapped_page_is_reported",
    "vmalloc_area.long_arrays_come_from_highmem",
    "vmalloc.highmem_comes_first",
}

# Some high memory, but fewer pages than there are kmap slots, or than a large area has.
MUCH_HIGHMEM = {"highmem.all_slots", "highmem.one_flush_a_wrap", "highmem.random_storm",
                "vmalloc_area.long_arrays_come_from_highmem"}

# No free block of the largest order, 4 MiB, to try protections on.
FREE_4M = {"set_memory.split_keeps_everything_else", "set_memory.whole_large_page",
           "fail_map.try_set_memory"}

# No address in low memory where one 4 MiB page ends and another begins.
BOUNDARY_4M = {"set_memory.range_over_a_boundary"}

# Too few free pages for an area whose array of pages needs an area itself.
FREE_8M = {"fail_map.nth_allocation_fails.vmalloc of 1030 pages", "vmalloc.view_shows_long_lists"}

# Page tables that are not all there from the beginning.
TABLES = {"fail_page.nth_allocation_fails.pte_alloc_kernel"}

# Single-stepping.
STEPS = {
    *(f"page_alloc_step.at_every_instruction.{pair}" for pair in (
        "order 0, hot list",
        "order 0, empty list",
        "order 2, hot list",
        "order 2 against order 0, empty list",
        "order 4, the buddy",
        "order 4 against order 0, empty list",
        "order 0 against order 5, empty list",
    )),
    "page_alloc_step.both_free_at_once",
    "page_alloc_step.shared_while_freed",
    "page_alloc_step.taken_while_put",
    "slab_context.slab_interrupts",
    "slab_setup.destroy_waits_for_walkers",
    "kmalloc.kmalloc_interrupts",
    "vmap_area.interrupt_at_every_instruction",
    "vmalloc.interrupt_at_every_instruction",
    "kmap_atomic.interrupt_at_every_instruction",
    "highmem.lookup_at_every_instruction",
}

# Nobody looks for undefined behaviour, or somebody else than the kernel.
UBSAN = {f"ubsan.{case}" for case in (
    "array_index",
    "assumed_alignment",
    "bits_of_zero",
    "division",
    "invalid_bool",
    "misaligned_pointer",
    "null_pointer",
    "null_where_none_may_be",
    "object_too_small",
    "place_is_named",
    "pointer_overflow",
    "shift",
    "signed_overflow",
    "signed_overflow_of_64_bits",
    "unreachable_code",
    "what_is_defined_is_not_reported",
)}

# --- what the options of QEMU and of the kernel decide ------------------------------------

# QEMU's educational device, which is there only when it is asked for.
EDU = {"ioremap.edu_device"}

# What a PC has and a process has not.
DEVICES = {"ioremap.local_apic", "ioremap.io_apic", "ioremap.hpet", "ioremap.frame_buffer"}

# Where debug_pagealloc=on unmaps free pages, low memory is mapped by 4 KiB pages, and no
# larger one is left to split.
LARGE_PAGES = {"fail_map.try_set_memory"}

# Debugged or zeroed objects do not go through a cache's per-CPU arrays.
OBJECT_ARRAYS = {"slab.slab_array_batches", "slab.slab_array_grows", "slab.slab_array_from_one_slab",
                 "slab.slab_management", "kmalloc.kmalloc_falls_back",
                 "checkers.objects_in_an_array", "slab_check.arrays_that_lie"}

# Where slab_debug= gives every object company, a report has more to show than these know, and a
# checker more to look at.
REPORTS = {"slab_debug.slab_behind_the_last", "set_memory.report_without_bytes",
           *(f"slab_check.{case}" for case in (
               "arrays_that_lie",
               "colours_that_are_none",
               "counts_that_are_off",
               "full_and_empty_ones_among_the_partial",
               "lists_that_are_torn",
               "pages_that_are_not_the_slabs",
               "slabs_on_the_wrong_list",
               "words_that_mean_nothing",
           )),
           "slab_report.report_knows_the_bounds", "slab_report.report_of_a_bad_pointer",
           "slab_report.report_of_damage.600 bytes, flags 0x800, at 0",
           "slab_report.report_of_damage.600 bytes, flags 0x800, at 599"}

# Where the watermarks are what min_free_kbytes= says, and not what the formula gives.
WATERMARKS = {"watermark.watermark_formula", "watermark.atomic_reserve"}


def by_options(args, extra):
    """Sets of cases that cannot run with these options of the kernel and of QEMU."""
    if "edu" not in extra:
        yield EDU
    if "debug_pagealloc=on" in args:
        yield LARGE_PAGES
    if "slab_debug=" in args or "init_on_" in args:
        yield OBJECT_ARRAYS
    if "slab_debug=" in args:
        yield REPORTS
    if "min_free_kbytes=" in args:
        yield WATERMARKS


def by_variant(variant):
    """Likewise with this build of the kernel."""
    if not variant.startswith("ubsan"):
        yield UBSAN
