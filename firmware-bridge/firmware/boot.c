#include "boot.h"

#include <avr/eeprom.h>
#include <avr/io.h>
#include <avr/wdt.h>
#include <stddef.h>

#include "check.h"

/* A cell of the EEPROM lives for 100,000 writes (data sheet), a board with a
 * loose plug for many more starts: 64 cells take turns. A start that was cut
 * off leaves one bad cell and 63 good ones. */
#define CELLS 64

struct cell {
	uint16_t boot;
	uint8_t check;
};

static struct cell cells[CELLS] EEMEM;
static uint8_t reason __attribute__((section(".noinit")));

/* A watchdog that has struck stays armed with the shortest time: before
 * anything else it is turned off. */
__attribute__((naked, used, section(".init3"))) void boot_early(void)
{
	reason = MCUSR;
	MCUSR = 0;
	wdt_disable();
}

uint8_t boot_reason(void) { return reason; }

uint16_t boot_count(void)
{
	struct cell c;
	uint16_t last = 0;

	for (uint8_t i = 0; i < CELLS; i++) {
		eeprom_read_block(&c, &cells[i], sizeof c);
		if (c.check == crc8(&c, offsetof(struct cell, check)) && (!last || (int16_t)(c.boot - last) > 0))
			last = c.boot;
	}
	c.boot = last + 1 ? last + 1 : 1;
	c.check = crc8(&c, offsetof(struct cell, check));
	eeprom_update_block(&c, &cells[c.boot % CELLS], sizeof c);
	return c.boot;
}
