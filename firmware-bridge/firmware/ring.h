/* The events that the host has not acknowledged, and the clock. Both live in
 * memory that a reset does not clear: a reset in mid-press loses nothing.
 *
 * Each event has a number. A full ring refuses new events, but their numbers
 * are used up, so that the host sees how many are missing.
 *
 * All functions are to be called with interrupts off. */
#ifndef RING_H
#define RING_H

#include <stdint.h>

struct event {
	uint16_t seq;
	uint32_t at;  /* uptime in ms */
	uint8_t what; /* key number and the bits below */
};

#define WHAT_DOWN 0x80  /* went down; otherwise it came up */
#define WHAT_START 0x40 /* was down when the firmware started */

/* ring_init finds what the memory still holds and returns 1, or begins anew
 * under the number of this boot and returns 0. */
uint8_t ring_init(uint16_t boot);

/* ring_push keeps an event that happened now, and which keys are down after it. */
void ring_push(uint8_t what, uint8_t down);

/* ring_ack forgets all events before a number. A number that was never given
 * changes nothing. It returns how many events it forgot. */
uint8_t ring_ack(uint16_t seq);

/* ring_before is how many kept events have a lower number. */
uint8_t ring_before(uint16_t seq);

uint8_t ring_count(void);
uint16_t ring_epoch(void); /* the boot at which the numbers began */
uint16_t ring_first(void); /* number of the oldest event, or ring_next */
uint16_t ring_next(void);  /* number of the next event */
uint8_t ring_down(void);   /* bit k: key k is down */

/* ring_get reads the i-th oldest event. base is the number from which to seq
 * there is no other event. */
void ring_get(uint8_t i, struct event *e, uint16_t *base);

/* The uptime in ms goes on through a reset; ring_tick is called each ms. */
void ring_tick(void);
uint32_t ring_uptime(void);

#endif
