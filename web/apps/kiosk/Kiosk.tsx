// Brings the panel and the voice together; features do not know one another.

import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { usePanel } from '@/features/panel/usePanel.ts'
import { loadLiveKit } from '@/features/talk/steadyRoom.ts'
import { TrackVideo } from '@/features/talk/TrackVideo.tsx'
import { useSteadyRoom } from '@/features/talk/useSteadyRoom.ts'
import { KioskPage } from './KioskPage.tsx'
import { useAlive } from './useAlive.ts'

export function Kiosk() {
  const { t } = useTranslation('kiosk')
  const panel = usePanel()
  const voice = useSteadyRoom(panel.screen.media, panel.view?.call ?? '')
  useAlive(voice)
  useEffect(() => {
    // Loaded before anybody presses, so that joining waits for nothing.
    loadLiveKit().catch(() => {})
  }, [])
  const { theirs, mine } = voice
  return (
    <KioskPage
      panel={panel}
      voice={voice}
      theirs={theirs && <TrackVideo track={theirs} className="theirs" label={t('their_picture')} />}
      mine={mine && <TrackVideo track={mine} className="mine" label={t('my_picture')} />}
    />
  )
}
