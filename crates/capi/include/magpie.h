/* magpie.h: one end of a CCSDS Proximity-1 link, and its codes, for flight software in C.
 *
 * Written by `cargo xtask capi` from crates/capi; do not edit. docs/capi.md says who calls what.
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef MAGPIE_H
#define MAGPIE_H

#include <stddef.h>
#include <stdint.h>

/**
 * Version of this interface. It changes when a program that was built against an older header would misunderstand it.
 */
#define MAGPIE_ABI_VERSION 1

/**
 * G2 is sent inverted, as the books have it.
 */
#define MAGPIE_G2_INVERTED 0

/**
 * G2 is sent as it is.
 */
#define MAGPIE_G2_PLAIN 1

/**
 * Words of eight octets in a block for a decoder that is large enough on every processor; magpie_viterbi_size says how much is used on this one.
 */
#define MAGPIE_VITERBI_WORDS 192

/**
 * Octets that magpie_viterbi_finish may write.
 */
#define MAGPIE_VITERBI_TAIL 16

/**
 * How many reasons for rejection this version has: magpie_stats has a counter for each, magpie_rejection_text a name.
 */
#define MAGPIE_REJECTIONS 36

/**
 * Words of eight octets in a block that is large enough on every processor; magpie_transceiver_size says how much is used on this one.
 */
#define MAGPIE_TRANSCEIVER_WORDS 1152

/**
 * Octets of the smallest memory for frames that is not empty.
 */
#define MAGPIE_FRAMES_SMALLEST 3072

/**
 * SET MODE; the argument is MAGPIE_MODE_….
 */
#define MAGPIE_SET_MODE 0

/**
 * SET DUPLEX, before the session; the argument is MAGPIE_DUPLEX_….
 */
#define MAGPIE_SET_DUPLEX 1

/**
 * SET INITIALIZE MODE; the argument is 0.
 */
#define MAGPIE_SET_INITIALIZE_MODE 2

/**
 * LOAD COMMUNICATION VALUE BUFFER; the argument is bits a second for both directions, uncoded.
 */
#define MAGPIE_LOAD_DATA_RATE 3

/**
 * LOCAL COMM_CHANGE; the argument is 0.
 */
#define MAGPIE_LOCAL_COMM_CHANGE 4

/**
 * LOCAL NO MORE DATA; the argument is 0.
 */
#define MAGPIE_LOCAL_NO_MORE_DATA 5

/**
 * SET RECEIVING SCID BUFFER; the argument is a spacecraft identifier, or MAGPIE_NO_SCID to empty it.
 */
#define MAGPIE_SET_RECEIVING_SCID 6

/**
 * No spacecraft.
 */
#define MAGPIE_NO_SCID 4294967295

/**
 * Transmitter and receiver off.
 */
#define MAGPIE_MODE_INACTIVE 0

/**
 * Listens for a hail.
 */
#define MAGPIE_MODE_CONNECTING_L 1

/**
 * Hails.
 */
#define MAGPIE_MODE_CONNECTING_T 2

/**
 * Data services run.
 */
#define MAGPIE_MODE_ACTIVE 3

/**
 * Both ways at once.
 */
#define MAGPIE_DUPLEX_FULL 0

/**
 * Both ways in turn.
 */
#define MAGPIE_DUPLEX_HALF 1

/**
 * Only out.
 */
#define MAGPIE_DUPLEX_SIMPLEX_TRANSMIT 2

/**
 * Only in.
 */
#define MAGPIE_DUPLEX_SIMPLEX_RECEIVE 3

/**
 * The sequence-controlled service: complete and in order.
 */
#define MAGPIE_QOS_SEQUENCE_CONTROLLED 0

/**
 * The expedited service: at once and without acknowledgement.
 */
#define MAGPIE_QOS_EXPEDITED 1

/**
 * A space packet or an encapsulation packet.
 */
#define MAGPIE_UNIT_PACKET 0

/**
 * Octets that only the user understands, in one frame.
 */
#define MAGPIE_UNIT_OCTETS 1

/**
 * TRANSMIT is off. Nothing changes until a directive comes.
 */
