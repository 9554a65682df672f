#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#include "config.h"

#define BAUD_TOL 1
#include <util/setbaud.h>

/* Powers of two; an index is written by one side only and is one octet. */
#define RX_SIZE 64
#define TX_SIZE 128

static volatile uint8_t rx[RX_SIZE], rx_in, rx_out;
static volatile uint8_t tx[TX_SIZE], tx_in, tx_out;

#if defined(__AVR_ATmega328P__)
#define RX_VECT USART_RX_vect
#define UDRE_VECT USART_UDRE_vect
#else
#define RX_VECT USART0_RX_vect
#define UDRE_VECT USART0_UDRE_vect
#endif

void uart_init(void)
{
	UBRR0H = UBRRH_VALUE;
	UBRR0L = UBRRL_VALUE;
#if USE_2X
	UCSR0A = _BV(U2X0);
#else
	UCSR0A = 0;
#endif
	UCSR0C = _BV(UCSZ01) | _BV(UCSZ00); /* 8N1 */
	UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

ISR(RX_VECT)
{
	uint8_t octet = UDR0, next = (rx_in + 1) & (RX_SIZE - 1);

	if (next != rx_out) { /* else it is lost: the CRC will tell */
		rx[rx_in] = octet;
		rx_in = next;
	}
}

ISR(UDRE_VECT)
{
	if (tx_out == tx_in) {
		UCSR0B &= (uint8_t)~_BV(UDRIE0);
		return;
	}
	UDR0 = tx[tx_out];
	tx_out = (tx_out + 1) & (TX_SIZE - 1);
}

uint8_t uart_get(uint8_t *octet)
{
	if (rx_out == rx_in)
		return 0;
	*octet = rx[rx_out];
	rx_out = (rx_out + 1) & (RX_SIZE - 1);
	return 1;
}

uint8_t uart_room(void) { return (uint8_t)(tx_out - tx_in - 1) & (TX_SIZE - 1); }

void uart_put(uint8_t octet)
{
	tx[tx_in] = octet;
	tx_in = (tx_in + 1) & (TX_SIZE - 1);
	UCSR0B |= _BV(UDRIE0);
}
