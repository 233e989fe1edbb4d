! Start-up and traps of a LEON3 (SPARC V8, eight register windows).
!
! A trap enters with traps off (ET = 0) and a fresh window: %l1 = pc, %l2 = npc; the table adds %l0 = psr. That window may be the invalid
! one (the bit of WIM), whose outs are live registers of somebody else; only its locals are ours then.

    PSR_SETUP = 0x1FC0              ! EF, PIL 15, S, PS, window 0; traps off
    ET        = 0x20
    PIL_15    = 0xF00
    EF        = 0x1000
    PAINT     = 0x5AA5C33C          ! what unused stack holds; `chip.rs` knows it too
    FRAME     = 144                 ! 64 window, 4 hidden, 24 arguments, then ours from 96 on
    RESERVE   = 768                 ! stack that the handlers may need
    OVERFLOW  = 0x100               ! told as a type of trap, behind the 256 of the processor

    .macro UNEXPECTED count
    .rept \count
    rd %psr, %l0
    ba unexpected
    nop
    nop
    .endr
    .endm

! One entry of four instructions a trap type. No instruction of ours raises a software trap but `ta 0` (to end) and `ta 5` (the compiler's
! "cannot happen"), so the table ends behind 0x87; the hole between hardware and software traps holds the handlers.
    .section .trap_table, "ax"
    .align 4096
    .globl trap_table
trap_table:
    ba start                        ! 00 reset
    nop
    nop
    nop
    UNEXPECTED 4                    ! 01..04 instruction access, illegal, privileged, no FPU
    rd %psr, %l0                    ! 05 window overflow
    ba window_overflow
    mov %g1, %l7
    nop
    rd %psr, %l0                    ! 06 window underflow
    ba window_underflow
    rd %wim, %l3
    nop
    UNEXPECTED 10                   ! 07..10 alignment, FPU, data access, tag, watchpoint
    .set level, 1
    .rept 15                        ! 11..1F interrupts
    rd %psr, %l0
    rd %wim, %l4
    ba interrupt_entry
    mov level, %l3
    .set level, level + 1
    .endr
    UNEXPECTED 12                   ! 20..2B register error, coprocessor, division by zero, store error

    .globl start
start:
    set PSR_SETUP, %g1
    wr %g1, %psr
    wr %g0, 2, %wim                 ! window 1 is the invalid one: seven can be used before the first overflow
    set trap_table, %g2
    wr %g2, %tbr
    nop
    nop
    nop
    set __stack_top - 96, %sp
    mov %g0, %fp
    set 0x80000100, %g1             ! a warm start: no device may interrupt until it is set up
    st %g0, [%g1 + 8]               ! serial line
    st %g0, [%g1 + 0x218]           ! timer
    st %g0, [%g1 + 0x140]           ! interrupt mask
    mov -2, %g2
    st %g2, [%g1 + 0x10C]           ! interrupts that are pending
    set __data_load, %o0
    set __data_start, %o1
    set __data_end, %o2
1:  cmp %o1, %o2                    ! .data comes from its image
    bgeu 2f
    ldd [%o0], %o4
    std %o4, [%o1]
    add %o0, 8, %o0
    ba 1b
    add %o1, 8, %o1
2:  set __bss_start, %o1
    set __bss_end, %o2
    mov %g0, %o4
    call fill
    mov %g0, %o5
    set __stack_bottom, %o1
    set PAINT, %o4
    mov %o4, %o5
    call fill
    sub %sp, 8, %o2
    st %g0, [%sp + 64]
    ld [%sp + 64], %fsr             ! no floating-point exception is asked for
    rd %psr, %g1
    wr %g1, ET, %psr
    nop
    nop
    nop
    call begin
    nop

! From %o1 up to %o2: the double word %o4, %o5.
fill:
    cmp %o1, %o2
    bgeu 1f
    nop
    std %o4, [%o1]
    ba fill
    add %o1, 8, %o1
1:  retl
    nop

! The window below is the invalid one and is needed: the oldest window goes to its stack, and becomes the invalid one.
window_overflow:
    rd %wim, %l3
    srl %l3, 1, %g1
    sll %l3, 7, %l4
    or %l4, %g1, %g1
    save                            ! into the oldest window: its own %sp says where
    wr %g1, %wim
    nop
    nop
    nop
    std %l0, [%sp]
    std %l2, [%sp + 8]
    std %l4, [%sp + 16]
    std %l6, [%sp + 24]
    std %i0, [%sp + 32]
    std %i2, [%sp + 40]
    std %i4, [%sp + 48]
    std %i6, [%sp + 56]
    restore
    mov %l7, %g1
    jmp %l1
    rett %l2

