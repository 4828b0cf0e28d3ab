; SPDX-License-Identifier: MIT
;
; The first instructions: from the multiboot loader to kmain().
;
; A multiboot loader leaves the CPU in 32-bit protected mode with flat segments,
; paging and interrupts off, EAX = 0x2BADB002 and EBX = physical address of the
; information structure (Multiboot 0.6.96, 3.2). The image lies at 1 MiB, but all
; of it except this file's section .boot is linked to run at PAGE_OFFSET above that.
; So the steps are:
;
;   1. check by CPUID that the CPU has what the compiler was told to assume and
;      what paging here stands on; if not, say on COM1 and the screen what is
;      missing, and halt;
;   2. check that there is memory up to the end of the image, likewise;
;   3. fill boot_pg_dir with 4 MiB pages: the first 64 MiB at PAGE_OFFSET, and
;      4 MiB one to one for the instruction that turns paging on;
;   4. turn on PSE, paging and write protection, jump high, load a flat GDT, drop
;      the one-to-one entry;
;   5. call kmain(magic, info) on the boot stack.
;
; boot_pg_dir serves until paging_init() has built the final tables. Section .boot
; is given to the page allocator after boot.

PAGE_OFFSET     equ 0xC0000000
BOOT_MAP_SIZE   equ 64 << 20            ; final tables lie below

MB_MAGIC        equ 0x1BADB002
MB_FLAGS        equ 0x3                 ; modules on page boundaries, memory information
COM1            equ 0x3F8
VGA_TEXT        equ 0xB8000

CPUID_PSE       equ 1 << 3
CPUID_TSC       equ 1 << 4
CPUID_CX8       equ 1 << 8
CPUID_CMOV      equ 1 << 15

CR0_WP          equ 1 << 16
CR0_PG          equ 1 << 31
CR4_PSE         equ 1 << 4
PDE_FLAGS       equ 0x83                ; present, writable, 4 MiB

section .multiboot progbits alloc noexec nowrite align=4
        dd      MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

section .boot.text progbits alloc exec nowrite align=16
bits 32

; _start - in: EAX magic, EBX information; all else undefined. Does not return.
global _start
extern kmain, boot_entry_cycles, __bss_start, _end
_start:
        cli
        cld
        mov     esp, early_stack_top    ; in .boot: bss may not be there, see below
        mov     edi, eax                ; magic, kept to the end in EDI
        mov     ebp, ebx                ; information, kept in EBP
        push    dword 0
        popfd

        ; Is there a CPUID instruction? Then EFLAGS.ID can be flipped.
        pushfd
        pop     eax
        mov     ecx, eax
        xor     eax, 1 << 21
        push    eax
        popfd
        pushfd
        pop     eax
        xor     eax, ecx
        test    eax, 1 << 21
        jz      no_cpuid

        xor     eax, eax
        cpuid
        test    eax, eax
        jz      no_cpuid                ; no leaf 1: no feature flags either
        mov     eax, 1
        cpuid
        not     edx                     ; now: the features that are missing
        and     edx, CPUID_PSE | CPUID_TSC | CPUID_CX8 | CPUID_CMOV
        jnz     no_feature
        rdtsc                           ; where boot begins, for who asks what it costs
        mov     [boot_entry_cycles - PAGE_OFFSET], eax
        mov     [boot_entry_cycles + 4 - PAGE_OFFSET], edx

        ; A loader may copy an image to where there is no memory and never notice. Each
        ; page of bss, still zero, is given a word of its own; a page that has lost it
        ; when all are written is not there. What the cache pretends is written out first.
        mov     ebx, __bss_start - PAGE_OFFSET
.mark:  mov     [ebx], ebx
        add     ebx, 4096
        cmp     ebx, _end - PAGE_OFFSET
        jb      .mark
        wbinvd
        mov     ebx, __bss_start - PAGE_OFFSET
.probe: cmp     [ebx], ebx
        jne     no_memory
        mov     dword [ebx], 0
        add     ebx, 4096
        cmp     ebx, _end - PAGE_OFFSET
        jb      .probe

        ; The bootstrap page directory. The loader has cleared it, as it is bss.
        mov     eax, PDE_FLAGS
        mov     ecx, BOOT_MAP_SIZE >> 22
        mov     ebx, boot_pg_dir - PAGE_OFFSET
        mov     [ebx], eax
        add     ebx, (PAGE_OFFSET >> 22) * 4