#define MAGPIE_OUTPUT_OFF 0

/**
 * Bare carrier for the time of so many octets; the buffer means nothing.
 */
#define MAGPIE_OUTPUT_CARRIER_ONLY 1

/**
 * Modulate so many octets of the buffer.
 */
#define MAGPIE_OUTPUT_MODULATED 2

/**
 * What a function answers. Zero is good, above zero nothing is wrong but nothing was done either, below zero the call was refused
 * and nothing has changed, but that a buffer to be written may hold zeros.
 */
enum magpie_error
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * Done.
   */
  MAGPIE_ERROR_OK = 0,
  /**
   * Nothing there to be polled.
   */
  MAGPIE_ERROR_EMPTY = 1,
  /**
   * A pointer is null that must not be.
   */
  MAGPIE_ERROR_NULL = -1,
  /**
   * A pointer is not aligned as its type is.
   */
  MAGPIE_ERROR_ALIGNMENT = -2,
  /**
   * A length is too large to be true, or a buffer is too short; where the answer has a place for it, it says how much is needed.
   */
  MAGPIE_ERROR_LENGTH = -3,
  /**
   * A buffer lies in memory that is lent to the endpoint, or two lent buffers overlap.
   */
  MAGPIE_ERROR_OVERLAP = -4,
  /**
   * The first field of a structure is not the size of it: the program was built against another header.
   */
  MAGPIE_ERROR_STRUCT_SIZE = -5,
  /**
   * The version in the configuration is not that of the library.
   */
  MAGPIE_ERROR_ABI_VERSION = -6,
  /**
   * There is no endpoint (decoder, encoder) in this memory, or it was copied there.
   */
  MAGPIE_ERROR_NOT_INITIALISED = -7,
  /**
   * The block is too small, see magpie_transceiver_size and its like.
   */
  MAGPIE_ERROR_BLOCK_SIZE = -8,
  /**
   * A spacecraft identifier has more than 10 bits, or both ends have the same.
   */
  MAGPIE_ERROR_SCID = -9,
  /**
   * A field or argument that names one of several things names none of them.
   */
  MAGPIE_ERROR_VALUE = -10,
  /**
   * A number or a duration of the configuration is outside its range.
   */
  MAGPIE_ERROR_RANGE = -11,
  /**
   * A data rate that no table of the books has, or zero.
   */
  MAGPIE_ERROR_DATA_RATE = -12,
  /**
   * A lent buffer is too small: it must be empty or hold one unit of the longest kind.
   */
  MAGPIE_ERROR_LENT_TOO_SMALL = -13,
  /**
   * The state of the session has no row for this directive, or a session runs and the directive is for before it.
   */
  MAGPIE_ERROR_STATE = -14,
  /**
   * Back-pressure: no room now. Try again when something has gone out.
   */
  MAGPIE_ERROR_FULL = -15,
  /**
   * The octets are not exactly one packet.
   */
  MAGPIE_ERROR_NOT_A_PACKET = -16,
  /**
   * A unit without octets, or longer than the configuration allows.
   */
  MAGPIE_ERROR_UNIT_LENGTH = -17,
  /**
   * No sequence-controlled service in simplex, nor without memory for sent frames.
   */
  MAGPIE_ERROR_NO_SERVICE = -18,
  /**
   * LOCAL NO MORE DATA was given, or this end only receives.
   */
  MAGPIE_ERROR_NO_MORE_DATA = -19,
  /**
   * A frame has 5 to 2048 octets.
   */
  MAGPIE_ERROR_FRAME_LENGTH = -20,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum magpie_error magpie_error;
#else
typedef int32_t magpie_error;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * What kind of event it is, and what a and b mean.
 */
