; SPDX-License-Identifier: MIT
;
; The doors: one stub for each of the 256 interrupt vectors.
;
; The CPU pushes EFLAGS, CS, EIP and, for some exceptions, an error code (SDM vol. 3,
; 6.13). A stub evens that out with a zero, pushes its number, and goes on at
; trap_common, which completes struct pt_regs (asm/ptrace.h) and calls
;
;       void trap_dispatch(struct pt_regs *regs)
;
; on a stack frame that looks like a call made by the interrupted code, so that a
; backtrace taken in the handler leads through it. All gates are interrupt gates: IF
; and TF are off here and come back with IRET.
;
; Stubs are TRAP_STUB_SIZE bytes apart; idt.c computes their addresses.

KERNEL_DS       equ 0x10                ; asm/segment.h; a self-test compares
PERCPU          equ 0x38
NR_VECTORS      equ 256
TRAP_STUB_SIZE  equ 16
PT_EIP          equ 14 * 4              ; offset of eip in struct pt_regs

; Exceptions that come with an error code: 8, 10-14, 17, 21.
ERROR_CODES     equ (1 << 8) | (0x1F << 10) | (1 << 17) | (1 << 21)

section .text
extern trap_dispatch

global trap_stubs
align TRAP_STUB_SIZE, db 0x90
trap_stubs:
%assign vector 0
%rep NR_VECTORS
        align   TRAP_STUB_SIZE, db 0x90
%if vector >= 32 || ((ERROR_CODES >> vector) & 1) == 0
        push    dword 0
%endif
        push    dword vector
        jmp     trap_common
%assign vector vector + 1
%endrep

; trap_common - in: vector and error code on the stack. Lost: nothing.
global trap_common
align 16, db 0x90
trap_common:
        push    gs
        push    fs
        push    es
        push    ds
        pushad
        cld
        mov     eax, KERNEL_DS
        mov     ds, eax
        mov     es, eax
        mov     eax, PERCPU
        mov     fs, eax                 ; gs stays: the kernel does not use it
        mov     eax, esp                ; trap_dispatch's argument
        push    dword [eax + PT_EIP]    ; "return address" and
        push    ebp                     ; frame pointer of a frame for the backtrace
        mov     ebp, esp
        call    trap_dispatch
        add     esp, 8
        popad
        pop     ds
        pop     es
        pop     fs
        pop     gs
        add     esp, 8                  ; vector, error code
        iretd

; doublefault_entry - the double fault's task begins here, on its own stack, with all
; registers from its TSS. There is nothing to go back to.
extern doublefault_report
global doublefault_entry
doublefault_entry:
        cld
        push    dword 0                 ; ends the backtrace
        push    dword 0
        mov     ebp, esp
        call    doublefault_report
.halt:  hlt
        jmp     .halt
