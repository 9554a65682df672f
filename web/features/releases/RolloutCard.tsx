import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Rollout, RolloutKiosk } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { AlarmIcon } from '@/shared/ui/icons.tsx'
import type { Act } from './api.ts'
import { hasFailed } from './order.ts'
import { RolloutDo } from './RolloutDo.tsx'

interface CardProps {
  rollout: Rollout
  kiosks: readonly RolloutKiosk[]
}

const stages = ['trial', 'tenth', 'all'] as const
const counted = [
  'members',
  'offered',
  'fetching',
  'waiting',
  'installing',
  'installed',
  'proven',
  'failed',
  'unreachable',
  'unable',
] as const

/** How far a rollout has come, and what a person may do about it. */
export function RolloutCard({ rollout, kiosks }: CardProps) {
  const { t } = useTranslation('releases')
  const [doing, setDoing] = useState<Act | null>(null)
  const { version, state, stage, counts, may, waits } = rollout
  const at = stages.indexOf(stage)
  const acts = (['advance', 'resume', 'pause', 'withdraw'] as const).filter((a) => may.includes(a))
  const open = doing && acts.includes(doing) ? doing : null
  return (
    <section className={`sheet rollout ${state}`} aria-labelledby="rollout-heading">
      <h2 id="rollout-heading">
        {t('rollout', { version })} <span className="rollout-state">{t(`state_${state}`)}</span>
      </h2>
      {state === 'halted' && (
        <div className="halt-why" role="alert">
          <AlarmIcon size={28} />
          <div>
            <b>{t('halted_why')}</b>
            <ul>
              {kiosks
                .filter((k) => hasFailed(k) && !k.excuse)
                .map((k) => (
                  <li key={k.kiosk}>
                    {k.township.name}
                    {k.point.name}：{t(`phase_${k.phase ?? 'none'}`)}
                    {k.error ? `（${k.error}）` : ''}
                  </li>
                ))}
            </ul>
          </div>
        </div>
      )}
      <ol className="stages">
        {stages.map((s, n) => {
          const now = n === at && !rollout.can_begin
          const over = n < at || state === 'done'
          return (
            <li
              key={s}
              className={now ? 'now' : over ? 'over' : 'later'}
              aria-current={now ? 'step' : undefined}
            >
              <span className="stage-number" aria-hidden="true">
                {n + 1}
              </span>
              <b>{t(`stage_${s}`)}</b> <span>{t(over ? 'stage_over' : `stage_${s}_who`)}</span>
            </li>
          )
        })}
      </ol>
      <dl className="counts">
        {counted.map((name) => (
          <div key={name} className={name === 'failed' && counts.failed > 0 ? 'bad' : ''}>
            <dt>{t(`count_${name}`)}</dt>
            <dd>{counts[name]}</dd>
          </div>
        ))}
      </dl>
      {may.includes('advance') && (
        <p>{waits > 0 ? t('advance_waits', { count: waits }) : t('advance_ready')}</p>
      )}
      <p className="call-do">
        {acts.map((act) => (
          <Button
            key={act}
            type={act === 'advance' || act === 'resume' ? 'primary' : 'default'}
            danger={act === 'withdraw'}
            onClick={() => setDoing(act)}
          >
            {act === 'advance' ? t(stage === 'trial' ? 'act_tenth' : 'act_all') : t(`act_${act}`)}
          </Button>
        ))}
      </p>
      <details>
        <summary>{t('steps', { count: rollout.steps.length })}</summary>
        <ol className="rollout-steps">
          {rollout.steps.map((s) => (
            <li key={`${s.at} ${s.what} ${s.kiosks?.[0] ?? ''}`}>
              {dayAndTime(s.at)} {s.person ?? t('by_itself')} {t(`did_${s.what}`)}
              {s.stage && s.what === 'advanced' ? ` ${t(`stage_${s.stage as 'all'}`)}` : ''}
              {s.kiosks ? ` ${s.kiosks.join(t('comma'))}` : ''}
              {s.note ? `：${s.note}` : ''}
            </li>
          ))}
        </ol>
      </details>
      {open && (
        <RolloutDo act={open} rollout={rollout} kiosks={kiosks} onClose={() => setDoing(null)} />
      )}
    </section>
  )
}
