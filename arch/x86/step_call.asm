; SPDX-License-Identifier: MIT
;
; The edges of a single-stepped run; see step.c.
;
; void step_call(void (*fn)(void *arg), void *arg)
; In: EAX fn, EDX arg. Lost: EAX, ECX, EDX.
; Calls fn(arg) with EFLAGS.TF set. The debug exception comes after each instruction
; that began with TF set, so the CALL here is the first and the POPFD that clears TF
; the last. step.c leaves out what executes in [step_call, step_call_end).

EFLAGS_TF       equ 0x100

section .text
global step_call, step_call_end
step_call:
        push    ebp
        mov     ebp, esp
        mov     ecx, eax                ; fn
        mov     eax, edx                ; arg, where fn looks for it
        pushfd
        or      dword [esp], EFLAGS_TF
        popfd
        call    ecx
        pushfd
        and     dword [esp], ~EFLAGS_TF
        popfd
        leave
        ret
step_call_end:
