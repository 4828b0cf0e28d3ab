; SPDX-License-Identifier: MIT
;
; void arch_save_regs(void) - <arch/traps.h>; arch/x86/save_regs.asm, but that the per-CPU
; offset lies in host_cpu (asm/host.h). Lost: EAX, ECX.

HOST_CPU_PERCPU_OFFSET equ 6 * 4
X86_KERNEL_CS          equ 0x20         ; any, of privilege level 0

section .text
extern host_cpu, panic_regs
global arch_save_regs
arch_save_regs:
        push    eax
        mov     eax, [host_cpu + HOST_CPU_PERCPU_OFFSET]
        add     eax, panic_regs
        mov     [eax], edi
        mov     [eax + 4], esi
        mov     [eax + 8], ebp
        mov     dword [eax + 12], 0     ; a copy
        mov     [eax + 16], ebx
        mov     [eax + 20], edx
        mov     [eax + 24], ecx
        pop     ecx
        mov     [eax + 28], ecx         ; eax
        mov     [eax + 32], ds
        mov     [eax + 36], es
        mov     [eax + 40], fs
        mov     [eax + 44], gs
        mov     ecx, [esp]
        mov     [eax + 56], ecx         ; eip
        mov     dword [eax + 60], X86_KERNEL_CS
        pushfd
        pop     dword [eax + 64]
        lea     ecx, [esp + 4]
        mov     [eax + 68], ecx         ; esp
        mov     [eax + 72], ss
        ret
