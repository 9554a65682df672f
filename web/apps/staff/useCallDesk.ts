import { App } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { answer, hangUp } from '@/features/calls/api.ts'
import { firstToAnswer, inOrder, mine } from '@/features/calls/order.ts'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { Call } from '@/shared/api/schema.ts'
import { type Book, type Heard, sinceMs } from '@/shared/live/index.ts'
import { useKey } from '@/shared/ui/useKey.ts'

export interface CallDesk {
  /** What waits or is with others: all but what is in hand, in order. */
  queue: Heard<Call>[]
  /** The call that this person talks in, at most one. */
  talking: Heard<Call> | undefined
  /** Calls whose outcome this person owes, and one picked from the queue. */
  writing: Heard<Call>[]
  hangingUp: boolean
  answer: (call: Heard<Call>) => void
  hangUp: () => void
  handle: (call: Heard<Call>) => void
  /** Monotonic moment since when the kiosk of the call talks. */
  talksSince: (call: Heard<Call>) => number
}

/** What desk and centre do with calls, by button and by F2 and F4. */
export function useCallDesk(book: Book): CallDesk {
  const { t } = useTranslation('calls')
  const { notification } = App.useApp()
  const [picked, setPicked] = useState<string | null>(null)
  const [leaving, setLeaving] = useState<string | null>(null)
  const ordered = useMemo(() => inOrder(book.calls.values()), [book.calls])
  const inHand = mine(ordered, book.me)
  const talking = inHand.find((call) => call.phase === 'talking')
  const writing = ordered.filter(
    (call) =>
      call.phase !== 'talking' &&
      (call.id === picked || (call.phase === 'wrap_up' && inHand.includes(call))),
  )

  const say = (title: string) => notification.warning({ key: title, title, role: 'alert' })
  const take = (call: Heard<Call>) => {
    if (talking) return say(t('hang_up_first'))
    // 409 call_taken says who has it; in either case the live line goes on.
    answer(call.id).catch((error) => say(sentenceOf(error)))
  }
  const leave = () => {
    if (!talking || leaving === talking.id) return
    setLeaving(talking.id)
    hangUp(talking.id)
      .catch((error) => say(sentenceOf(error)))
      .finally(() => setLeaving(null))
  }
  useKey('F2', () => {
    const first = firstToAnswer(ordered)
    if (first) take(first)
    else say(t(talking ? 'hang_up_first' : 'nothing_to_answer'))
  })
  useKey('F4', leave)

  return {
    // A call that still rings keeps its card, and the way to answer it, also
    // while its form is open.
    queue: ordered.filter(
      (call) => call !== talking && (!writing.includes(call) || call.phase === 'ringing'),
    ),
    talking,
    writing,
    hangingUp: leaving !== null,
    answer: take,
    hangUp: leave,
    handle: (call) => setPicked(call.id),
    talksSince: (call) => {
      const point = book.points.get(call.kiosk)
      return point?.state === 'talking'
        ? point.heardAt - sinceMs(point, point.heardAt)
        : call.heardAt
    },
  }
}
