import { useTranslation } from 'react-i18next'
import type { Call, Person, Site } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'
import { CallCard } from './CallCard.tsx'
import { firstToAnswer } from './order.ts'

export interface CallQueueProps {
  /** In order, as inOrder gives them. */
  calls: readonly Heard<Call>[]
  /** Something is in hand beside these: they are the others. */
  others: boolean
  me: Person
  site: Site
  /** A sentence about the kiosk of a call that changes how to answer. */
  warningOf?: (call: Call) => string | undefined
  onAnswer: (call: Heard<Call>) => void
  onHandle: (call: Heard<Call>) => void
}

/** All open calls, red first, oldest first. */
export function CallQueue(props: CallQueueProps) {
  const { calls, others, me, site, warningOf, onAnswer, onHandle } = props
  const { t } = useTranslation('calls')
  const first = firstToAnswer(calls)
  return (
    <section className="queue" aria-labelledby="queue-heading">
      <h2 id="queue-heading">{t(others ? 'queue_others' : 'queue', { count: calls.length })}</h2>
      {calls.length === 0 ? (
        <p className="sheet quiet calm">{t(others ? 'queue_others_empty' : 'queue_empty')}</p>
      ) : (
        <ul>
          {calls.map((call) => (
            <CallCard
              key={call.id}
              call={call}
              me={me}
              site={site}
              first={call === first}
              warning={warningOf?.(call)}
              onAnswer={onAnswer}
              onHandle={onHandle}
            />
          ))}
        </ul>
      )}
    </section>
  )
}
