/** How times and durations are written for people. */

/** Whole seconds, never negative. */
export function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000))
}

/** A running clock: 0:07, 12:05, 1:02:33. */
export function clock(ms: number): string {
  const all = seconds(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(all / 3600)
  const minutes = Math.floor(all / 60) % 60
  const rest = `${hours ? two(minutes) : minutes}:${two(all % 60)}`
  return hours ? `${hours}:${rest}` : rest
}

/** Wall time of a moment in this county: 14:05:09. All of China is UTC+8. */
export function timeOfDay(moment: string | number | Date): string {
  return timeFormat.format(new Date(moment))
}

/** Day and time: 11-22 14:05. */
export function dayAndTime(moment: string | number | Date): string {
  const parts = dayFormat.formatToParts(new Date(moment))
  const of = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`
}

const timeZone = 'Asia/Shanghai'
const timeFormat = new Intl.DateTimeFormat('zh-CN', {
  timeZone,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const dayFormat = new Intl.DateTimeFormat('zh-CN', {
  timeZone,
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

/** Coarse length, as words take it: the largest unit and its count. */
export function roughly(ms: number): { unit: 'second' | 'minute' | 'hour' | 'day'; count: number } {
  const all = seconds(ms)
  if (all < 60) return { unit: 'second', count: all }
  if (all < 3600) return { unit: 'minute', count: Math.floor(all / 60) }
  if (all < 172_800) return { unit: 'hour', count: Math.floor(all / 3600) }
  return { unit: 'day', count: Math.floor(all / 86_400) }
}
