/** Views for tests: a quiet kiosk, and what one differs by. The numbers are invented. */
import type { View } from './view.ts'

export const quiet: View = {
  seq: 1,
  state: 'idle',
  waited_ms: 0,
  held: false,
  down: false,
  quiet: false,
  home: true,
  county: true,
  phones: [{ label: '值班室', number: '0794-6801234' }],
  point: '流坑村',
  township: '牛田镇',
  faults: [],
  demo_keys: true,
}

export const viewOf = (change: Partial<View>): View => ({ ...quiet, ...change })
