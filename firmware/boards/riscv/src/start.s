# Start-up and traps of a RISC-V hart in machine mode, 32 or 64 bits; WORD (octets of a register) and FPU (0 or 1) come before this file.

    .equ PAINT, 0x5AA5C33C          # what unused stack holds; `chip.rs` knows it too
    .equ MIE, 8                     # mstatus: interrupts on
    .equ FRAME, 20 * WORD           # sixteen registers and mstatus; a multiple of 16

    .macro SAVE register, place
    .if WORD == 8
    sd \register, \place * WORD(sp)
    .else
    sw \register, \place * WORD(sp)
    .endif
    .endm

    .macro LOAD register, place
    .if WORD == 8
    ld \register, \place * WORD(sp)
    .else
    lw \register, \place * WORD(sp)
    .endif
    .endm

    .section .start, "ax"
    .globl start
start:
    csrci mstatus, MIE
    csrw mie, zero
    la t0, trap_entry
    csrw mtvec, t0
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __stack_top
    csrr t0, mhartid
    bnez t0, park                   # one hart is all we use

    la t0, __data_load              # .data comes from its image
    la t1, __data_start
    la t2, __data_end
1:  bgeu t1, t2, 2f
    lw t3, 0(t0)
    sw t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    j 1b
2:  la t1, __bss_start
    la t2, __bss_end
    li t3, 0
    jal t0, fill
    la t1, __stack_bottom
    mv t2, sp
    li t3, PAINT
    jal t0, fill
    .if FPU
    li t0, 1 << 13                  # mstatus.FS: floating point on
    csrs mstatus, t0
    csrw fcsr, zero
    .endif
    call begin

park:
    wfi
    j park

# From t1 up to t2: the word t3. Returns to t0.
fill:
    bgeu t1, t2, 1f
    sw t3, 0(t1)
    addi t1, t1, 4
    j fill
1:  jr t0

# Interrupts run on the interrupted stack, do not nest, and find the floating-point unit off: a handler that used it would trap. An
# exception never returns, so it is told on a fresh stack.
    .balign 4
trap_entry:
    csrw mscratch, t0
    csrr t0, mcause
    bgez t0, exception
    csrr t0, mscratch
    addi sp, sp, -FRAME
    SAVE ra, 0
    SAVE t0, 1
    SAVE t1, 2
    SAVE t2, 3
    SAVE t3, 4
    SAVE t4, 5
    SAVE t5, 6
    SAVE t6, 7
    SAVE a0, 8
    SAVE a1, 9
    SAVE a2, 10
    SAVE a3, 11
    SAVE a4, 12
    SAVE a5, 13
    SAVE a6, 14
    SAVE a7, 15
    .if FPU
    li t0, 3 << 13
    csrrc t0, mstatus, t0
    SAVE t0, 16
    .endif
    csrr a0, mcause
    csrr a1, mepc
    call interrupt
    .if FPU
    LOAD t0, 16
    csrw mstatus, t0
    .endif
    LOAD ra, 0
    LOAD t0, 1
    LOAD t1, 2
    LOAD t2, 3
    LOAD t3, 4
    LOAD t4, 5
    LOAD t5, 6
    LOAD t6, 7
    LOAD a0, 8
    LOAD a1, 9
    LOAD a2, 10
    LOAD a3, 11
    LOAD a4, 12
    LOAD a5, 13
    LOAD a6, 14
    LOAD a7, 15
    addi sp, sp, FRAME
    mret

exception:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval                  # the address, if it was one that failed
    la sp, __stack_top
    call unexpected_trap
