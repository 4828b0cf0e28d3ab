; SPDX-License-Identifier: MIT
;
; void arch_save_regs(void) - <arch/traps.h>
; Stores the registers as they are in the caller behind the call into this CPU's copy
; of panic_regs (fault.c), a struct pt_regs (asm/ptrace.h). Lost: EAX, ECX.

section .text
extern this_cpu_off, panic_regs
global arch_save_regs
arch_save_regs:
        push    eax
        mov     eax, [fs:this_cpu_off]
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
        mov     [eax + 60], cs
        pushfd
        pop     dword [eax + 64]
        lea     ecx, [esp + 4]
        mov     [eax + 68], ecx         ; esp
        mov     [eax + 72], ss
        ret
