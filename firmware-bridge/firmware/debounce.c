#include "debounce.h"

#include "config.h"

enum change debounce(struct contact *c, uint8_t closed)
{
	if (closed != c->closed) {
		c->closed = closed;
		c->same = 0;
	} else if (c->same < 255) {
		c->same++;
	}
	if (!c->down && closed && c->same >= SETTLE_MS) {
		c->down = 1;
		return PRESSED;
	}
	if (c->down && !closed && c->same >= RELEASE_MS) {
		c->down = 0;
		return RELEASED;
	}
	return NOTHING;
}