enum magpie_event_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * A kind that this version of the interface has no number for.
   */
  MAGPIE_EVENT_KIND_OTHER = 0,
  /**
   * The state of the session changed: a before, b after, by the numbers of the book.
   */
  MAGPIE_EVENT_KIND_TRANSITION = 1,
  /**
   * The session is over: a is 0 SET MODE inactive, 1 SET INITIALIZE MODE, 2 no more data, 3 the hail failed, 4 no answer, 255 otherwise.
   */
  MAGPIE_EVENT_KIND_END_OF_SESSION = 2,
  /**
   * The caller hails again.
   */
  MAGPIE_EVENT_KIND_HAIL_REPEATED = 3,
  /**
   * The other end answered the hail.
   */
  MAGPIE_EVENT_KIND_HAIL_ANSWERED = 4,
  /**
   * A hail came.
   */
  MAGPIE_EVENT_KIND_HAIL_RECEIVED = 5,
  /**
   * The communication values changed; set the radio, see magpie_status.
   */
  MAGPIE_EVENT_KIND_COMMUNICATION_VALUES = 6,
  /**
   * COMM_CHANGE: a is 0 answered, 1 failed, 2 received from the other end.
   */
  MAGPIE_EVENT_KIND_COMM_CHANGE = 7,
  /**
   * The other end has no more data.
   */
  MAGPIE_EVENT_KIND_REMOTE_NO_MORE_DATA = 8,
  /**
   * COP-P: a is the physical channel; b is 0 out of step, 1 resynchronised, 2 resynchronisation failed.
   */
  MAGPIE_EVENT_KIND_COP_P = 9,
  /**
   * The other end began anew.
   */
  MAGPIE_EVENT_KIND_REMOTE_RESTARTED = 10,
  /**
   * A transmission entered its next part: a is SUB-STATE.
   */
  MAGPIE_EVENT_KIND_SUB_STATE = 11,
  /**
   * The carrier: a is 0 dropped, 1 acquired, 2 lost for good.
   */
  MAGPIE_EVENT_KIND_CARRIER = 12,
  /**
   * Symbol lock: a is 0 dropped, 1 there.
   */
  MAGPIE_EVENT_KIND_SYMBOL_LOCK = 13,
  /**
   * The first valid frame named a: the receiving SCID buffer has it now.
   */
  MAGPIE_EVENT_KIND_SCID_LEARNT = 14,
  /**
   * A frame named spacecraft a, which it should not.
   */
  MAGPIE_EVENT_KIND_WRONG_SCID = 15,
  /**
   * A frame named the other physical channel a.
   */
  MAGPIE_EVENT_KIND_WRONG_PCID = 16,
  /**
   * At least b frames are missing on physical channel a.
   */
  MAGPIE_EVENT_KIND_FRAMES_MISSING = 17,
  /**
   * Units of port a were dropped, as the delivery memory was full.
   */
  MAGPIE_EVENT_KIND_DELIVERY_FULL = 18,
  /**
   * Half duplex: a is 0 the other end overran its time, 1 carrier but no data, 2 no carrier.
   */
  MAGPIE_EVENT_KIND_TURN_IN_VAIN = 19,
  /**
   * The other end says that it is spacecraft a.
   */
  MAGPIE_EVENT_KIND_SOURCE_SCID = 20,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum magpie_event_kind magpie_event_kind;
#else
typedef uint32_t magpie_event_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * One end of a link. Everything inside is private.
 */
typedef struct magpie_transceiver magpie_transceiver;

/**
 * A decoder. Everything inside is private.
 */
typedef struct magpie_viterbi magpie_viterbi;

/**
 * The state of an encoder: zeros begin a stream whose G2 is inverted.
 */
typedef struct magpie_encoder {
  /**
   * The last six bits, the newest in bit 5.
   */
  uint8_t register_bits;
  /**
   * MAGPIE_G2_….
   */
  uint8_t g2;
} magpie_encoder;

/**
 * The configuration of an endpoint. Let magpie_config_default fill it in, then change what must be different. Numbers that are switches are 0 or
 * 1; durations are microseconds, and zero means that the timer is not used where the book allows that.
 */