.fill:  mov     [ebx], eax
        add     eax, 1 << 22
        add     ebx, 4
        dec     ecx
        jnz     .fill

        mov     eax, cr4
        or      eax, CR4_PSE
        mov     cr4, eax
        mov     eax, boot_pg_dir - PAGE_OFFSET
        mov     cr3, eax
        mov     eax, cr0
        or      eax, CR0_PG | CR0_WP
        mov     cr0, eax
        mov     eax, high_start
        jmp     eax

no_memory:
        mov     esi, msg_no_memory
        call    boot_puts
        jmp     stop

no_cpuid:
        mov     esi, msg_no_cpuid
        call    boot_puts
        jmp     stop

; no_feature - name each missing feature. In: EDX their bits. Does not return.
no_feature:
        mov     esi, msg_lacks
        call    boot_puts
        mov     ebx, feature_table
.next:  mov     eax, [ebx]
        test    eax, eax
        jz      .done
        test    edx, eax
        jz      .skip
        mov     esi, [ebx + 4]
        call    boot_puts
.skip:  add     ebx, 8
        jmp     .next
.done:  mov     esi, msg_end
        call    boot_puts
stop:
        cli
        hlt
        jmp     stop

; boot_puts - a string to COM1 and the screen. In: ESI string. Lost: EAX, ECX, ESI.
boot_puts:
        push    edx
.char:  lodsb
        test    al, al
        jz      .out
        push    eax
        mov     ecx, 0x10000            ; a port without a UART never gets ready
        mov     dx, COM1 + 5
.wait:  in      al, dx
        test    al, 0x20
        jnz     .send
        dec     ecx
        jnz     .wait
.send:  pop     eax
        mov     dx, COM1
        out     dx, al
        cmp     al, ' '
        jb      .char
        mov     ecx, [boot_column]
        mov     ah, 0x0F
        mov     [VGA_TEXT + ecx * 2], ax
        inc     dword [boot_column]
        jmp     .char
.out:   pop     edx
        ret

section .boot.data progbits alloc noexec write align=4
early_stack:    times 32 dd 0
early_stack_top:
boot_column:    dd 0
feature_table:
        dd      CPUID_PSE, name_pse
        dd      CPUID_TSC, name_tsc
        dd      CPUID_CX8, name_cx8
        dd      CPUID_CMOV, name_cmov
        dd      0
msg_no_cpuid:   db "k896: this CPU has no CPUID feature flags; an i686 or later is needed. Halted.", 13, 10, 0
msg_no_memory:  db "k896: too little memory: it ends before the kernel's image does. Halted.", 13, 10, 0
msg_lacks:      db "k896: this CPU lacks:", 0
name_pse:       db " pse", 0
name_tsc:       db " tsc", 0
name_cx8:       db " cx8", 0
name_cmov:      db " cmov", 0
msg_end:        db ". Halted.", 13, 10, 0

section .text
; high_start - in: EDI magic, EBP information. At PAGE_OFFSET from here on.
high_start:
        lgdt    [boot_gdtr]
        jmp     0x08:.segments
.segments:
        mov     eax, 0x10
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     eax, 0x38
        mov     fs, eax                 ; the per-CPU template itself, base 0
        xor     eax, eax
        mov     gs, eax
        mov     esp, boot_stack_top
        mov     [boot_pg_dir], eax      ; the one-to-one map goes
        mov     eax, cr3
        mov     cr3, eax
        mov     edx, ebp                ; kmain's arguments: EAX, EDX
        mov     eax, edi
        xor     ebp, ebp                ; ends every backtrace
        push    ebp                     ; kmain's return address, were it to return
        jmp     kmain

section .data
align 8
boot_gdt:                               ; same selectors as the final one
        dq      0
        dq      0x00CF9A000000FFFF      ; 0x08 code
        dq      0x00CF92000000FFFF      ; 0x10 data
        dq      0, 0, 0, 0
        dq      0x00CF92000000FFFF      ; 0x38 per-CPU, base 0
boot_gdtr:
        dw      boot_gdtr - boot_gdt - 1
        dd      boot_gdt

section .bss..page_aligned nobits alloc noexec write align=4096
global boot_pg_dir
boot_pg_dir:    resb 4096
global boot_stack_guard, boot_stack, boot_stack_top
boot_stack_guard: resb 4096             ; unmapped by the final tables
boot_stack:     resb 8192
boot_stack_top:
