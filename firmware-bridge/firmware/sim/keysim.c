/* Runs the firmware in simavr for a test, which is its clock: nothing happens
 * between two commands, so that a test is exact however busy the machine is.
 *
 *	keysim CHIP FIRMWARE.elf
 *
 * Commands on standard input; numbers are little-endian, times in us since the
 * start of the simulation:
 *
 *	I n(1) octets(n)              octets that the host sends
 *	K key(1) closed(1) at(8)      a contact closes or opens
 *	R us(4)                       run for so long
 *	X                             pull the reset pin
 *	P seed(4)                     take the power away and give it back
 *	W                             stop the timer that looks at the keys
 *
 * On standard output, during R:
 *
 *	O octet(1)                    an octet for the host
 *	L outputs(1) at(8)            the pins of lamps and buzzer, when they change
 *	D at(8)                       done */
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>

#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_hex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 2
#define OUTPUTS 4
#define HZ 16000000ULL
#define US (HZ / 1000000)
#define OCTET_US 260 /* of 10 bits at 38,400 baud */

struct pin {
	char port;
	int bit;
};

/* The pin table of README.md, read a second time on purpose. */
static const struct chip {
	const char *name;
	struct pin keys[KEYS], outputs[OUTPUTS];
	uint16_t timsk0;
} chips[] = {
	{ "atmega328p", { { 'D', 2 }, { 'D', 3 } }, { { 'B', 1 }, { 'B', 2 }, { 'B', 0 }, { 'D', 7 } }, 0x6e },
	{ "atmega2560", { { 'E', 4 }, { 'E', 5 } }, { { 'H', 6 }, { 'B', 4 }, { 'H', 5 }, { 'H', 4 } }, 0x6e },
};

struct edge {
	uint64_t at; /* cycles */
	uint8_t key, closed;
};

static const struct chip *chip;
static avr_t *avr;
static uint64_t base, before; /* cycles up to the last reset; avr->cycle as last seen */
static struct edge *edges; /* in the order of their times */
static size_t edge_n, edge_cap, edge_done;
static uint8_t line[65536];
static uint16_t line_in, line_out;
static uint64_t line_next; /* when the next octet has come */
static uint8_t closed[KEYS], outputs;
static int reset_flags = -1;

static void fail(const char *what)
{
	fprintf(stderr, "keysim: %s\n", what);
	exit(1);
}

static uint64_t now(void) { return base + avr->cycle; }

static void put(const void *p, size_t n)
{
	if (fwrite(p, 1, n, stdout) != n)
		exit(1);
}

static void put_timed(char type, int octet, uint64_t cycles)
{
	uint64_t us = cycles / US;

	putchar(type);
	if (octet >= 0)
		putchar(octet);
	put(&us, sizeof us);
}

static void need(void *p, size_t n)
{
	if (fread(p, 1, n, stdin) != n)
		exit(0);
}

/* contacts puts the levels of the keys, which share a port, to the pins. The
 * second level is for simavr, which drops what does not change; the external
 * level is what a write to the port leaves alone. */
static void contacts(void)
{
	const struct pin *p = chip->keys;
	avr_ioport_external_t ext = { .name = (unsigned)p->port };

	for (int k = 0; k < KEYS; k++) {
		ext.mask |= 1 << p[k].bit;
		ext.value |= !closed[k] << p[k].bit;
	}
	avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(p->port), &ext);
	for (int k = 0; k < KEYS; k++) {
		avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(p[k].port), p[k].bit);
		avr_raise_irq(irq, closed[k]);
		avr_raise_irq(irq, !closed[k]);
	}
}

static void on_output(struct avr_irq_t *irq, uint32_t value, void *param)
{
	(void)irq, (void)value, (void)param;
	uint8_t on = 0;

	for (int i = 0; i < OUTPUTS; i++) {
		avr_ioport_state_t s;
		avr_ioctl(avr, AVR_IOCTL_IOPORT_GETSTATE(chip->outputs[i].port), &s);
		on |= (s.port & s.ddr) >> chip->outputs[i].bit & 1 ? 1 << i : 0;
	}
	if (on != outputs)
		put_timed('L', outputs = on, now());
}

static void on_octet(struct avr_irq_t *irq, uint32_t value, void *param)
{
	(void)irq, (void)param;
	putchar('O');
	putchar((int)(value & 0xff));
}

static avr_cycle_count_t wake(struct avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)a, (void)when, (void)param;
	return 0; /* it only ends a sleep */
}

/* A timer that never comes: a reset forgets it. */
static avr_cycle_count_t never(struct avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)a, (void)param;
	return when + (1ULL << 62);
}

