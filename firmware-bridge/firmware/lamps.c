#include "lamps.h"

#include "board.h"

static uint16_t set[OUTPUTS];

/* Host lost: the two keys flash twice each, by turns; nothing else means that,
 * and the buzzer is silent. The line lamp is out. */
static const uint16_t host_lost[OUTPUTS] = { 0x0005, 0x0500, 0, 0 };

void lamps_set(uint8_t output, uint16_t pattern) { set[output] = pattern; }

void lamps_show(uint32_t ms, uint8_t lost)
{
	uint16_t step = (uint16_t)1 << ((uint16_t)(ms >> STEP_SHIFT) & 15);
	uint8_t on = 0;

	for (uint8_t i = 0; i < OUTPUTS; i++)
		if ((lost ? host_lost[i] : set[i]) & step)
			on |= _BV(i);
	board_outputs(on);
}