typedef struct magpie_config {
  /**
   * sizeof(magpie_config).
   */
  uint32_t struct_size;
  /**
   * MAGPIE_ABI_VERSION.
   */
  uint32_t abi_version;
  /**
   * This end: 0 to 1023.
   */
  uint16_t local_spacecraft_id;
  /**
   * The other end: 0 to 1023.
   */
  uint16_t remote_spacecraft_id;
  /**
   * Octets, of the frames that this end sends: 7 (Version 4: 10) to 2048.
   */
  uint16_t maximum_frame_length;
  /**
   * The physical channel of frames of this end: 0 or 1.
   */
  uint8_t local_pcid;
  /**
   * The physical channel of received frames: 0 or 1.
   */
  uint8_t remote_pcid;
  /**
   * Whom the frames of this end name: 0 itself, 1 the other end.
   */
  uint8_t source_destination_id;
  /**
   * Compare the source of received frames with the receiving SCID buffer.
   */
  uint8_t test_source;
  /**
   * Frames that may be unacknowledged: 1 to 127.
   */
  uint8_t transmission_window;
  /**
   * Version of the transfer frames: 3 or 4.
   */
  uint8_t frame_version;
  /**
   * Octets of the longest packet, sent and received: 1 to 65542.
   */
  uint32_t maximum_packet_size;
  /**
   * Information bits a second, in a session after the hail, and in simplex: a rate of the tables of the books.
   */
  uint32_t data_rate;
  /**
   * Information bits a second of hails.
   */
  uint32_t hailing_data_rate;
  /**
   * Wrong bits that a marker may have: 0 to 3.
   */
  uint8_t marker_errors;
  /**
   * Frames go both ways on both physical channels.
   */
  uint8_t both_physical_channels;
  /**
   * What answers a hail: 0 a valid frame, 1 symbol lock or a valid frame.
   */
  uint8_t hail_response;
  /**
   * What answers COMM_CHANGE: 0 the first valid frame after symbol lock was lost, 1 a valid frame.
   */
  uint8_t comm_change_response;
  /**
   * A hail of a new session carries SET V(R) = 0.
   */
  uint8_t hail_sets_v_r;
  /**
   * Resynchronise without being asked.
   */
  uint8_t resync_local;
  /**
   * How missing frames are repeated: 0 once a pass, 1 at each request.
   */
  uint8_t retransmission;
  /**
   * How packets go into frames: 0 as many as fit, 1 one a frame.
   */
  uint8_t packing;
  /**
   * Carrier_Only_Duration.
   */
  uint64_t carrier_only_duration_us;
  /**
   * Acquisition_Idle_Duration.
   */
  uint64_t acquisition_idle_duration_us;
  /**
   * Tail_Idle_Duration.
   */
  uint64_t tail_idle_duration_us;
  /**
   * Carrier_Loss_Timer_Duration.
   */
  uint64_t carrier_loss_timer_duration_us;
  /**
   * Drop_Carrier_Duration.
   */
  uint64_t drop_carrier_duration_us;
  /**
   * Hail_Wait_Duration.
   */
  uint64_t hail_wait_duration_us;
  /**
   * Hail_Lifetime.
   */
  uint64_t hail_lifetime_us;
  /**
   * Persistence_Wait_Time.
   */
  uint64_t persistence_wait_time_us;
  /**
   * Comm_Change_Waiting_Period.
   */
  uint64_t comm_change_waiting_period_us;
  /**
   * Comm_Change_Lifetime.
   */
  uint64_t comm_change_lifetime_us;
  /**
   * PLCW_Repeat_Interval.
   */
  uint64_t plcw_repeat_interval_us;
  /**
   * Synch_Timeout.
   */
  uint64_t synch_timeout_us;
  /**
   * Resync_Waiting_Period.
   */
  uint64_t resync_waiting_period_us;
  /**
   * Resync_Lifetime.
   */
  uint64_t resync_lifetime_us;
  /**
   * Send_Duration (half duplex).
   */
  uint64_t send_duration_us;
  /**
   * Receive_Duration (half duplex).
   */
  uint64_t receive_duration_us;
  /**
   * Not of the book: how long an end that has finished hears nothing before it takes the session for over.
   */
  uint64_t termination_lifetime_us;
} magpie_config;

/**
 * A buffer that is lent: null and zero for none.
 */
typedef struct magpie_lent {
  /**
   * The first octet.
   */
  uint8_t *start;
  /**
   * How many there are.
   */
  size_t len;
} magpie_lent;

