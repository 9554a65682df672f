import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Ledger, PointLife, Power, SelfTest, Ticket } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { HealthMark } from '@/shared/ui/HealthMark.tsx'
import { CheckIcon, RetiredIcon, WarnIcon } from '@/shared/ui/icons.tsx'
import { Steps } from './TicketCard.tsx'
import { adviceOn, faultName, faultOf, lasting, pressCount, pressNames, testName } from './words.ts'

/** What is known of one kiosk: proofs, faults, tests, ledger, power, past. */
export function PointDetail({ life }: { life: PointLife }) {
  const { t } = useTranslation('devices')
  const at = life.since ? dayAndTime(life.since) : ''
  const time = lasting(t, life.since_ms)
  return (
    <div className="detail">
      <p className="detail-head">
        <HealthMark of={life.health.state} size={28} />
        <span className="quiet">{t('kiosk', { kiosk: life.kiosk })}</span>
        {at && <span>{t(life.online ? 'online_since' : 'offline_since', { at, time })}</span>}
      </p>
      {life.health.stale && <p className="stale">{t('stale')}</p>}
      <Proofs life={life} />
      <Section title={t('section_faults')}>
        <Faults life={life} />
      </Section>
      <Section title={t('section_ledger')}>
        <LedgerWords ledger={life.ledger} />
      </Section>
      <Section title={t('section_tests')}>
        <Tests tests={life.tests} />
      </Section>
      <Section title={t('section_power')}>
        <PowerWords power={life.power} />
      </Section>
      <Section title={t('section_version')}>
        <Version life={life} />
      </Section>
      <Section title={t('section_history')}>
        <History tickets={life.history} />
      </Section>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Proofs({ life: { proofs, health } }: { life: PointLife }) {
  const { t } = useTranslation(['devices', 'shared'])
  const last = health.proven_by && health.proven_at
  const all = proofs.length > 0 || !last ? proofs : [{ by: health.proven_by, at: health.proven_at }]
  return (
    <Section title={t('section_proofs')}>
      {all.length === 0 && <p>{t('shared:never_proven')}</p>}
      <ul>
        {all.map(({ by, at }) => (
          <li key={by}>
            {by && at && t('proven_at', { by: t(`shared:proven_${by}`), at: dayAndTime(at) })}
          </li>
        ))}
      </ul>
      <p className="quiet">{t('proofs_hint')}</p>
    </Section>
  )
}

/** What stands now: the hub's list, with what the kiosk itself says of it. */
function Faults({ life: { faults, health } }: { life: PointLife }) {
  const { t } = useTranslation('devices')
  const said = faults.map(({ code, part }) => (part ? `${code}:${part}` : code))
  const silent = health.state === 'offline' ? ['offline'] : []
  const names = new Set([...silent, ...(health.failed ?? []), ...(health.overdue ?? []), ...said])
  if (names.size === 0) return <p>{t('no_faults')}</p>
  return (
    <ul className="faults">
      {[...names].map((name) => {
        const told = faults[said.indexOf(name)]
        return (
          <li key={name}>
            <b>{faultName(t, faultOf(name), told?.title)}</b>{' '}
            <span className="quiet">{told && dayAndTime(told.since)}</span>
            <p>{adviceOn(t, faultOf(name))}</p>
            {told?.detail && <p className="quiet">{t('ticket_detail', { detail: told.detail })}</p>}
          </li>
        )
      })}
    </ul>
  )
}

const resultIcon = { passed: CheckIcon, failed: WarnIcon, skipped: RetiredIcon } as const

function Tests({ tests }: { tests: readonly SelfTest[] }) {
  const { t } = useTranslation('devices')
  if (tests.length === 0) return <p>{t('no_tests')}</p>
  return (
    <table className="history">
      <thead>
        <tr>
          <th scope="col">{t('test_name')}</th>
          <th scope="col">{t('test_result')}</th>
          <th scope="col">{t('test_at')}</th>
        </tr>
      </thead>
      <tbody>
        {tests.map((test) => {
          const Icon = resultIcon[test.result]
          return (
            <tr key={test.name}>
              <td>{testName(t, test.name)}</td>
              <td>
                <span className={`test-result ${test.result}`}>
                  <Icon size={18} /> {t(`result_${test.result}`)}
                </span>
                {test.detail && <span className="quiet test-detail">{test.detail}</span>}
              </td>
              <td>{dayAndTime(test.at)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function LedgerWords({ ledger }: { ledger: Ledger }) {
  const { t } = useTranslation('devices')
  const missing = ledger.missing ?? []
  const surplus = ledger.surplus ?? []
  const count = (names: readonly string[]) => ({
    count: pressCount(names),
    presses: pressNames(t, names),
  })
  if (!ledger.checked_at) return <p>{t('ledger_never')}</p>
  return (
    <>
      {missing.length === 0 && surplus.length === 0 && (
        <p>{t('ledger_ok', { count: ledger.made })}</p>
      )}
      {missing.length > 0 && (
        <p className="lost" title={missing.join('\n')}>
          {t('ledger_missing', count(missing))}
        </p>
      )}
      {surplus.length > 0 && (
        <p className="lost" title={surplus.join('\n')}>
          {t('ledger_surplus', count(surplus))}
        </p>
      )}
      {ledger.waiting > 0 && <p>{t('ledger_waiting', { count: ledger.waiting })}</p>}
      <p className="quiet">{t('ledger_checked', { at: dayAndTime(ledger.checked_at) })}</p>
    </>
  )
}

function PowerWords({ power }: { power: Power | undefined }) {
  const { t } = useTranslation('devices')
  if (!power) return <p>{t('power_unknown')}</p>
  const words = [
    t(power.mains ? 'power_mains' : 'power_battery'),
    power.percent < 0 ? t('power_no_battery') : t('power_percent', { percent: power.percent }),
    power.left_ms ? t('power_left', { time: lasting(t, power.left_ms) }) : '',
  ]
  return <p>{words.filter(Boolean).join(t('list_comma'))}</p>
}

function Version({ life: { version, config, config_rev } }: { life: PointLife }) {
  const { t } = useTranslation('devices')
  const rev = config?.rev ?? config_rev
  return (
    <>
      <p>{version ? t('version', { version }) : t('version_unknown')}</p>
      <p>{rev ? t('config_rev', { rev }) : t('config_none')}</p>
      {config?.error && (
        <p className="lost">
          {t('config_failed', { tried: config.tried ?? '', error: config.error })}
        </p>
      )}
    </>
  )
}

function History({ tickets }: { tickets: readonly Ticket[] }) {
  const { t } = useTranslation('devices')
  if (tickets.length === 0) return <p>{t('no_history')}</p>
  return (
    <ul className="past">
      {tickets.map((ticket) => (
        <li key={ticket.id}>
          <details>
            <summary>
              {dayAndTime(ticket.began_at)} {faultName(t, ticket, ticket.title)}{' '}
              <span className="quiet">
                {ticket.phase === 'closed'
                  ? t('history_lasted', { time: lasting(t, ticket.lasted_ms) })
                  : t('history_open')}
              </span>
            </summary>
            <Steps ticket={ticket} />
          </details>
        </li>
      ))}
    </ul>
  )
}
