/* Frames: a body, its CRC-32C, free of zeros by COBS, between two zeros.
 * docs/mcu-protocol.md says what the bodies hold. */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

#define TYPE_STATUS 0x11
#define TYPE_EVENT 0x12
#define TYPE_COMMAND 0x91

#define STATUS_SIZE 21 /* without CRC */
#define EVENT_SIZE 18
#define COMMAND_SIZE 18
#define CRC_SIZE 4
/* The largest frame on the line: two zeros and the first code of COBS. */
#define LINE_SIZE (STATUS_SIZE + CRC_SIZE + 3)

/* frame_send sends a body whose buffer has room for its CRC. */
void frame_send(uint8_t *body, uint8_t n);

/* frame_receive takes one octet and returns the body of the command that it
 * completes, of COMMAND_SIZE octets, or 0. */
const uint8_t *frame_receive(uint8_t octet);

/* frame_bad is how many frames were refused. */
uint16_t frame_bad(void);

static inline uint8_t *put16(uint8_t *p, uint16_t v)
{
	*p++ = (uint8_t)v;
	*p++ = (uint8_t)(v >> 8);
	return p;
}

static inline uint8_t *put32(uint8_t *p, uint32_t v) { return put16(put16(p, (uint16_t)v), (uint16_t)(v >> 16)); }

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

#endif
