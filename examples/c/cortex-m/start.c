/* Start-up of the Cortex-M7 on QEMU's mps2-an500: vector table, memory, FPU, and messages and the exit code by semihosting. No C library. */
#include <stddef.h>
#include <stdint.h>

#include "two_ends.h"

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_top[];

/* Semihosting of Arm: an operation and its argument in r0 and r1, the debugger (here QEMU) answers in r0. */
enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };

static uint32_t semihosting(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void say(const char *text) { semihosting(SYS_WRITE0, text); }

static void say_number(const char *before, uint32_t number) {
  char digits[12];
  size_t at = sizeof digits - 1;
  digits[at] = 0;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  say(before);
  say(&digits[at]);
}

static void end(uint32_t code) {
  const uint32_t block[2] = {APPLICATION_EXIT, code};
  semihosting(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}

static void run(void) {
  struct two_ends_result result;
  int line = two_ends_run(&result);
  if (line != 0) {
    say_number("c example: failed in two_ends.c, line ", (uint32_t)line);
    say("\n");
    end(1);
  }
  say_number("c example: packets ", result.packets[0]);
  say_number(" and ", result.packets[1]);
  say_number(", frames kept ", result.frames_kept);
  say_number(", bursts ", result.bursts);
  say_number(", frames again ", (uint32_t)result.retransmitted);
  say_number(", milliseconds ", (uint32_t)(result.duration_us / 1000));
  say_number(", octets of an endpoint ", result.endpoint_octets);
  say("\n");
  end(0);
}

void reset(void) {
  uint32_t *to, *from;
  for (to = data_start, from = data_load; to < data_end;) {
    *to++ = *from++;
  }
  for (to = bss_start; to < bss_end;) {
    *to++ = 0;
  }
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20; /* CPACR: the FPU is on */
  __asm__ volatile("dsb\n isb");
  run();
}

static void fault(void) {
  say("c example: a fault\n");
  end(2);
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    stack_top, (void *)reset, (void *)fault, (void *)fault, (void *)fault, (void *)fault, (void *)fault, 0, 0, 0, 0,
    (void *)fault, (void *)fault, 0, (void *)fault, (void *)fault,
};
