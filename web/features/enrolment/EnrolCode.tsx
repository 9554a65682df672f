import { Button, QRCode } from 'antd'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EnrolmentOutputBody } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { useNowAs } from '@/shared/ui/clock.ts'
import { enrolCommand, lacksCheck } from './command.ts'

interface CodeProps {
  kiosk: string
  code: EnrolmentOutputBody
}

/** A one-time code to be read out over the telephone, typed or scanned. */
export function EnrolCode({ kiosk, code }: CodeProps) {
  const { t } = useTranslation('enrolment')
  const command = enrolCommand(code, t('code_address_here'))
  return (
    <div className="code">
      <p className="quiet">{t('code_kiosk', { kiosk })}</p>
      {/* Letter by letter for readers: it is no word. */}
      <p className="code-letters">
        <span aria-hidden="true">{code.code}</span>
        <span className="for-readers">{t('code_spelled', { code: [...code.code].join(' ') })}</span>
      </p>
      <Expiry at={code.expires_at} />
      <Banner>{t('code_once')}</Banner>
      {!code.address && <Banner urgent>{t('code_no_address')}</Banner>}
      {lacksCheck(code) && <Banner>{t('code_no_check')}</Banner>}
      <div className="code-ways">
        <div>
          <h3>{t('code_steps')}</h3>
          <p>{t('code_type')}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it */}
          <pre className="command" tabIndex={0}>
            {command.split('\n').map((line) => (
              <Line key={line} words={line.split(' ')} />
            ))}
          </pre>
          <Copy text={command} />
          <p>{t('code_done')}</p>
        </div>
        {code.qr && (
          <div>
            <p>{t('code_or_scan')}</p>
            <QRCode
              aria-label={t('qr_label')}
              value={code.qr}
              type="svg"
              size={220}
              errorLevel="M"
              marginSize={4}
            />
          </div>
        )}
      </div>
    </div>
  )
}

/** Breaks between words only: somebody types this. */
function Line({ words }: { words: string[] }) {
  return (
    <span className="command-line">
      {words.map((word) => (
        <Fragment key={word}>
          <span>{word}</span>{' '}
        </Fragment>
      ))}
    </span>
  )
}

/** Wall time: the code is for people who read it out, not for a machine. */
function Expiry({ at }: { at: string }) {
  const { t } = useTranslation('enrolment')
  const left = useNowAs(() => Math.floor((Date.parse(at) - Date.now()) / 60_000))
  if (left < 0) return <Banner urgent>{t('code_expired')}</Banner>
  const hours = Math.floor(left / 60)
  const minutes = left % 60
  const time =
    hours > 0 ? t('code_left_hours', { hours, minutes }) : t('code_left_minutes', { minutes })
  return <p>{t('code_expires', { at: dayAndTime(at), time })}</p>
}

function Copy({ text }: { text: string }) {
  const { t } = useTranslation('enrolment')
  const [said, setSaid] = useState<'code_copied' | 'code_copy_failed' | null>(null)
  const copy = async () => {
    try {
      // Absent on pages without encryption.
      await navigator.clipboard.writeText(text)
      setSaid('code_copied')
    } catch {
      setSaid('code_copy_failed')
    }
  }
  return (
    <p>
      <Button onClick={() => void copy()}>{t('code_copy')}</Button>{' '}
      <span role="status">{said && t(said)}</span>
    </p>
  )
}
