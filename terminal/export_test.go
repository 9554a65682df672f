package terminal

import "periph.io/x/conn/v3/gpio"

// PullUp is seen by tests.
const PullUp gpio.Pull = pullUp
