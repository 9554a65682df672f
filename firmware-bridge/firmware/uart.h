/* The serial line to the host, with a buffer each way. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

void uart_init(void);

/* uart_get takes one octet that has come; 0 if there is none. */
uint8_t uart_get(uint8_t *octet);

/* uart_room is how many octets uart_put takes at once. */
uint8_t uart_room(void);
void uart_put(uint8_t octet);

#endif
