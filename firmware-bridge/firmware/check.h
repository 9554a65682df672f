/* Check sums: CRC-32C for frames, CRC-8 for what is kept in memory. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>

uint32_t crc32c(const uint8_t *p, uint8_t n);
uint8_t crc8(const void *p, uint8_t n);

#endif
