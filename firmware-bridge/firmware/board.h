/* Where keys, lamps and buzzer are wired. The table is in README.md. */
#ifndef BOARD_H
#define BOARD_H

#include <avr/io.h>
#include <stdint.h>

#define KEYS 2
#define OUTPUTS 4

enum output { OUT_RED, OUT_GREEN, OUT_LINE, OUT_BUZZER };

#if defined(__AVR_ATmega328P__)

/* Keys between pin and ground: red D2 = PD2, green D3 = PD3. */
#define KEYS_PORT PORTD
#define KEYS_PIN PIND
#define KEY_BITS { _BV(PD2), _BV(PD3) }

static inline void board_init(void)
{
	PORTD |= _BV(PD2) | _BV(PD3); /* pull-ups */
	DDRB |= _BV(PB0) | _BV(PB1) | _BV(PB2);
	DDRD |= _BV(PD7);
}

/* Red D9 = PB1, green D10 = PB2, line D8 = PB0, buzzer D7 = PD7; high is on. */
static inline void board_outputs(uint8_t on)
{
	uint8_t b = PORTB & (uint8_t)~(_BV(PB0) | _BV(PB1) | _BV(PB2));
	if (on & _BV(OUT_RED)) b |= _BV(PB1);
	if (on & _BV(OUT_GREEN)) b |= _BV(PB2);
	if (on & _BV(OUT_LINE)) b |= _BV(PB0);
	PORTB = b;
	if (on & _BV(OUT_BUZZER)) PORTD |= _BV(PD7);
	else PORTD &= (uint8_t)~_BV(PD7);
}

#elif defined(__AVR_ATmega2560__)

/* The same places on the larger board: red D2 = PE4, green D3 = PE5. */
#define KEYS_PORT PORTE
#define KEYS_PIN PINE
#define KEY_BITS { _BV(PE4), _BV(PE5) }

static inline void board_init(void)
{
	PORTE |= _BV(PE4) | _BV(PE5); /* pull-ups */
	DDRH |= _BV(PH4) | _BV(PH5) | _BV(PH6);
	DDRB |= _BV(PB4);
}

/* Red D9 = PH6, green D10 = PB4, line D8 = PH5, buzzer D7 = PH4; high is on. */
static inline void board_outputs(uint8_t on)
{
	uint8_t h = PORTH & (uint8_t)~(_BV(PH4) | _BV(PH5) | _BV(PH6));
	if (on & _BV(OUT_RED)) h |= _BV(PH6);
	if (on & _BV(OUT_LINE)) h |= _BV(PH5);
	if (on & _BV(OUT_BUZZER)) h |= _BV(PH4);
	PORTH = h;
	if (on & _BV(OUT_GREEN)) PORTB |= _BV(PB4);
	else PORTB &= (uint8_t)~_BV(PB4);
}

#else
#error "no pins are known for this chip: add them here and to README.md"
#endif

#endif
