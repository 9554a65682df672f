import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { releasesQuery, rolloutQuery } from './api.ts'
import { Begin } from './Begin.tsx'
import { Packages } from './Packages.tsx'
import { RolloutCard } from './RolloutCard.tsx'
import { RolloutKiosks } from './RolloutKiosks.tsx'

/** Releases of the kiosks' program: what there is, and how far it has come. */
export function Releases() {
  const { t } = useTranslation('releases')
  const releases = useQuery(releasesQuery)
  const now = useQuery(rolloutQuery)
  const [beginning, setBeginning] = useState(false)
  const problem = releases.error ?? now.error
  const packages = releases.data?.releases ?? []
  const rollout = now.data?.rollout
  const kiosks = now.data?.kiosks ?? []
  const below = now.data?.below ?? []
  const mayBegin = packages.length > 0 && now.data !== undefined && (!rollout || rollout.can_begin)
  return (
    <div className="releases">
      {problem && <Banner urgent>{sentenceOf(problem)}</Banner>}
      {rollout && <RolloutCard rollout={rollout} kiosks={kiosks} />}
      {mayBegin && (
        <section className="sheet" aria-labelledby="begin-heading">
          <h2 id="begin-heading">{t('begin_heading')}</h2>
          <p>{t('begin_why')}</p>
          <p className="call-do">
            <Button type="primary" onClick={() => setBeginning(true)}>
              {t('begin')}
            </Button>
          </p>
        </section>
      )}
      {rollout && <RolloutKiosks rollout={rollout} kiosks={kiosks} />}
      {releases.data && <Packages {...releases.data} inUse={rollout} />}
      {below.length > 0 && (
        <p className="quiet">{t('below', { names: below.map((u) => u.name).join(t('comma')) })}</p>
      )}
      {beginning && (
        <Begin packages={packages} kiosks={kiosks} onClose={() => setBeginning(false)} />
      )}
    </div>
  )
}
