import { HealthTable } from '@/features/devices/HealthTable.tsx'
import { useLive } from '@/shared/live/index.ts'
import { useDetails } from './devices.ts'

/** How all kiosks of this page are, the worst first. */
export function Devices() {
  const { book } = useLive()
  const onDetails = useDetails()
  return book && <HealthTable rows={[...book.points.values()]} onDetails={onDetails} />
}
