/* Two ends of a link in one program: a lander calls, an orbiter answers, packets go both ways over a channel with bursts of errors.
 * Plain C without a library, so it runs on a computer and on a microcontroller. */
#ifndef TWO_ENDS_H
#define TWO_ENDS_H

#include <stdint.h>

struct two_ends_result {
  uint32_t packets[2];       /* delivered at the lander, at the orbiter */
  uint32_t frames_kept;      /* accepted frames that the orbiter's recorder took */
  uint32_t bursts;           /* that the channel put on the signal */
  uint64_t retransmitted;    /* frames, by both ends */
  uint64_t duration_us;      /* of the session, in simulated time */
  uint32_t endpoint_octets;  /* of one block */
};

/* 0 if everything arrived, complete and in order, and both ends say so; else the number of the line in two_ends.c that says what failed. */
int two_ends_run(struct two_ends_result *result);

#endif
