#include "ring.h"

#include <stddef.h>
#include <string.h>

#include "check.h"
#include "config.h"

struct slot {
	struct event e;
	uint8_t check;
};

/* Everything about the ring but its slots. There are two, written in turn: a
 * reset in the middle of a write leaves the other one. */
struct head {
	uint8_t turn;
	uint16_t epoch, next, acked;
	uint8_t oldest, count; /* in slots */
	uint8_t down;
	uint8_t check;
};

struct stamp {
	uint32_t ms, inverse;
};

/* Not cleared at a reset, and garbage when the power comes. */
static struct slot slots[RING_SIZE] __attribute__((section(".noinit")));
static struct head heads[2] __attribute__((section(".noinit")));
static struct stamp stamps[2] __attribute__((section(".noinit")));

static struct head now; /* what heads[] is to become */
static uint32_t uptime;

static uint8_t at(uint8_t i) { return (uint8_t)((now.oldest + i) % RING_SIZE); }

static void commit(void)
{
	now.turn++;
	now.check = crc8(&now, offsetof(struct head, check));
	heads[now.turn & 1] = now;
}

static uint8_t head_good(const struct head *h)
{
	return h->check == crc8(h, offsetof(struct head, check)) && h->oldest < RING_SIZE && h->count <= RING_SIZE;
}

static uint8_t slots_good(void)
{
	for (uint8_t i = 0; i < now.count; i++) {
		const struct slot *s = &slots[at(i)];
		if (s->check != crc8(&s->e, sizeof s->e))
			return 0;
	}
	return 1;
}

/* recall tells whether the memory holds a ring. */
static uint8_t recall(void)
{
	uint8_t a = head_good(&heads[0]), b = head_good(&heads[1]);
	const struct stamp *s = &stamps[0];

	if (!KEEP_OVER_RESET || (!a && !b))
		return 0;
	if (a && b)
		b = (int8_t)(heads[1].turn - heads[0].turn) > 0;
	now = heads[b];
	if (s->ms != ~s->inverse)
		s = &stamps[1];
	if (s->ms != ~s->inverse || !slots_good())
		return 0;
	uptime = s->ms;
	return 1;
}

uint8_t ring_init(uint16_t boot)
{
	if (recall())
		return 1;
	memset(&now, 0, sizeof now);
	uptime = 0;
	now.epoch = boot;
	commit();
	commit(); /* both, so that no old one looks newer */
	return 0;
}

void ring_push(uint8_t what, uint8_t down)
{
	if (now.count < RING_SIZE) {
		struct slot *s = &slots[at(now.count)];
		s->e.seq = now.next;
		s->e.at = uptime;
		s->e.what = what;
		s->check = crc8(&s->e, sizeof s->e);
		now.count++;
	}
	now.next++;
	now.down = down;
	commit();
}

uint8_t ring_before(uint16_t seq)
{
	uint8_t n = 0;

	while (n < now.count && (int16_t)(slots[at(n)].e.seq - seq) < 0)
		n++;
	return n;
}

uint8_t ring_ack(uint16_t seq)
{
	uint8_t n;

	if ((int16_t)(seq - now.acked) <= 0 || (int16_t)(now.next - seq) < 0)
		return 0;
	n = ring_before(seq);
	now.oldest = at(n);
	now.count -= n;
	now.acked = seq;
	commit();
	return n;
}

uint8_t ring_count(void) { return now.count; }
uint16_t ring_epoch(void) { return now.epoch; }
uint16_t ring_next(void) { return now.next; }
uint8_t ring_down(void) { return now.down; }
uint16_t ring_first(void) { return now.count ? slots[now.oldest].e.seq : now.next; }

void ring_get(uint8_t i, struct event *e, uint16_t *base)
{
	*e = slots[at(i)].e;
	*base = i ? slots[at(i - 1)].e.seq + 1 : now.acked;
}

void ring_tick(void)
{
	uptime++;
	for (uint8_t i = 0; i < 2; i++) {
		stamps[i].ms = uptime;
		stamps[i].inverse = ~uptime;
	}
}

uint32_t ring_uptime(void) { return uptime; }