/**
 * The buffers of an endpoint. They are the endpoint's from magpie_transceiver_init on, until the endpoint is not used any more.
 */
typedef struct magpie_memory {
  /**
   * sizeof(magpie_memory).
   */
  uint32_t struct_size;
  /**
   * Units of the expedited service that wait to be sent: 16 octets and their own each.
   */
  struct magpie_lent expedited;
  /**
   * Units of the sequence-controlled service that wait to be sent, likewise.
   */
  struct magpie_lent sequence_controlled;
  /**
   * Sequence-controlled frames until they are acknowledged: 2 octets and their own each. Empty, or at least maximum_frame_length + 2.
   */
  struct magpie_lent sent;
  /**
   * Units that arrived, for magpie_poll_delivery. Empty, or at least 16 octets and the longest unit: 2043, with reassembly also
   * maximum_packet_size.
   */
  struct magpie_lent delivery;
  /**
   * Packets that arrive in segments: maximum_packet_size octets each. Empty: segments are refused.
   */
  struct magpie_lent reassembly;
  /**
   * Accepted frames as they came, for magpie_poll_frame. Empty, or at least MAGPIE_FRAMES_SMALLEST.
   */
  struct magpie_lent frames;
} magpie_memory;

/**
 * A unit that arrived.
 */
typedef struct magpie_delivery {
  /**
   * sizeof(magpie_delivery).
   */
  uint32_t struct_size;
  /**
   * Its octets: how many are in the buffer or, if that was too short, are needed.
   */
  uint32_t len;
  /**
   * When its last frame had come.
   */
  uint64_t received_us;
  /**
   * MAGPIE_UNIT_….
   */
  uint8_t unit;
  /**
   * The port it is for.
   */
  uint8_t port;
  /**
   * The physical channel it came on.
   */
  uint8_t pcid;
  /**
   * MAGPIE_QOS_….
   */
  uint8_t qos;
  /**
   * The sequence number of the frame that completed it.
   */
  uint8_t n_s;
  /**
   * Zero.
   */
  uint8_t reserved[3];
} magpie_delivery;

/**
 * A frame that was accepted.
 */
typedef struct magpie_frame {
  /**
   * sizeof(magpie_frame).
   */
  uint32_t struct_size;
  /**
   * Its octets: how many are in the buffer or, if that was too short, are needed.
   */
  uint32_t len;
  /**
   * When the last bit of its marker had come.
   */
  uint64_t asm_end_us;
  /**
   * Its bits came turned over.
   */
  uint8_t inverted;
  /**
   * Wrong bits in its marker.
   */
  uint8_t marker_errors;
  /**
   * The data services took its content; not so for supervisory frames, duplicates and frames behind a gap.
   */
  uint8_t taken;
  /**
   * Zero.
   */
  uint8_t reserved[5];
} magpie_frame;

/**
 * An event.
 */
typedef struct magpie_event {
  /**
   * sizeof(magpie_event).
   */
  uint32_t struct_size;
  /**
   * What happened.
   */
  magpie_event_kind kind;
  /**
   * See kind.
   */
  uint32_t a;
  /**
   * See kind.
   */
  uint32_t b;
} magpie_event;

/**
 * The state of an endpoint.
 */
