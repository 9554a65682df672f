/* How often the firmware has started, and why this time. */
#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

/* boot_count counts this start in the EEPROM, which takes some 12 ms, and
 * returns its number, never 0. */
uint16_t boot_count(void);

/* boot_reason is MCUSR as it was at the start. */
uint8_t boot_reason(void);

#endif
