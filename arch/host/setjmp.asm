; SPDX-License-Identifier: MIT
;
; <arch/setjmp.h> in a process, cdecl. A buffer holds, in this order, EBX ESI EDI EBP
; ESP EIP IF.

EFLAGS_TF       equ 0x100

section .text
global arch_setjmp, arch_longjmp
extern step_cancel, host_save_flags, host_restore_flags

; int arch_setjmp(struct arch_jmpbuf *buf)
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
        sub     esp, 12
        call    host_save_flags
        add     esp, 12
        mov     ecx, [esp + 4]
        mov     [ecx + 24], eax
        xor     eax, eax
        ret

; void arch_longjmp(struct arch_jmpbuf *buf, int val). Does not return to its caller.
; A run that is being single-stepped ends here. The interrupt flag comes back last, on
; the right stack.
arch_longjmp:
        pushfd
        and     dword [esp], ~EFLAGS_TF
        popfd
        mov     ebx, [esp + 4]          ; buf
        mov     esi, [esp + 8]          ; val
        and     esp, -16
        call    step_cancel
        mov     esp, [ebx + 16]
        mov     ebp, [ebx + 12]
        mov     edi, esp
        and     esp, -16
        sub     esp, 12
        push    dword [ebx + 24]
        call    host_restore_flags
        mov     esp, edi
        mov     eax, esi
        mov     edx, [ebx + 20]
        mov     esi, [ebx + 4]
        mov     edi, [ebx + 8]
        mov     ebx, [ebx]
        jmp     edx
