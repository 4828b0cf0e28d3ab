; SPDX-License-Identifier: MIT
;
; Where the kernel goes on when the process's CPU takes an exception or interrupt.
;
; process/cpu.c has then pushed, as a CPU would and a stub of arch/x86/trap_entry.asm:
; EFLAGS, CS, EIP, error code, vector. IF and TF are off. What follows is trap_common of
; that file but for the segment registers, which are the C library's and stay, and for
; the ABI: cdecl, with the stack aligned to 16 bytes at each call.

EFLAGS_IF       equ 0x200
PT_EIP          equ 14 * 4              ; offsets in struct pt_regs
PT_EFLAGS       equ 16 * 4

section .text
extern trap_dispatch, host_return_flags

; host_trap_entry - in: vector and error code on the stack. Lost: nothing.
; The label that backtraces look for is trap_common.
global host_trap_entry, trap_common
align 16, db 0x90
host_trap_entry:
trap_common:
        push    gs
        push    fs
        push    es
        push    ds
        pushad
        cld
        mov     eax, esp                ; trap_dispatch's argument
        push    dword [eax + PT_EIP]    ; "return address" and
        push    ebp                     ; frame pointer of a frame for the backtrace
        mov     ebp, esp
        mov     ebx, esp
        and     esp, -16
        sub     esp, 12
        push    eax
        call    trap_dispatch
        lea     eax, [ebx + 8]
        mov     [esp], eax
        call    host_return_flags       ; IF is a variable; IRET does not know it
        mov     esp, ebx
        add     esp, 8
        popad
        add     esp, 4 * 4 + 2 * 4      ; segments; vector and error code
        push    eax
        mov     eax, cs
        mov     [esp + 8], eax          ; pt_regs has it with privilege level 0
        pop     eax
        iretd
