; SPDX-License-Identifier: MIT
;
; <arch/setjmp.h>. A buffer holds, in this order, EBX ESI EDI EBP ESP EIP EFLAGS.

EFLAGS_TF       equ 0x100
EFLAGS_IF       equ 0x200

section .text
global arch_setjmp, arch_longjmp
extern step_cancel

; int arch_setjmp(struct arch_jmpbuf *buf). In: EAX buf. Lost: EAX, ECX, EDX.
arch_setjmp:
        mov     [eax], ebx
        mov     [eax + 4], esi
        mov     [eax + 8], edi
        mov     [eax + 12], ebp
        lea     ecx, [esp + 4]          ; ESP after our return
        mov     [eax + 16], ecx
        mov     ecx, [esp]
        mov     [eax + 20], ecx
        pushfd
        pop     dword [eax + 24]
        xor     eax, eax
        ret

; void arch_longjmp(struct arch_jmpbuf *buf, int val). In: EAX buf, EDX val. Does not
; return to its caller.
; A run that is being single-stepped ends here: first the trap flag goes, then step.c
; forgets the run. The interrupt flag of then comes back last, on the right stack.
arch_longjmp:
        pushfd
        and     dword [esp], ~EFLAGS_TF
        popfd
        push    edx
        push    eax
        call    step_cancel
        pop     ecx
        pop     eax
        mov     ebx, [ecx]
        mov     esi, [ecx + 4]
        mov     edi, [ecx + 8]
        mov     ebp, [ecx + 12]
        mov     edx, [ecx + 20]
        mov     esp, [ecx + 16]
        test    dword [ecx + 24], EFLAGS_IF
        jz      .off
        sti
        jmp     edx
.off:   cli
        jmp     edx