/* happen lets happen what is due and returns when the next thing is. */
static uint64_t happen(uint64_t end)
{
	uint64_t t = now(), next = end;

	for (; edge_done < edge_n && edges[edge_done].at <= t; edge_done++) {
		closed[edges[edge_done].key] = edges[edge_done].closed;
		contacts();
	}
	if (edge_done < edge_n && edges[edge_done].at < next)
		next = edges[edge_done].at;
	if (line_in != line_out) {
		if (line_next <= t) {
			avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
			avr_raise_irq(irq, line[line_out++]);
			line_next = t + OCTET_US * US;
		}
		if (line_in != line_out && line_next < next)
			next = line_next;
	}
	return next;
}

/* started puts right what a reset has cleared. */
static void started(void)
{
	avr_regbit_t flags[] = { avr->reset_flags.porf, avr->reset_flags.extrf };

	if (reset_flags >= 0)
		avr_regbit_set(avr, flags[reset_flags]);
	reset_flags = -1;
	avr_cycle_timer_register(avr, 1ULL << 62, never, NULL);
	for (uint8_t i = 0; i < EXTINT_COUNT; i++) /* or simavr looks at a low pin in each cycle */
		avr_extint_set_strict_lvl_trig(avr, i, 0);
	contacts();
	on_output(NULL, 0, NULL);
	uint32_t off = 0; /* or simavr sleeps for real when it is polled */
	avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &off);
}

static void reset(int why)
{
	base += avr->cycle;
	avr_reset(avr);
	avr->cycle = before = 0;
	reset_flags = why;
	started();
}

static void power(uint32_t seed)
{
	for (int i = avr->ioend + 1; i <= avr->ramend; i++) {
		seed = seed * 1664525 + 1013904223;
		avr->data[i] = (uint8_t)(seed >> 24);
	}
	reset(0);
}

static void run(uint64_t us)
{
	uint64_t end = now() + us * US, next = 0;

	while (now() < end) {
		if (next <= now()) {
			next = happen(end);
			avr_cycle_timer_register(avr, next > now() ? next - now() : 1, wake, NULL);
		}
		int state = avr_run(avr);
		if (state == cpu_Done || state == cpu_Crashed)
			fail("the firmware has crashed");
		if (!avr_cycle_timer_status(avr, never, NULL)) { /* the watchdog has struck */
			if (avr->cycle < before)
				base += before;
			started();
			next = 0;
		}
		before = avr->cycle;
	}
	put_timed('D', -1, now());
	fflush(stdout);
}

static void idle(avr_t *a, avr_cycle_count_t howlong)
{
	(void)a, (void)howlong; /* virtual time needs no waiting */
}

static void quiet(struct avr_t *a, const int level, const char *format, va_list ap)
{
	(void)a;
	if (level <= LOG_ERROR)
		vfprintf(stderr, format, ap);
}

static void start(const char *name, const char *file)
{
	elf_firmware_t f = { 0 };

	for (size_t i = 0; i < sizeof chips / sizeof *chips; i++)
		if (!strcmp(name, chips[i].name))
			chip = &chips[i];
	avr_global_logger_set(quiet);
	if (!chip || elf_read_firmware(file, &f) || !(avr = avr_make_mcu_by_name(name)))
		fail("no such chip or firmware");
	avr->frequency = HZ;
	avr_init(avr);
	f.frequency = HZ;
	avr_load_firmware(avr, &f);
	avr->sleep = idle;
	uint8_t erased[1024];
	memset(erased, 0xff, sizeof erased);
	avr_eeprom_desc_t ee = { .ee = erased, .offset = 0, .size = sizeof erased };
	avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &ee);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_octet, NULL);
	for (int i = 0; i < OUTPUTS; i++)
		avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(chip->outputs[i].port), IOPORT_IRQ_REG_PORT),
			on_output, NULL);
	power(1);
}

static void add_edge(void)
{
	struct edge e;

	need(&e.key, 1), need(&e.closed, 1), need(&e.at, 8);
	e.at *= US;
	if (e.key >= KEYS)
		fail("no such key");
	if (edge_n == edge_cap)
		edges = realloc(edges, (edge_cap = edge_cap * 2 + 64) * sizeof *edges);
	size_t i = edge_n++;
	for (; i > edge_done && edges[i - 1].at > e.at; i--)
		edges[i] = edges[i - 1];
	edges[i] = e;
}

static void input(void)
{
	uint8_t n, octet;

	need(&n, 1);
	if (line_in == line_out && line_next < now())
		line_next = now() + OCTET_US * US;
	while (n--) {
		need(&octet, 1);
		line[line_in++] = octet;
	}
}

int main(int argc, char **argv)
{
	uint32_t arg;

	if (argc != 3)
		fail("usage: keysim CHIP FIRMWARE.elf");
	start(argv[1], argv[2]);
	for (;;) {
		char c;
		need(&c, 1);
		switch (c) {
		case 'I': input(); break;
		case 'K': add_edge(); break;
		case 'R': need(&arg, 4), run(arg); break;
		case 'X': reset(1); break;
		case 'P': need(&arg, 4), power(arg); break;
		case 'W': avr->data[chip->timsk0] = 0; break;
		default: fail("unknown command");
		}
	}
}
