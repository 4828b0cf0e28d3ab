; SPDX-License-Identifier: MIT
;
; <arch/setjmp.h> in a 64-bit process, System V ABI. A buffer holds, in this order, RBX
; RBP R12 R13 R14 R15 RSP RIP, and the interrupt flag.

section .text
global arch_setjmp, arch_longjmp
extern host_save_flags, host_restore_flags

; int arch_setjmp(struct arch_jmpbuf *buf)
arch_setjmp:
        mov     [rdi], rbx
        mov     [rdi + 8], rbp
        mov     [rdi + 16], r12
        mov     [rdi + 24], r13
        mov     [rdi + 32], r14
        mov     [rdi + 40], r15
        lea     rax, [rsp + 8]          ; RSP after our return
        mov     [rdi + 48], rax
        mov     rax, [rsp]
        mov     [rdi + 56], rax
        push    rdi
        call    host_save_flags
        pop     rdi
        mov     [rdi + 64], rax
        xor     eax, eax
        ret

; void arch_longjmp(struct arch_jmpbuf *buf, int val). Does not return to its caller.
; The interrupt flag comes back last, on the right stack.
arch_longjmp:
        mov     rbx, rdi                ; buf
        mov     r12d, esi               ; val
        mov     rsp, [rbx + 48]
        mov     rbp, [rbx + 8]
        mov     r13, rsp
        and     rsp, -16
        mov     rdi, [rbx + 64]
        call    host_restore_flags
        mov     rsp, r13
        mov     eax, r12d
        mov     rdx, [rbx + 56]
        mov     r12, [rbx + 16]
        mov     r13, [rbx + 24]
        mov     r14, [rbx + 32]
        mov     r15, [rbx + 40]
        mov     rbx, [rbx]
        jmp     rdx

section .note.GNU-stack noalloc noexec nowrite progbits
