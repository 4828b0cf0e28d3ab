; SPDX-License-Identifier: MIT
; <arch/setjmp.h>: EBX ESI EDI EBP ESP EIP EFLAGS

section .text
global arch_setjmp, arch_longjmp

; int arch_setjmp(struct arch_jmpbuf *buf). Lost: EAX, ECX, EDX.
arch_setjmp:
        mov     eax, [esp + 4]
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

; void arch_longjmp(struct arch_jmpbuf *buf, int val). The interrupt flag of then is
; restored last, when the stack is right again; the trap flag is left off.
arch_longjmp:
        mov     ecx, [esp + 4]
        mov     eax, [esp + 8]
        mov     ebx, [ecx]
        mov     esi, [ecx + 4]
        mov     edi, [ecx + 8]
        mov     ebp, [ecx + 12]
        mov     edx, [ecx + 20]
        mov     esp, [ecx + 16]
        test    dword [ecx + 24], 0x200
        jz      .off
        sti
        jmp     edx
.off:   cli
        jmp     edx