typedef struct magpie_status {
  /**
   * sizeof(magpie_status).
   */
  uint32_t struct_size;
  /**
   * Information bits a second that the transmitter is set to now.
   */
  uint32_t transmit_rate;
  /**
   * Information bits a second that the receiver is set to now.
   */
  uint32_t receive_rate;
  /**
   * Events that were lost because nobody polled, up to the largest number.
   */
  uint32_t events_dropped;
  /**
   * The state by its number in the book: 1 inactive, 40 data services, …
   */
  uint8_t state;
  /**
   * MAGPIE_MODE_…
   */
  uint8_t mode;
  /**
   * MAGPIE_DUPLEX_…
   */
  uint8_t duplex;
  /**
   * SUB-STATE of a transmission: 0 data services or nothing.
   */
  uint8_t sub_state;
  /**
   * The transmitter is to be on.
   */
  uint8_t transmit;
  /**
   * The carrier is to be modulated.
   */
  uint8_t modulation;
  /**
   * The receiver is to be on.
   */
  uint8_t receive;
  /**
   * PERSISTENCE: no user data goes out now.
   */
  uint8_t persistence;
  /**
   * CARRIER_ACQUIRED as it was last told.
   */
  uint8_t carrier_acquired;
  /**
   * SYMBOL_INLOCK_STATUS as it was last told.
   */
  uint8_t symbol_inlock_status;
  /**
   * Everything that went out sequence controlled has been acknowledged.
   */
  uint8_t all_acknowledged;
  /**
   * Something waits to be sent for the first time.
   */
  uint8_t data_waits;
  /**
   * LOCAL NO MORE DATA was given.
   */
  uint8_t local_no_more_data;
  /**
   * Zero.
   */
  uint8_t reserved[3];
} magpie_status;

/**
 * What an endpoint has done since it was made. Counters stop at their largest number.
 */
typedef struct magpie_stats {
  /**
   * sizeof(magpie_stats).
   */
  uint32_t struct_size;
  /**
   * Zero.
   */
  uint32_t reserved;
  /**
   * Units taken by magpie_submit.
   */
  uint64_t units_submitted;
  /**
   * Units refused because there was no room.
   */
  uint64_t units_held_back;
  /**
   * Units refused for another reason.
   */
  uint64_t units_refused;
  /**
   * Units of which the last octet went out.
   */
  uint64_t units_sent;
  /**
   * Units handed out by magpie_poll_delivery.
   */
  uint64_t units_delivered;
  /**
   * Frames handed out for transmission.
   */
  uint64_t frames_sent;
  /**
   * Frames that went out again.
   */
  uint64_t frames_retransmitted;
  /**
   * Frames not acknowledged when the session ended.
   */
  uint64_t frames_unacknowledged_at_end;
  /**
   * Frames that passed frame acceptance.
   */
  uint64_t frames_accepted;
  /**
   * Frames missing by their numbers; a lower bound.
   */
  uint64_t frames_missing;
  /**
   * Accepted frames that found no room in the memory for frames: none, unless that memory is misused.
   */
  uint64_t frames_dropped;
  /**
   * PLCWs sent.
   */
  uint64_t plcws_sent;
  /**
   * PLCWs received and believed.
   */
  uint64_t plcws_accepted;
  /**
   * Bits that came while the receiver was off.
   */
  uint64_t bits_ignored;
  /**
   * One counter for each reason why something was not taken.
   */
  uint64_t rejected[MAGPIE_REJECTIONS];
} magpie_stats;

/**
 * A block for one endpoint, aligned as it must be: static magpie_transceiver_storage block;
 */
typedef struct magpie_transceiver_storage {
  /**
   * Nothing to look at.
   */
  uint64_t words[MAGPIE_TRANSCEIVER_WORDS];
} magpie_transceiver_storage;

/**
 * A block for one decoder, aligned as it must be.
 */
typedef struct magpie_viterbi_storage {
  /**
   * Nothing to look at.
   */
  uint64_t words[MAGPIE_VITERBI_WORDS];
} magpie_viterbi_storage;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library that is linked: compare it with `MAGPIE_ABI_VERSION` of the header.
 */
uint32_t magpie_abi_version(void);

/**
 * The CRC-32 of a PLTU over a frame.
 *
 * # Safety
 * frame points to len octets, crc to one number.
 */
magpie_error magpie_crc32(const uint8_t *frame, size_t len, uint32_t *crc);

/**
 * Writes marker, frame and CRC-32: 7 octets more than the frame, which has 5 to 2048. *written says how many, or how many are needed
 * if the buffer is too short.
 *
 * # Safety
 * frame points to len octets, pltu to size others, written to one number.
 */
magpie_error magpie_pltu_encode(const uint8_t *frame,
                                size_t len,
                                uint8_t *pltu,
                                size_t pltu_size,
                                size_t *written);

