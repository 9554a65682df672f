import { App } from 'antd'
import type { TFunction } from 'i18next'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { follow, type News, nothingFollowed } from '@/features/calls/news.ts'
import { inOrder, mine, ringingForMe } from '@/features/calls/order.ts'
import { useRinging } from '@/features/calls/useRinging.ts'
import { useTitle } from '@/features/calls/useTitle.ts'
import { personAt } from '@/features/calls/words.ts'
import { alarms, ticketsInOrder } from '@/features/devices/order.ts'
import type { Site } from '@/shared/api/schema.ts'
import { useLive } from '@/shared/live/index.ts'

/**
 * Rings, flashes the title and tells news, on every route of the page: a call
 * must not be missed because somebody looks something up. Alarms of devices stand
 * in the title and make no sound: what rings is a person.
 */
export function useAlarm(
  page: 'desk' | 'centre',
  siteName: string,
): { ringing: boolean; busy: boolean } {
  const { t } = useTranslation(['calls', 'shared'])
  const { book } = useLive()
  const ordered = useMemo(() => inOrder(book?.calls.values() ?? []), [book?.calls])
  const ringing = ringingForMe(ordered)
  const first = ringing[0]
  const talking = book !== null && mine(ordered, book.me).some((c) => c.phase === 'talking')
  const red = useMemo(() => alarms(ticketsInOrder(book?.tickets.values() ?? [])), [book?.tickets])
  useRinging(first?.key ?? null, talking)
  const alarm = red.length > 0 ? t('shared:alarms_title', { count: red.length }) : ''
  useTitle(
    `${alarm}${siteName} · ${t(`shared:title_${page}`)}`,
    first
      ? t('title_flash', {
          key: t(first.key === 'urgent' ? 'shared:key_urgent' : 'shared:key_enquiry'),
          count: ringing.length,
          point: first.point.name,
        })
      : null,
  )
  useNews()
  return { ringing: ringing.length > 0, busy: ringing.length > 0 || talking }
}

function useNews(): void {
  const { t } = useTranslation('calls')
  const { notification } = App.useApp()
  const { book } = useLive()
  const followed = useRef(nothingFollowed)
  useEffect(() => {
    const { next, news } = follow(followed.current, book)
    followed.current = next
    if (!book) return
    for (const item of news) {
      notification.info({
        key: `${item.kind} ${item.call.id}`,
        title: sentence(t, item, book.site),
        role: 'status',
      })
    }
  }, [book, notification, t])
}

function sentence(t: TFunction<'calls'>, news: News, ours: Site): string {
  const point = news.call.point.name
  switch (news.kind) {
    case 'answered_elsewhere':
      return t('news_answered', { point, who: personAt(t, news.answerer, ours) })
    case 'claimed_elsewhere':
      return t('news_claimed', { point, name: news.claimer.name })
    case 'claim_failed':
      return t('news_claim_failed', { point })
    case 'rated_bad':
      return t('news_rated_bad', { point })
    case 'rings_again':
      return t('news_rings_again', { point })
  }
}
