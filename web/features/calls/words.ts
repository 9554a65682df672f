import type { TFunction } from 'i18next'
import type { Answerer, Call, Person, Site } from '@/shared/api/schema.ts'
import { dispositions } from './api.ts'

type T = TFunction<'calls'>

/** 张三（接线员）, or with the site in front where it is not this one. */
export function personAt(t: T, { person, site }: Answerer, ours: Site): string {
  const where = siteName(t, site, ours)
  const who = t('name_and_post', { name: person.name, post: person.post })
  return where ? `${where} ${who}` : who
}

/** The name of another site as seen from ours; empty for our own. */
export function siteName(t: T, site: Answerer['site'], ours: Site): string {
  if (site.code === ours.unit.code) return ''
  // Below the top every other site that answers our calls is the county.
  return ours.parent === undefined ? site.name : t('county_centre')
}

/** What happens to the call now, in one line. */
export function statusOf(t: T, call: Call, me: Person, ours: Site): string {
  switch (call.phase) {
    case 'ringing':
      return t('status_ringing')
    case 'claiming':
      if (!call.claimer || call.claimer.id === me.id) return t('status_claiming_me')
      return t('status_claiming', { name: call.claimer.name })
    case 'talking':
      if (!call.answerer) return t('status_talking_unknown')
      if (call.answerer.person.id === me.id) return t('status_talking_me')
      return t('status_talking', { who: whoTalks(t, call.answerer, ours) })
    case 'wrap_up':
      if (!call.answerer) return t('status_wrap_up_unknown')
      if (call.answerer.person.id === me.id) return t('status_wrap_up_me')
      return t('status_wrap_up', { who: whoTalks(t, call.answerer, ours) })
    case 'closed':
      return t('status_closed')
  }
}

/** 县指挥中心 王五 for another site, 张三（接线员） for a colleague. */
function whoTalks(t: T, answerer: Answerer, ours: Site): string {
  const where = siteName(t, answerer.site, ours)
  return where ? `${where} ${answerer.person.name}` : personAt(t, answerer, ours)
}

/** Whether the county rings too for a call of a township that looks at it. */
export function countyRings(call: Call, ours: Site): boolean {
  return (
    ours.parent !== undefined &&
    call.rings.includes('county') &&
    (call.phase === 'ringing' || call.phase === 'claiming')
  )
}

/** How a call ended and by whom; or that it has not. */
export function outcomeOf(t: T, call: Call): string {
  if (!call.closing) return t(call.phase === 'closed' ? 'status_closed' : 'still_open')
  const { disposition, note, person } = call.closing
  const known = dispositions.find((code) => code === disposition)
  const outcome = known ? t(`outcome_${known}`) : disposition
  const said = t('closed_as', { outcome, name: person.name })
  return note ? `${said}: ${note}` : said
}