! The caller's window is the invalid one: it comes back from its stack, and the one above becomes the invalid one.
window_underflow:
    sll %l3, 1, %l4
    srl %l3, 7, %l5
    wr %l4, %l5, %wim               ! exclusive or: the bits do not meet
    nop
    nop
    nop
    restore
    restore
    ldd [%sp], %l0
    ldd [%sp + 8], %l2
    ldd [%sp + 16], %l4
    ldd [%sp + 24], %l6
    ldd [%sp + 32], %i0
    ldd [%sp + 40], %i2
    ldd [%sp + 48], %i4
    ldd [%sp + 56], %i6
    save
    save
    jmp %l1
    rett %l2

! %l0 psr, %l3 level, %l4 wim. Runs the handler on the interrupted stack, with PIL 15 and the FPU off: floating point in a handler traps.
interrupt_entry:
    srl %l4, %l0, %l5               ! the shift takes the low five bits of the PSR: the current window
    btst 1, %l5
    be 1f
    mov %g1, %l7
    srl %l4, 1, %g1                 ! our window is the invalid one: make it valid as an overflow would
    sll %l4, 7, %l6
    or %l6, %g1, %g1
    save
    wr %g1, %wim
    nop
    nop
    nop
    std %l0, [%sp]
    std %l2, [%sp + 8]
    std %l4, [%sp + 16]
    std %l6, [%sp + 24]
    std %i0, [%sp + 32]
    std %i2, [%sp + 40]
    std %i4, [%sp + 48]
    std %i6, [%sp + 56]
    restore
    mov %l7, %g1
1:  set __stack_bottom + RESERVE, %l6
    cmp %fp, %l6
    blu stack_overflow
    rd %y, %l5
    sub %fp, FRAME, %sp
    st %g1, [%sp + 100]
    std %g2, [%sp + 104]
    std %g4, [%sp + 112]
    std %g6, [%sp + 120]
    set EF, %l6
    andn %l0, %l6, %l6
    or %l6, PIL_15, %l6
    wr %l6, %psr                    ! PIL first, traps on afterwards
    nop
    nop
    nop
    wr %l6, ET, %psr
    nop
    nop
    nop
    mov %l3, %o0
    call interrupt
    mov %l1, %o1
    wr %l0, %psr                    ! traps off
    set sleep_unless, %l6
    sub %l1, %l6, %l6
    cmp %l6, asleep - sleep_unless
    bgu 2f
    nop
    set awake, %l1                  ! it came between the look at the flag and the sleep: no sleep
    add %l1, 4, %l2
2:
    ld [%sp + 100], %g1
    ldd [%sp + 104], %g2
    ldd [%sp + 112], %g4
    ldd [%sp + 120], %g6
    wr %l5, %y
    rd %wim, %l4                    ! `rett` must not find the window above invalid
    add %l0, 1, %l6
    and %l6, 7, %l6
    srl %l4, %l6, %l6
    btst 1, %l6
    be 5f
    sll %l4, 1, %l6
    srl %l4, 7, %l5
    wr %l6, %l5, %wim
    nop
    nop
    nop
    restore
    ldd [%sp], %l0
    ldd [%sp + 8], %l2
    ldd [%sp + 16], %l4
    ldd [%sp + 24], %l6
    ldd [%sp + 32], %i0
    ldd [%sp + 40], %i2
    ldd [%sp + 48], %i4
    ldd [%sp + 56], %i6
    save
5:  wr %l0, %psr                    ! condition codes and PIL of the interrupted
    nop
    nop
    nop
    jmp %l1
    rett %l2

! Sleeps until the next interrupt unless the flag at %o0 is set, which is cleared.
    .globl sleep_unless
sleep_unless:
    ld [%o0], %o1
    cmp %o1, 0
    bne awake
    nop
asleep:
    wr %g0, %asr19                  ! power-down
awake:
    retl
    st %g0, [%o0]

! A trap that nobody handles: tell it on a fresh stack, in window 0. All else is lost.
stack_overflow:
    ba 1f
    mov OVERFLOW, %g2
unexpected:
    rd %tbr, %g2
    srl %g2, 4, %g2
    and %g2, 0xFF, %g2
1:  mov %l1, %g3
    set PSR_SETUP, %g1
    wr %g1, %psr
    wr %g0, 2, %wim
    nop
    nop
    nop
    set __stack_top - 96, %sp
    mov %g0, %fp
    wr %g1, ET, %psr
    nop
    nop
    mov %g2, %o0
    call unexpected_trap
    mov %g3, %o1

! Traps off, then everything anew; there is no reset controller.
    .globl restart
restart:
    rd %psr, %g1
    andn %g1, ET, %g1
    wr %g1, %psr
    nop
    nop
    nop
    ba start
    nop

! Ends the emulated machine; a real one goes into error mode.
    .globl end
end:
    rd %psr, %g1
    andn %g1, ET, %g1
    wr %g1, %psr
    nop
    nop
    nop
    ta 0
    nop

    .org 0x800                      ! fails to assemble if the handlers outgrow the hole
    UNEXPECTED 8                    ! 80..87 software traps
