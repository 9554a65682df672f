/**
 * The faults and self-tests that have words and an advice. Those of the kiosk
 * are named in terminal/faults.go and terminal/selftest, those that the hub
 * finds in internal/life/fault.go; a test holds this list against them.
 */
export const faultCodes = [
  'offline',
  'outage',
  'ledger',
  'clone',
  'site_silent',
  'no_line_home',
  'self_test_overdue',
  'human_test_overdue',
  'test_failed',
  'mains_lost',
  'power_cut',
  'battery_low',
  'config_refused',
  'update_failed',
  'journal_failed',
  'journal_slow',
  'journal_damaged',
  'key_stuck',
  'key_unreadable',
  'key_events_lost',
  'lamp_failed',
  'media_not_allowed',
  'sound_card',
  'page_silent',
  'clock_wrong',
  'refused_by',
] as const
export type FaultCode = (typeof faultCodes)[number]

export const testNames = ['disk', 'key_path', 'sound', 'link', 'press', 'media'] as const
export type TestName = (typeof testNames)[number]

/** Parts by the beginning of the fault's code; other parts are shown as they are. */
export const parts = [
  'key_red',
  'key_green',
  'lamp_red',
  'lamp_green',
  'lamp_line',
  'lamp_buzzer',
  'sound_microphone',
  'sound_loudspeaker',
  'sound_program',
] as const
export type Part = (typeof parts)[number]

const has =
  <T extends string>(list: readonly T[]) =>
  (word: string): word is T =>
    (list as readonly string[]).includes(word)

export const isFault = has(faultCodes)
export const isTest = has(testNames)
export const isPart = has(parts)