/**
 * Encodes octets with the K = 7, rate 1/2 code into packed symbols: two octets for each, first symbol in the most significant place.
 *
 * # Safety
 * encoder points to one; octets points to len octets, symbols to size others.
 */
magpie_error magpie_convolutional_encode(struct magpie_encoder *encoder,
                                         const uint8_t *octets,
                                         size_t len,
                                         uint8_t *symbols,
                                         size_t symbols_size);

/**
 * Octets of the block for one decoder on this processor.
 */
size_t magpie_viterbi_size(void);

/**
 * Alignment of the block.
 */
size_t magpie_viterbi_align(void);

/**
 * Makes a decoder in a block. mean_magnitude is that of the symbols, 1 to 127 (40 is usual); an error of a quarter costs hardly anything.
 *
 * # Safety
 * block points to block_size octets that are nobody else's until the decoder is not used any more; viterbi points to one pointer.
 */
magpie_error magpie_viterbi_init(void *block,
                                 size_t block_size,
                                 uint8_t g2,
                                 uint8_t mean_magnitude,
                                 struct magpie_viterbi **viterbi);

/**
 * Takes pairs of soft symbols (C1, C2: positive for 1, magnitude for confidence, zero for erased) and writes decided bits, eight an octet.
 * Fewer pairs are taken only if the octets have no room left: eight are enough for some progress.
 *
 * # Safety
 * viterbi is null or a handle that is in use nowhere else; symbols points to 2 * pairs numbers, octets to size octets, the others to one
 * number each.
 */
magpie_error magpie_viterbi_push(struct magpie_viterbi *viterbi,
                                 const int8_t *symbols,
                                 size_t pairs,
                                 uint8_t *octets,
                                 size_t octets_size,
                                 size_t *pairs_taken,
                                 size_t *octets_written);

/**
 * Ends the stream: writes the bits not yet written into a buffer of MAGPIE_VITERBI_TAIL octets, and how many they are. Another stream may
 * follow.
 *
 * # Safety
 * viterbi is null or a handle that is in use nowhere else; octets points to size octets, bits to one number.
 */
magpie_error magpie_viterbi_finish(struct magpie_viterbi *viterbi,
                                   uint8_t *octets,
                                   size_t octets_size,
                                   size_t *bits);

/**
 * Fills in a configuration: the values of magpie_link's MibBuilder, 8 kbit/s, exact markers. Both ends must be named.
 *
 * # Safety
 * config is null or points to memory for a configuration.
 */
magpie_error magpie_config_default(struct magpie_config *config,
                                   uint32_t struct_size,
                                   uint16_t local_spacecraft_id,
                                   uint16_t remote_spacecraft_id);

/**
 * The number as words, for a log; never null. A number that is no error of this library says so.
 */
const char *magpie_error_text(int32_t error);

/**
 * The reason of a counter of magpie_stats, as a key in lower case; null if there is no such counter.
 */
const char *magpie_rejection_text(size_t index);

/**
 * Octets of the block for one endpoint on this processor.
 */
size_t magpie_transceiver_size(void);

/**
 * Alignment of the block.
 */
size_t magpie_transceiver_align(void);

/**
 * Makes an endpoint in a block of at least magpie_transceiver_size octets, and writes the handle for all other functions to
 * *transceiver. The block must not be moved or copied; initialising it again makes a new endpoint, the old one is forgotten. The lent
 * buffers are zeroed. On an error *transceiver is null.
 *
 * # Safety
 * Each pointer is null or points to what it says; the block and the lent buffers are nobody else's until the endpoint is not used any more.
 */
magpie_error magpie_transceiver_init(void *block,
                                     size_t block_size,
                                     const struct magpie_config *config,
                                     const struct magpie_memory *memory,
                                     struct magpie_transceiver **transceiver);

/**
 * A directive of the local controller: MAGPIE_SET_MODE and those behind it.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else.
 */
magpie_error magpie_directive(struct magpie_transceiver *transceiver,
                              uint64_t now_us,
                              uint32_t directive,
                              uint32_t argument);

/**
 * What the physical layer says of the receiver, 0 or 1 each; may be told again without change.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else.
 */
