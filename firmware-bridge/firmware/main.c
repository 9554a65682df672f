/* Keys and lamps of a kiosk, behind a serial line. README.md has the pins,
 * docs/mcu-protocol.md the frames. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <util/atomic.h>

#include "board.h"
#include "boot.h"
#include "config.h"
#include "debounce.h"
#include "frame.h"
#include "lamps.h"
#include "ring.h"
#include "uart.h"

static const uint8_t key_bits[KEYS] = KEY_BITS;
static struct contact contacts[KEYS]; /* the timer's */
static volatile uint8_t young = SETTLE_MS + 2; /* ms in which a press means: down at the start */
static uint16_t boot, number;         /* of this start; of the last frame */
static uint8_t revision;              /* of the last command */
static uint32_t heard;                /* uptime of the last command */
static uint8_t present;               /* the host was heard lately */
static uint8_t tell;                  /* a heartbeat is due at once */
static uint8_t had, sent;             /* how many kept events the host has; were sent */
static uint32_t sent_at, told_at;     /* uptime of the last event, heartbeat sent */

/* Each ms: look at the keys. Events are kept before the host can know of them. */
ISR(TIMER0_COMPA_vect)
{
	uint8_t pins = KEYS_PIN;

	ring_tick();
	for (uint8_t k = 0; k < KEYS; k++) {
		uint8_t bit = _BV(k);
		switch (debounce(&contacts[k], !(pins & key_bits[k]))) {
		case PRESSED:
			ring_push(k | WHAT_DOWN | (young ? WHAT_START : 0), ring_down() | bit);
			break;
		case RELEASED:
			ring_push(k, ring_down() & (uint8_t)~bit);
			break;
		case NOTHING:
			break;
		}
	}
	if (young)
		young--;
}

static void timer_init(void)
{
	OCR0A = F_CPU / 64 / 1000 - 1;
	TCCR0A = _BV(WGM01);
	TCCR0B = _BV(CS01) | _BV(CS00);
	TIMSK0 = _BV(OCIE0A);
}

static uint32_t uptime(void)
{
	uint32_t ms;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { ms = ring_uptime(); }
	return ms;
}

static void send_status(void)
{
	uint8_t body[STATUS_SIZE + CRC_SIZE], *p = body;
	uint32_t ms;
	uint16_t first, next;
	uint8_t down;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{ /* the levels belong to the numbers */
		ms = ring_uptime();
		first = ring_first();
		next = ring_next();
		down = ring_down();
	}
	*p++ = TYPE_STATUS;
	p = put16(p, ++number);
	p = put16(p, ring_epoch());
	p = put16(p, boot);
	*p++ = boot_reason();
	p = put32(p, ms);
	p = put16(p, first);
	p = put16(p, next);
	*p++ = down;
	*p++ = revision;
	*p++ = !present;
	put16(p, frame_bad());
	frame_send(body, STATUS_SIZE);
	told_at = ms;
	tell = 0;
}

/* The event is sent by its place in the ring: nothing is forgotten by it. */
static void send_event(void)
{
	uint8_t body[EVENT_SIZE + CRC_SIZE], *p = body;
	struct event e;
	uint16_t base;

	ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { ring_get(sent, &e, &base); }
	sent_at = uptime();
	*p++ = TYPE_EVENT;
	p = put16(p, ++number);
	p = put16(p, ring_epoch());
	p = put16(p, e.seq);
	p = put16(p, base);
	p = put32(p, e.at);
	p = put32(p, sent_at);
	*p = e.what;
	frame_send(body, EVENT_SIZE);
	sent++;
#if !KEEP_EVENTS
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { sent -= ring_ack(e.seq + 1); }
#endif
}

/* obey takes a command: all the host wants, so that a lost one does no harm. */
static void obey(const uint8_t *body)
{
	uint8_t n = 0;

	had = 0; /* a host that knows nothing of these numbers has nothing */
	if (get16(body + 3) == ring_epoch()) {
		ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
		{
			n = ring_ack(get16(body + 7));
			had = ring_before(get16(body + 5));
		}
	}
	sent = n < sent ? sent - n : 0;
	if (sent < had)
		sent = had;
	for (uint8_t i = 0; i < OUTPUTS; i++)
		lamps_set(i, get16(body + 10 + 2 * i));
	if (!present || revision != body[9])
		tell = 1;
	revision = body[9];
	heard = uptime();
	present = 1;
}

static void speak(uint32_t ms)
{
	uint8_t kept;

	if (young || uart_room() < LINE_SIZE)
		return; /* a key that is held must not be told as up before it has settled */
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { kept = ring_count(); }
	if (sent > had && ms - sent_at >= REPEAT_MS)
		sent = had;
	if (present && sent < kept && sent - had < WINDOW)
		send_event();
	else if (tell || ms - told_at >= HEARTBEAT_MS)
		send_status();
}

int main(void)
{
	const uint8_t *command;
	uint8_t octet;
	uint32_t ms, last = 0;

	board_init();
	boot = boot_count();
	if (ring_init(boot)) /* a hand that was on a key at the reset has pressed once */
		for (uint8_t k = 0; k < KEYS; k++)
			contacts[k].down = ring_down() >> k & 1;
	heard = ring_uptime();
	uart_init();
	timer_init();
	wdt_enable(WDTO_250MS);
	set_sleep_mode(SLEEP_MODE_IDLE);
	tell = 1;
	sei();
	for (;;) {
		while (uart_get(&octet)) {
			command = frame_receive(octet);
			if (command)
				obey(command);
		}
		ms = uptime();
		if (ms != last) /* without the timer nobody looks at the keys */
			wdt_reset();
		last = ms;
		if (present && ms - heard >= HOST_LOST_MS)
			present = 0;
		lamps_show(ms, !present && ms - heard >= HOST_LOST_MS);
		speak(ms);
		sleep_mode(); /* the timer wakes it within 1 ms */
	}
}
