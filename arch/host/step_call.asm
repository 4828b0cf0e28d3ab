; SPDX-License-Identifier: MIT
;
; The edges of a single-stepped run, see arch/x86/step.c; cdecl. The trap flag is not
; privileged: in a process it does what it does in a kernel.
;
; void step_call(void (*fn)(void *arg), void *arg)

EFLAGS_TF       equ 0x100

section .text
global step_call, step_call_end
step_call:
        push    ebp
        mov     ebp, esp
        sub     esp, 4                  ; 16 bytes with what comes: the ABI's alignment
        push    dword [ebp + 12]        ; arg
        mov     eax, [ebp + 8]          ; fn
        pushfd
        or      dword [esp], EFLAGS_TF
        popfd
        call    eax
        pushfd
        and     dword [esp], ~EFLAGS_TF
        popfd
        leave
        ret
step_call_end:
