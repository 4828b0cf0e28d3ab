/* SPDX-License-Identifier: MIT */
/*
 * The sizes of kmalloc()'s caches, ascending: included wherever a list of them is
 * wanted, with KMALLOC_CLASS(bytes) defined to what each shall become.
 *
 * The textbooks have the powers of two, and 96 and 192. With those alone an object
 * fills on the average three quarters of its class; four classes a doubling make it
 * nine tenths. Below 128 bytes there is little to win, and more caches with a
 * partly used slab each would lose it again.
 */
KMALLOC_CLASS(8)
KMALLOC_CLASS(16)
KMALLOC_CLASS(32)
KMALLOC_CLASS(48)
KMALLOC_CLASS(64)
KMALLOC_CLASS(96)
KMALLOC_CLASS(128)
KMALLOC_CLASS(160)
KMALLOC_CLASS(192)
KMALLOC_CLASS(256)
KMALLOC_CLASS(320)
KMALLOC_CLASS(384)
KMALLOC_CLASS(448)
KMALLOC_CLASS(512)
KMALLOC_CLASS(640)
KMALLOC_CLASS(768)
KMALLOC_CLASS(896)
KMALLOC_CLASS(1024)
KMALLOC_CLASS(1280)
KMALLOC_CLASS(1536)
KMALLOC_CLASS(1792)
KMALLOC_CLASS(2048)
KMALLOC_CLASS(2560)
KMALLOC_CLASS(3072)
KMALLOC_CLASS(3584)
KMALLOC_CLASS(4096)
KMALLOC_CLASS(5120)
KMALLOC_CLASS(6144)
KMALLOC_CLASS(7168)
KMALLOC_CLASS(8192)
#undef KMALLOC_CLASS
