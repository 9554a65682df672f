/* Lamps and buzzer: each runs a pattern of 16 steps, over and over. */
#ifndef LAMPS_H
#define LAMPS_H

#include <stdint.h>

/* A step lasts 128 ms, so that no division is needed: a round takes 2.048 s. */
#define STEP_SHIFT 7

/* lamps_set gives an output its pattern: bit k is step k. */
void lamps_set(uint8_t output, uint16_t pattern);

/* lamps_show lights what is due at an uptime; lost: the host is lost, and the
 * firmware's own pattern is shown. */
void lamps_show(uint32_t ms, uint8_t lost);

#endif
