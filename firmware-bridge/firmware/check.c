#include "check.h"

#include <avr/pgmspace.h>
#include <util/crc16.h>

/* CRC-32C (Castagnoli, reflected 0x82F63B78), four bits at a time: 64 octets of
 * table, some 80 cycles for an octet. */
static const uint32_t nibble[16] PROGMEM = {
	0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
	0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
	0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
	0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t crc32c(const uint8_t *p, uint8_t n)
{
	uint32_t crc = 0xffffffff;

	while (n--) {
		crc ^= *p++;
		crc = (crc >> 4) ^ pgm_read_dword(&nibble[crc & 15]);
		crc = (crc >> 4) ^ pgm_read_dword(&nibble[crc & 15]);
	}
	return ~crc;
}

/* The start value is not 0: memory full of zeros must not pass. */
uint8_t crc8(const void *mem, uint8_t n)
{
	const uint8_t *p = mem;
	uint8_t crc = 0xa5;

	while (n--)
		crc = _crc_ibutton_update(crc, *p++);
	return crc;
}
