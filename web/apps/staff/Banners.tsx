import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Devices } from '@/features/duty/devices.ts'
import { timeOfDay } from '@/shared/format/index.ts'
import { useLive } from '@/shared/live/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { unlockSound, useSoundUnlocked } from '@/shared/ui/sound.ts'
import { useTheShift } from './shift.ts'

/** What is wrong now and what that means, the worst first. */
export function Banners() {
  const { t } = useTranslation()
  const { state, book, blindSince } = useLive()
  const site = book?.site
  return (
    <section className="banners" aria-label={t('state_of_work')}>
      {state === 'connecting' && <Banner>{t('banner_connecting')}</Banner>}
      {state === 'blind' && (
        <Banner urgent>{t('banner_blind', { since: timeOfDay(blindSince ?? 0) })}</Banner>
      )}
      {site?.database === false && <Banner urgent>{t('banner_database')}</Banner>}
      {site?.media === false && <Banner urgent>{t('banner_media')}</Banner>}
      {site?.parent === false && <Banner urgent>{t('banner_parent')}</Banner>}
      <ShiftBanners />
    </section>
  )
}

function ShiftBanners() {
  const { t } = useTranslation('duty')
  const { wanted, problem, devices } = useTheShift()
  const unlocked = useSoundUnlocked()
  if (!wanted) return problem ? <Banner urgent>{problem}</Banner> : null
  return (
    <>
      {problem && <Banner urgent>{problem}</Banner>}
      {!unlocked && (
        <Banner urgent>
          {t('sound_locked')} <Button onClick={() => unlockSound()}>{t('sound_unlock')}</Button>
        </Banner>
      )}
      {devices && devices !== 'both' && (
        <Banner>{t(`devices_${devices satisfies Devices}`)}</Banner>
      )}
    </>
  )
}
