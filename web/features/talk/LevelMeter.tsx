import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { speechDbfs } from './meter.ts'
import type { TalkRoom } from './room.ts'

/** Smooth to the eye, cheap for a small machine. */
const drawMs = 100
const bars = 24
/** The meter's left end; speech into a kiosk lies between -45 and -10 dBFS. */
const quietest = -70

/** How loud the villager is: bars that light up, and a mark where speech begins. */
export function LevelMeter({ room }: { room: TalkRoom }) {
  const { t } = useTranslation('talk')
  const [lit, setLit] = useState(0)
  const [silent, setSilent] = useState(true)
  useEffect(() => {
    const timer = setInterval(() => {
      const level = room.level()
      setLit(Math.round((Math.max(0, level - quietest) / -quietest) * bars))
      setSilent(level <= speechDbfs)
    }, drawMs)
    return () => clearInterval(timer)
  }, [room])
  return (
    <div className="meter">
      <span>{t('villager_voice')}</span>
      <span className="meter-bars" data-testid="level" data-silent={silent} aria-hidden="true">
        {Array.from({ length: bars }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars never move
          <i key={i} className={i < lit ? 'lit' : ''} />
        ))}
      </span>
    </div>
  )
}
