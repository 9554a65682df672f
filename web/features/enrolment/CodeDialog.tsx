import { useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { issueCode, type Kiosk } from './api.ts'
import { EnrolCode } from './EnrolCode.tsx'

type Named = Pick<Kiosk, 'kiosk' | 'point'>

/** Issues a code as it opens, and forgets it as it closes. */
export function CodeDialog({ of, onClose }: { of: Named | null; onClose: () => void }) {
  const { t } = useTranslation('enrolment')
  return (
    <Modal
      open={of !== null}
      title={of && t('code_heading', { point: of.point.name })}
      width={920}
      onCancel={onClose}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('close')}
        </Button>
      }
      mask={{ closable: false }}
      destroyOnHidden
    >
      {of && <Issued of={of} />}
    </Modal>
  )
}

function Issued({ of: { kiosk } }: { of: Named }) {
  const { t } = useTranslation('enrolment')
  const [opened] = useState(() => crypto.getRandomValues(new Uint32Array(1))[0])
  const { data, error } = useQuery({
    queryKey: ['code', kiosk, opened],
    queryFn: () => issueCode(kiosk),
    // Each question voids the code before: once, and never again by itself.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (error) {
    return (
      <Banner urgent>
        {t('code_failed')} {sentenceOf(error)}
      </Banner>
    )
  }
  return data ? <EnrolCode kiosk={kiosk} code={data} /> : null
}
