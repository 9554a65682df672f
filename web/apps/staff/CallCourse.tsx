import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { callQuery } from '@/features/calls/api.ts'
import { outcomeOf } from '@/features/calls/words.ts'
import { sentenceOf } from '@/shared/api/problem.ts'
import { timeOfDay } from '@/shared/format/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'

/** Everything that happened to one call, from its event log. */
export function CallCourse() {
  const { t } = useTranslation('calls')
  const { call: id } = useParams({ from: '/staff/calls/$call' })
  const { data, error } = useQuery(callQuery(id))
  return (
    <section className="sheet" aria-labelledby="course-heading">
      <h2 id="course-heading">{t('details_of', { point: data?.call.point.name ?? '' })}</h2>
      {error && <Banner urgent>{sentenceOf(error)}</Banner>}
      {data && (
        <>
          <p>{outcomeOf(t, data.call)}</p>
          {data.call.rating && <p>{t(`rated_${data.call.rating}`)}</p>}
          <ol className="course">
            {data.events.map((event) => (
              <li key={event.seq}>
                <time>{timeOfDay(event.at)}</time> <span>{event.text || event.kind}</span>{' '}
                {event.person && (
                  <span className="quiet">
                    {event.site?.name} {event.person.name}
                  </span>
                )}
              </li>
            ))}
          </ol>
        </>
      )}
      <Link to="/calls">{t('back_to_list')}</Link>
    </section>
  )
}
