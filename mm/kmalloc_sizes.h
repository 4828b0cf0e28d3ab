/* SPDX-License-Identifier: MIT */
/*
 * The sizes of kmalloc()'s caches, ascending: included wherever a list of them is
 * wanted, with KMALLOC_CLASS(bytes) defined to what each shall become.
 *
 * The textbooks have the powers of two, and 96 and 192. With those alone an object
 * fills on the average three quarters of its class. The others come in between, two a
 * doubling where the bytes are; they are what is left of a few pages, divided by 3, 5
 * or 6, after struct slab took its part: a slab of them wastes next to nothing.
 *
 *   672 = (1 page - 48) / 6     1624 = (2 pages - 44) / 5     5448 = (4 pages - 36) / 3
 *   808 = (1 page - 44) / 5     2712 = (2 pages - 36) / 3     6544 = (8 pages - 44) / 5
 *  1352 = (1 page - 36) / 3     3264 = (4 pages - 44) / 5     rounded down to 8
 */
KMALLOC_CLASS(8)
KMALLOC_CLASS(16)
KMALLOC_CLASS(32)
KMALLOC_CLASS(64)
KMALLOC_CLASS(96)
KMALLOC_CLASS(128)
KMALLOC_CLASS(192)
KMALLOC_CLASS(256)
KMALLOC_CLASS(384)
KMALLOC_CLASS(512)
KMALLOC_CLASS(672)
KMALLOC_CLASS(808)
KMALLOC_CLASS(1024)
KMALLOC_CLASS(1352)
KMALLOC_CLASS(1624)
KMALLOC_CLASS(2048)
KMALLOC_CLASS(2712)
KMALLOC_CLASS(3264)
KMALLOC_CLASS(4096)
KMALLOC_CLASS(5448)
KMALLOC_CLASS(6544)
KMALLOC_CLASS(8192)
#undef KMALLOC_CLASS
