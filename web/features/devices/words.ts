import type { TFunction } from 'i18next'
import type { Ticket } from '@/shared/api/schema.ts'
import { isFault, isPart, isTest } from './codes.ts'

export type T = TFunction<'devices'>

interface Fault {
  code: string
  part?: string | undefined
}

/** A fault as lists name it: the code, with : and the part where there is one. */
export function faultOf(name: string): Fault {
  const [code = '', ...part] = name.split(':')
  return part.length > 0 ? { code, part: part.join(':') } : { code }
}

/** What is wrong, in plain words; `title` is the hub's own for a code unknown here. */
export function faultName(t: T, { code, part }: Fault, title?: string): string {
  if (!isFault(code)) return title || t('fault_unknown', { code })
  const fault = t(`fault_${code}`)
  return part ? t('fault_of_part', { fault, part: partName(t, code, part) }) : fault
}

function partName(t: T, code: string, part: string): string {
  if (code === 'test_failed' && isTest(part)) return t(`test_${part}`)
  const known = `${code.split('_')[0]}_${part}`
  return isPart(known) ? t(`part_${known}`) : part
}

/** What to do about it, in one sentence or two short ones. */
export function adviceOn(t: T, { code, part }: Fault): string {
  if (code === 'test_failed' && part && isTest(part)) return t(`do_test_failed_${part}`)
  return t(isFault(code) ? `do_${code}` : 'do_unknown')
}

export function testName(t: T, name: string): string {
  return isTest(name) ? t(`test_${name}`) : name
}

/** A length of time as people say it: 12 分钟, 1 小时 23 分, 3 天 4 小时. */
export function lasting(t: T, ms: number): string {
  const all = Math.floor(Math.max(0, ms) / 60_000)
  const minutes = all % 60
  const hours = Math.floor(all / 60)
  if (all < 1) return t('under_minute')
  if (hours < 1) return t('minutes', { minutes })
  if (hours < 48) return t('hours', { hours, minutes })
  return t('days', { days: Math.floor(hours / 24), hours: hours % 24 })
}

/** How many presses a list of names stands for; "+3" at its end are three more. */
export function pressCount(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (name.startsWith('+') ? Number(name.slice(1)) : 1), 0)
}

/** How many presses are named one by one. */
const named = 5

/** Presses by their number at the kiosk: 第 17 号、第 18 号、另有 3 次. */
export function pressNames(t: T, names: readonly string[]): string {
  const single = names.filter((name) => !name.startsWith('+'))
  const shown = single.slice(0, named).map((name) => {
    const seq = name.slice(name.lastIndexOf('.') + 1)
    return t('press_number', { seq })
  })
  const more = pressCount(names) - shown.length
  if (more > 0) shown.push(t('presses_more', { count: more }))
  return shown.join(t('list_comma'))
}

/** An alarm in one line: where, what, how many. */
export function alarmSentence(t: T, ticket: Ticket): string {
  const unit = ticket.unit.name
  switch (ticket.code) {
    case 'outage':
      return t('alarm_outage', { unit, count: ticket.members?.length ?? 0 })
    case 'ledger': {
      const presses = ticket.presses ?? []
      return t('alarm_ledger', {
        unit,
        count: pressCount(presses),
        presses: pressNames(t, presses),
      })
    }
    case 'offline':
    case 'clone':
    case 'site_silent':
      return t(`alarm_${ticket.code}`, { unit })
    default:
      return t('alarm_other', { unit, title: faultName(t, ticket, ticket.title) })
  }
}
