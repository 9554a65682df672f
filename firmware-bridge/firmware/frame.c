#include "frame.h"

#include "check.h"
#include "config.h"
#include "uart.h"

#define COMMAND_LINE (COMMAND_SIZE + CRC_SIZE + 1)

static uint8_t in[COMMAND_LINE];
static uint8_t in_n, in_long;
static uint16_t bad;

void frame_send(uint8_t *body, uint8_t n)
{
	uint8_t from = 0;

	put32(body + n, crc32c(body, n));
	n += CRC_SIZE;
	uart_put(0);
	for (uint8_t i = 0; i <= n; i++) {
		if (i < n && body[i] != 0)
			continue;
		uart_put((uint8_t)(i - from + 1));
		while (from < i)
			uart_put(body[from++]);
		from++; /* the zero itself */
	}
	uart_put(0);
}

/* unstuff undoes COBS in place and returns the length, 0 if it is none. */
static uint8_t unstuff(void)
{
	uint8_t from = 0, to = 0;

	while (from < in_n) {
		uint8_t code = in[from++];
		if (code - 1 > in_n - from)
			return 0;
		while (--code)
			in[to++] = in[from++];
		if (from < in_n)
			in[to++] = 0;
	}
	return to;
}

static uint8_t good(void)
{
	uint8_t n = unstuff();

	if (n != COMMAND_SIZE + CRC_SIZE || in[0] != TYPE_COMMAND)
		return 0;
#if CHECK_CRC
	uint32_t sum = get16(in + COMMAND_SIZE) | (uint32_t)get16(in + COMMAND_SIZE + 2) << 16;
	return crc32c(in, COMMAND_SIZE) == sum;
#else
	return 1;
#endif
}

const uint8_t *frame_receive(uint8_t octet)
{
	const uint8_t *body = 0;

	if (octet) {
		if (in_n < COMMAND_LINE)
			in[in_n++] = octet;
		else
			in_long = 1;
		return 0;
	}
	if (in_n) { /* zeros stand before and after each frame */
		if (!in_long && good())
			body = in;
		else
			bad++;
	}
	in_n = in_long = 0;
	return body;
}

uint16_t frame_bad(void) { return bad; }
