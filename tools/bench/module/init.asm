; SPDX-License-Identifier: MIT
;
; The whole user space of the guest that measures Linux: load /k896_bench.ko, which
; prints its rows while it is loaded, then have the machine reset; QEMU leaves instead.

SYS_OPEN        equ 5
SYS_REBOOT      equ 88
SYS_FINIT_MODULE equ 350
REBOOT_MAGIC1   equ 0xFEE1DEAD
REBOOT_MAGIC2   equ 672274793
REBOOT_RESTART  equ 0x01234567

bits 32
section .text
global _start
_start:
        mov     eax, SYS_OPEN
        mov     ebx, module
        xor     ecx, ecx                ; O_RDONLY
        xor     edx, edx
        int     0x80
        mov     ebx, eax
        mov     eax, SYS_FINIT_MODULE
        mov     ecx, nothing            ; no parameters
        xor     edx, edx                ; no flags
        int     0x80
        mov     eax, SYS_REBOOT
        mov     ebx, REBOOT_MAGIC1
        mov     ecx, REBOOT_MAGIC2
        mov     edx, REBOOT_RESTART
        xor     esi, esi
        int     0x80
        jmp     $

section .rodata
module:  db     "/k896_bench.ko"
nothing: db     0