magpie_error magpie_phy_status(struct magpie_transceiver *transceiver,
                               uint64_t now_us,
                               uint8_t carrier_acquired,
                               uint8_t symbol_inlock_status);

/**
 * Lets every timer expire whose time has come. magpie_fill does it too.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else.
 */
magpie_error magpie_timeout(struct magpie_transceiver *transceiver, uint64_t now_us);

/**
 * Queues a unit for sending: port 0 to 7, MAGPIE_QOS_…, MAGPIE_UNIT_…. It is copied. MAGPIE_ERROR_FULL is back-pressure: it is still yours.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; octets points to len octets.
 */
magpie_error magpie_submit(struct magpie_transceiver *transceiver,
                           uint64_t now_us,
                           uint8_t port,
                           uint8_t qos,
                           uint8_t unit,
                           const uint8_t *octets,
                           size_t len);

/**
 * Channel octets that came, in pieces of any size, the bits in any phase and polarity; now_us is when the last of them had come. Writes how
 * many were taken: fewer only if the memory for deliveries or for frames is nearly full. Poll then, and give the rest with the same now_us.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; octets points to len octets, taken to one number.
 */
magpie_error magpie_handle_octets(struct magpie_transceiver *transceiver,
                                  uint64_t now_us,
                                  const uint8_t *octets,
                                  size_t len,
                                  size_t *taken);

/**
 * The stream has ended, or lock was lost: what is incomplete is rejected.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else.
 */
magpie_error magpie_finish(struct magpie_transceiver *transceiver, uint64_t now_us);

/**
 * Fills a buffer with the octets that the channel carries from now_us on, writes what to do with them (MAGPIE_OUTPUT_…) and how many they
 * are. They take their time at the data rate; the next call belongs to the end of it.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; octets points to len octets, output and filled to one number each.
 */
magpie_error magpie_fill(struct magpie_transceiver *transceiver,
                         uint64_t now_us,
                         uint8_t *octets,
                         size_t len,
                         uint32_t *output,
                         size_t *filled);

/**
 * The next unit that arrived, copied into the buffer. MAGPIE_ERROR_EMPTY: none. MAGPIE_ERROR_LENGTH: the buffer is too short, delivery->len says
 * how long it must be, and the unit stays.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; buffer points to size octets, delivery to a magpie_delivery.
 */
magpie_error magpie_poll_delivery(struct magpie_transceiver *transceiver,
                                  uint8_t *buffer,
                                  size_t buffer_size,
                                  struct magpie_delivery *delivery);

/**
 * The next accepted frame, without marker and CRC-32, copied into the buffer, of at least 2048 octets to be safe. Answers as
 * magpie_poll_delivery does. Only with memory for frames.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; buffer points to size octets, frame to a magpie_frame.
 */
magpie_error magpie_poll_frame(struct magpie_transceiver *transceiver,
                               uint8_t *buffer,
                               size_t buffer_size,
                               struct magpie_frame *frame);

/**
 * The next event. MAGPIE_ERROR_EMPTY: none.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; event points to a magpie_event.
 */
magpie_error magpie_poll_event(struct magpie_transceiver *transceiver, struct magpie_event *event);

/**
 * When magpie_timeout or magpie_fill has something to do by itself. MAGPIE_ERROR_EMPTY: never.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; at_us points to one number.
 */
magpie_error magpie_poll_timeout(struct magpie_transceiver *transceiver, uint64_t *at_us);

/**
 * READ STATUS.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; status points to a magpie_status.
 */
magpie_error magpie_read_status(struct magpie_transceiver *transceiver, struct magpie_status *status);

/**
 * The counters.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; stats points to a magpie_stats.
 */
magpie_error magpie_read_stats(struct magpie_transceiver *transceiver, struct magpie_stats *stats);

/**
 * Octets of the longest unit that magpie_submit would take now.
 *
 * # Safety
 * transceiver is null or a handle that is in use nowhere else; room points to one number.
 */
magpie_error magpie_send_room(struct magpie_transceiver *transceiver, uint8_t qos, size_t *room);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MAGPIE_H */
