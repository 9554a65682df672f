/* The firmware's figures. Each can be overridden with -D, which is also how the
 * tests build wrong firmware on purpose. */
#ifndef CONFIG_H
#define CONFIG_H

/* As firmware-bridge/key: how long a contact must be closed to be a press, and
 * open to be a release, in ms. */
#ifndef SETTLE_MS
#define SETTLE_MS 5
#endif
#ifndef RELEASE_MS
#define RELEASE_MS 30
#endif

/* How many events are kept until the host has acknowledged them. */
#ifndef RING_SIZE
#define RING_SIZE 64
#endif

/* How many events that the host does not have yet may be on the line. */
#define WINDOW 8

/* Paces in ms: heartbeat; repeat of unacknowledged events; how long without a
 * frame of the host until it is lost. */
#define HEARTBEAT_MS 250
#define REPEAT_MS 50
#define HOST_LOST_MS 5000

/* 16 MHz divide to 38,400 baud with an error of 0.2 %. */
#ifndef BAUD
#define BAUD 38400UL
#endif

/* Wrong on purpose, for the tests: a firmware that believes every frame, and
 * one that forgets an event as soon as it was sent. */
#ifndef CHECK_CRC
#define CHECK_CRC 1
#endif
#ifndef KEEP_EVENTS
#define KEEP_EVENTS 1
#endif
/* And one that forgets everything at each reset. */
#ifndef KEEP_OVER_RESET
#define KEEP_OVER_RESET 1
#endif

#endif
