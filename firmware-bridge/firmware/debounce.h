/* What one contact means: a press is counted when it was closed for SETTLE_MS,
 * a release when it was open for RELEASE_MS. The same rules as package key. */
#ifndef DEBOUNCE_H
#define DEBOUNCE_H

#include <stdint.h>

enum change { NOTHING, PRESSED, RELEASED };

struct contact {
	uint8_t closed; /* at the last look */
	uint8_t same;   /* ms for which it has been so, at most 255 */
	uint8_t down;   /* what counts */
};

/* debounce takes one look at a contact. It is called each ms. */
enum change debounce(struct contact *c, uint8_t closed);

#endif
