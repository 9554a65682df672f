import { HealthTable } from '@/features/devices/HealthTable.tsx'
import { sinceMs, useLive } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { useDetails } from './devices.ts'

/** How all kiosks of this page are, the worst first. */
export function Devices() {
  const { book } = useLive()
  const onDetails = useDetails()
  const minute = useNowAs((now) => Math.floor(now / 60_000))
  if (!book) return null
  const rows = [...book.points.values()].map((point) => ({
    ...point,
    away_ms: point.state === 'offline' ? sinceMs(point, minute * 60_000) : undefined,
  }))
  return <HealthTable rows={rows} onDetails={onDetails} />
}
