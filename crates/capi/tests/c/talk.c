/* The portable example on this computer, with the sanitizers watching. */
#include <stdio.h>

#include "two_ends.h"

int main(void) {
  for (int again = 0; again < 2; again++) { /* the same blocks a second time */
    struct two_ends_result result;
    int line = two_ends_run(&result);
    if (line != 0) {
      printf("two_ends.c:%d failed\n", line);
      return 1;
    }
    printf("%u and %u packets, %u frames kept, %u bursts, %llu frames again, %llu ms, endpoint %u octets\n", result.packets[0],
           result.packets[1], result.frames_kept, result.bursts, (unsigned long long)result.retransmitted,
           (unsigned long long)result.duration_us / 1000, result.endpoint_octets);
  }
  return 0;
}
