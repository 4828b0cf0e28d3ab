; SPDX-License-Identifier: MIT
;
; Code whose instructions a test must know one by one.

section .text

; u32 trap_clobbers(void) - take an interrupt with a pattern in every register.
; Return: a bit for each that came back changed: EAX ECX EDX EBX EBP ESI EDI, then
; 0x80 for DS or ES or FS or GS, 0x100 for the arithmetic flags. Lost: EAX, ECX, EDX.
UNUSED_VECTOR   equ 0x50
FLAGS_PATTERN   equ 0x8D5               ; OF SF ZF AF PF CF, and bit 2's neighbours as they are
FLAGS_MASK      equ 0x8D5

%macro differs 3                        ; register or word, pattern, bit
        cmp     %1, %2
        je      %%same
        or      dword [esp], %3
%%same:
%endmacro

global trap_clobbers
trap_clobbers:
        push    ebx
        push    ebp
        push    esi
        push    edi
        push    gs
        push    fs
        push    es
        push    ds
        push    dword 0                 ; the result
        pushfd
        or      dword [esp], FLAGS_PATTERN
        popfd
        mov     eax, 0xA0000001
        mov     ecx, 0xA0000002
        mov     edx, 0xA0000003
        mov     ebx, 0xA0000004
        mov     ebp, 0xA0000005
        mov     esi, 0xA0000006
        mov     edi, 0xA0000007
        int     UNUSED_VECTOR
        pushfd
        and     dword [esp], FLAGS_MASK
        cmp     dword [esp], FLAGS_PATTERN
        lea     esp, [esp + 4]
        je      .flags
        or      dword [esp], 0x100
.flags:
        differs eax, 0xA0000001, 0x01
        differs ecx, 0xA0000002, 0x02
        differs edx, 0xA0000003, 0x04
        differs ebx, 0xA0000004, 0x08
        differs ebp, 0xA0000005, 0x10
        differs esi, 0xA0000006, 0x20
        differs edi, 0xA0000007, 0x40
        pop     eax
        pop     ecx                     ; the segments as they were
        mov     edx, ds
        cmp     cx, dx
        jne     .segment
        mov     edx, es
        cmp     [esp], dx
        jne     .segment
        mov     edx, fs
        cmp     [esp + 4], dx
        jne     .segment
        mov     edx, gs
        cmp     [esp + 8], dx
        je      .done
.segment:
        or      eax, 0x80
.done:  add     esp, 12
        pop     edi
        pop     esi
        pop     ebp
        pop     ebx
        ret

; Functions to be single-stepped: void f(void *arg), EAX arg. Between them they have each case
; that decides whether an interrupt could come.

; 4 instructions, interrupts on all the while
global step_probe_plain
step_probe_plain:
        nop
        nop
        nop
        ret

; Off after the first of 6; on again, but not before the NOP behind STI is done
global step_probe_cli_sti
step_probe_cli_sti:
        cli
        nop
        sti
        nop
        nop
        ret

; STI with interrupts on holds nothing off; 3 instructions
global step_probe_sti
step_probe_sti:
        sti
        nop
        ret

; POPFD that turns interrupts on takes effect at once; 5 instructions
global step_probe_popf
step_probe_popf:
        pushfd
        cli
        popfd
        nop
        ret

; One repeated instruction of 8 iterations, and 6 others
global step_probe_rep
step_probe_rep:
        push    edi
        mov     edi, eax
        mov     ecx, 8
        mov     al, 1
        rep stosb
        pop     edi
        ret

; A call within: 2 + 2 instructions
global step_probe_call
step_probe_call:
        call    step_leaf
        ret
step_leaf:
        nop
        ret

; u32 step_probe_forever(void *) - EAX counts until somebody leaves by longjmp
global step_probe_forever
step_probe_forever:
        nop
        jmp     step_probe_forever
