import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { rootFiles, rootQuery } from './api.ts'

const systems = ['windows', 'kylin', 'android'] as const
const steps = [1, 2, 3] as const

/** The hub's root for download, and how it is installed where. */
export function RootCertificate() {
  const { t } = useTranslation('enrolment')
  const { data, error } = useQuery(rootQuery)
  return (
    <section className="sheet root" aria-labelledby="root-heading">
      <h2 id="root-heading">{t('root_heading')}</h2>
      <p>{t('root_why')}</p>
      {error && (
        <Banner>
          {t('root_none')}. {sentenceOf(error)}
        </Banner>
      )}
      {data && (
        <p className="call-do">
          <Button type="primary" href={rootFiles.crt} download="root.crt">
            {t('root_crt')}
          </Button>
          <Button href={rootFiles.pem} download="root.pem">
            {t('root_pem')}
          </Button>
        </p>
      )}
      <div className="systems">
        {systems.map((system) => (
          <section key={system}>
            <h3>{t(`root_${system}`)}</h3>
            <ol className="steps">
              {steps.map((n) => (
                <li key={n}>{t(`root_${system}_${n}`)}</li>
              ))}
            </ol>
          </section>
        ))}
      </div>
      <p className="quiet">{t('root_manual')}</p>
    </section>
  )
}
