// Brings the panel and the voice together; features do not know one another.

import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { post } from '@/features/panel/keys.ts'
import { keepMicrophone } from '@/features/panel/soundTest.ts'
import { usePanel } from '@/features/panel/usePanel.ts'
import { useVolume } from '@/features/panel/useVolume.ts'
import { shareOf } from '@/features/panel/volume.ts'
import { loadLiveKit } from '@/features/talk/steadyRoom.ts'
import { TrackVideo } from '@/features/talk/TrackVideo.tsx'
import { useSteadyRoom } from '@/features/talk/useSteadyRoom.ts'
import { KioskPage } from './KioskPage.tsx'
import { useAlive } from './useAlive.ts'
import { useBeat } from './useBeat.ts'
import { useSelfTest } from './useSelfTest.ts'
import { useWakeLock } from './useWakeLock.ts'

export function Kiosk() {
  const { t } = useTranslation('kiosk')
  const volume = useVolume()
  const panel = usePanel(volume.loudness)
  const { media, dark } = panel.screen
  // Dark is also deaf: whoever answers must not be heard in the room.
  const voice = useSteadyRoom(
    media,
    panel.view?.call ?? '',
    dark ? 0 : volume.loudness * shareOf(panel.view?.volume),
  )
  useAlive(voice)
  useBeat()
  useWakeLock()
  useSelfTest(panel.view?.test)
  useEffect(() => {
    // Loaded before anybody presses, so that joining waits for nothing.
    loadLiveKit().catch(() => {})
  }, [])
  const { theirs, mine } = voice
  const speaks = voice.phase === 'connected' && voice.mic
  useEffect(() => {
    if (speaks) keepMicrophone()
  }, [speaks])
  return (
    <KioskPage
      panel={panel}
      voice={{ ...voice, rests: voice.sparing.rests }}
      volume={volume}
      onPractise={() => void post('/api/practice', {})}
      theirs={theirs && <TrackVideo track={theirs} className="theirs" label={t('their_picture')} />}
      mine={mine && <TrackVideo track={mine} className="mine" label={t('my_picture')} />}
    />
  )
}
