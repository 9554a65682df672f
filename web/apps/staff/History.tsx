import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { historyQuery } from '@/features/calls/api.ts'
import { outcomeOf } from '@/features/calls/words.ts'
import { sentenceOf } from '@/shared/api/problem.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { KeyMark } from '@/shared/ui/KeyMark.tsx'

/** Enough for a shift of a busy day; more is for the archive. */
const shown = 100

/** The latest calls, open and closed. */
export function History() {
  const { t } = useTranslation('calls')
  const { data, error } = useQuery(historyQuery(shown))
  return (
    <section className="sheet" aria-labelledby="history-heading">
      <h2 id="history-heading">{t('history')}</h2>
      {error && <Banner urgent>{sentenceOf(error)}</Banner>}
      {data?.calls.length === 0 && <p className="quiet">{t('history_empty')}</p>}
      {data && data.calls.length > 0 && (
        <table className="history">
          <thead>
            <tr>
              <th scope="col">{t('column_at')}</th>
              <th scope="col">{t('column_key')}</th>
              <th scope="col">{t('column_point')}</th>
              <th scope="col">{t('column_outcome')}</th>
            </tr>
          </thead>
          <tbody>
            {data.calls.map((call) => (
              <tr key={call.id}>
                <td>{dayAndTime(call.pressed_at)}</td>
                <td>
                  <KeyMark of={call.key} size={28} />
                </td>
                <td>
                  <Link to="/calls/$call" params={{ call: call.id }}>
                    {call.township.name} {call.point.name}
                  </Link>
                </td>
                <td>
                  {outcomeOf(t, call)}
                  {call.rating && <span className="rated">{t(`rated_${call.rating}`)}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
