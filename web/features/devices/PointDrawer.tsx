import { useQuery } from '@tanstack/react-query'
import { Drawer } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { lifeQuery } from './api.ts'
import { PointDetail } from './PointDetail.tsx'

/** Half an office screen: the queue of calls beside it stays in sight. */
const width = 640

/**
 * All about one kiosk, beside the work and not over it: without a mask, so that
 * calls can be seen and answered.
 */
export function PointDrawer({ kiosk, onClose }: { kiosk: string | null; onClose: () => void }) {
  return (
    <Drawer
      open={kiosk !== null}
      onClose={onClose}
      mask={false}
      size={width}
      destroyOnHidden
      title={kiosk && <Title kiosk={kiosk} />}
    >
      {kiosk && <Content kiosk={kiosk} />}
    </Drawer>
  )
}

function Title({ kiosk }: { kiosk: string }) {
  const { t } = useTranslation('devices')
  const { data } = useQuery(lifeQuery(kiosk))
  if (!data) return kiosk
  return t('drawer_title', { township: data.township.name, point: data.point.name })
}

function Content({ kiosk }: { kiosk: string }) {
  const { t } = useTranslation('devices')
  const { data, error } = useQuery(lifeQuery(kiosk))
  return (
    <>
      {error && <Banner urgent>{sentenceOf(error)}</Banner>}
      {data ? <PointDetail life={data} /> : !error && <p className="quiet">{t('loading')}</p>}
    </>
  )
}
