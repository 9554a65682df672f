import { useTranslation } from 'react-i18next'
import type { Call, Site } from '@/shared/api/schema.ts'
import { CheckIcon } from '@/shared/ui/icons.tsx'

/** In the order in which they join. */
const known = [
  'seats',
  'backup_post',
  'duty_leader',
  'village_cadres',
  'neighbour',
  'county',
  'helpers',
  'siren',
] as const
type Post = (typeof known)[number]
const isKnown = (post: string): post is Post => (known as readonly string[]).includes(post)

/** Shown before they are rung too, so that it can be seen what comes next. */
const ahead: readonly Post[] = ['seats', 'duty_leader', 'county']

/**
 * How far up the ladder a call has rung; nobody is ever taken off it. What is
 * still ahead is known only where the ladder is climbed, in the township.
 */
export function Ladder({ call, site }: { call: Call; site: Site }) {
  const { t } = useTranslation('calls')
  const here = site.unit.code === call.township.code
  const shown = known.filter((post) => (here && ahead.includes(post)) || call.rings.includes(post))
  const posts = [...shown, ...call.rings.filter((post) => !isKnown(post))]
  return (
    <ol className="ladder" aria-label={t('ladder')}>
      {posts.map((post) => {
        const rung = call.rings.includes(post)
        return (
          <li key={post} className={rung ? 'rung' : 'ahead'}>
            {rung && <CheckIcon size={18} />}
            {isKnown(post) ? t(`post_${post}`) : post}
            <span className="for-readers">{rung ? t('post_rung') : t('post_ahead')}</span>
          </li>
        )
      })}
    </ol>
  )
}
