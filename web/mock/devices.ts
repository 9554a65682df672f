/** The kiosks of the mock county: how they are, what is wrong, what they are told. */
import type {
  ConfigOutputBody,
  Health,
  KioskSettings,
  Person,
  PointLife,
  Ticket,
  TicketAction,
  Unit,
} from '../shared/api/schema.ts'
import { niutian, sites, villages } from './places.ts'
import { Releases } from './releases.ts'

const minute = 60_000
const hour = 60 * minute
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

/** A ticket with the moments from which its durations are counted. */
interface Open {
  ticket: Omit<Ticket, 'lasted_ms' | 'open_ms' | 'due_ms' | 'may'>
  began: number
  opened: number
}

export class Devices {
  tickets = new Map<string, Open>()
  revoked = new Set<string>()
  releases = new Releases()
  added: (typeof villages)[number][] = []
  settings = new Map<string, { rev: number; values: KioskSettings; at: string; by: string }>()
  changed: (id: string) => void = () => {}
  readonly offline: (kiosk: string) => boolean
  #made = 0

  constructor(offline: (kiosk: string) => boolean) {
    this.offline = offline
  }

  all() {
    return [...villages, ...this.added]
  }

  health(kiosk: string): Health {
    const i = this.all().findIndex((v) => v.kiosk === kiosk)
    if (this.revoked.has(kiosk)) return { state: 'retired' }
    if (i < 0 || i >= villages.length) return { state: 'unheard' }
    const failed = [...this.tickets.values()]
      .filter(({ ticket }) => ticket.kiosk === kiosk && ticket.present && !ticket.red)
      .map(({ ticket }) => (ticket.part ? `${ticket.code}:${ticket.part}` : ticket.code))
    const overdue = i % 9 === 4 ? ['human_test_overdue'] : []
    const by = (['self_test', 'practice', 'call'] as const)[i % 3] ?? 'self_test'
    const state = this.offline(kiosk)
      ? 'offline'
      : failed.length > 0
        ? 'fault'
        : overdue.length > 0
          ? 'overdue'
          : 'ok'
    return {
      state,
      proven_by: by,
      proven_at: ago((overdue.length ? 210 : i % 20) * hour + 17 * minute),
      failed,
      overdue,
    }
  }

  row(kiosk: string) {
    const place = this.all().find((v) => v.kiosk === kiosk)
    if (!place) return null
    const health = this.health(kiosk)
    const online = !['offline', 'unheard', 'retired'].includes(health.state)
    const on = health.state !== 'unheard'
    return {
      ...place,
      health,
      online,
      since: ago(7 * hour),
      since_ms: 7 * hour,
      ...(on ? { heard_at: ago(online ? 12_000 : 7 * hour), version: '0.3.0' } : {}),
      ...(on ? { power: { mains: true, percent: 96, left_ms: 5 * hour } } : {}),
      config_rev: this.settings.get(kiosk)?.rev ?? 0,
      tickets: [...this.tickets.values()].filter(({ ticket }) => ticket.kiosk === kiosk).length,
    }
  }

  life(kiosk: string, viewer: Person): PointLife | null {
    const row = this.row(kiosk)
    if (!row) return null
    const failed = (row.health.failed ?? []).map((name) => name.split(':'))
    const names = ['disk', 'key_path', 'sound', 'link', 'press', 'media']
    const ledger = [...this.tickets.values()].find(
      ({ ticket }) => ticket.kiosk === kiosk && ticket.code === 'ledger',
    )
    return {
      ...row,
      tests: names.map((name) => ({
        name,
        result: failed.some(([code, part]) => code === 'test_failed' && part === name)
          ? 'failed'
          : name === 'key_path'
            ? 'skipped'
            : 'passed',
        at: ago(9 * hour),
        ...(name === 'key_path' ? { detail: 'no loop is wired' } : {}),
      })),
      proofs: [
        { by: 'self_test', at: ago(9 * hour) },
        { by: 'practice', at: ago(51 * hour) },
        { by: 'call', at: ago(300 * hour) },
      ],
      faults: failed
        .filter(([code]) => code !== 'test_failed')
        .map(([code = '', part]) => ({
          code,
          ...(part ? { part } : {}),
          title: code,
          since: ago(80 * minute),
          detail: 'as the kiosk says it',
        })),
      ledger: {
        checked_at: ago(3 * hour),
        made: 41,
        waiting: 0,
        ...(ledger ? { missing: ledger.ticket.presses ?? [] } : {}),
      },
      history: [...this.tickets.values()]
        .filter(({ ticket }) => ticket.kiosk === kiosk)
        .map((open) => this.view(open, viewer)),
      past: [],
    }
  }

  /** Opens a ticket; of a township where no kiosk is named. */
  open(change: Partial<Ticket>, agoMs: number, unit: Unit = niutian): string {
    const place = this.all().find((v) => v.kiosk === change.kiosk)
    const id = `${change.kiosk ?? `${unit.code}-all`}.mock.t${++this.#made}`
    const at = Date.now() - agoMs
    this.tickets.set(id, {
      began: at,
      opened: at,
      ticket: {
        id,
        red: ['offline', 'outage', 'ledger', 'clone', 'site_silent'].includes(change.code ?? ''),
        code: 'offline',
        title: '终端报告故障',
        unit: place?.point ?? unit,
        township: place?.township ?? unit,
        site: place?.township ?? unit,
        phase: 'open',
        present: true,
        began_at: new Date(at).toISOString(),
        opened_at: new Date(at).toISOString(),
        stop_gap: false,
        steps: [{ at: new Date(at).toISOString(), what: 'opened', text: '出现故障，开出故障单' }],
        ...change,
      },
    })
    this.changed(id)
    return id
  }

  do(id: string, action: TicketAction, note: string, person: Person): Ticket | null {
    const open = this.tickets.get(id)
    if (!open) return null
    const { ticket } = open
    const texts = {
      take: '接手处理',
      stop_gap: '已有应急办法',
      repaired: '报告已修好',
      close: '关闭',
    }
    const phases = { take: 'taken', stop_gap: 'stop_gap', repaired: 'repaired', close: 'closed' }
    ticket.phase = phases[action] as Ticket['phase']
    ticket.by = person
    if (action === 'stop_gap') ticket.stop_gap = true
    ticket.steps = [
      ...ticket.steps,
      { at: ago(0), what: action, text: texts[action], person, ...(note ? { note } : {}) },
    ]
    this.changed(id)
    if (action === 'close') this.tickets.delete(id)
    return this.view(open, person)
  }

  view({ ticket, began, opened }: Open, viewer: Person): Ticket {
    const now = Date.now()
    const due = opened + (ticket.level === 'duty_leader' ? 3 : 2) * hour - now
    const rises =
      ticket.present && !ticket.stop_gap && ticket.level !== 'county' && ticket.phase !== 'repaired'
    const may: TicketAction[] = ticket.phase === 'open' ? ['take'] : []
    if (ticket.present) may.push('stop_gap')
    if (ticket.phase !== 'repaired') may.push('repaired')
    may.push('close')
    return {
      ...ticket,
      lasted_ms: now - began,
      open_ms: now - opened,
      ...(rises ? { due_ms: Math.max(0, due) } : {}),
      may: ticket.phase === 'closed' || viewer.role === 'window' ? [] : may,
    }
  }

  config(kiosk: string): ConfigOutputBody {
    const common = this.#given('')
    const own = this.#given(kiosk)
    const rev = Math.max(own.rev, common.rev)
    const settings = { ...common.settings, ...own.settings }
    if (this.offline(kiosk)) return { own, common, rev, settings }
    // An address that nobody answers at is rolled back, as a kiosk would.
    const bad = settings.home_url?.includes('wrong')
    return {
      own,
      common,
      rev,
      settings,
      reported: bad
        ? { rev: Math.max(0, rev - 1), tried: rev, error: '按这一版设置连不上本乡镇站点' }
        : { rev },
    }
  }

  give(kiosk: string, values: KioskSettings, by: Person) {
    const rev = 1 + Math.max(0, ...[...this.settings.values()].map((s) => s.rev))
    this.settings.set(kiosk, { rev, values, at: ago(0), by: by.id })
  }

  common() {
    return this.#given('')
  }

  #given(kiosk: string) {
    const given = this.settings.get(kiosk)
    if (!given) return { rev: 0, settings: {} }
    return { rev: given.rev, settings: given.values, given_at: given.at, given_by: given.by }
  }
}

/** A day on which much goes wrong, for pictures. */
export function trouble(devices: Devices): void {
  const kiosk = (n: number) => `${niutian.code}20${n}-1`
  devices.open({ code: 'ledger', kiosk: kiosk(0), presses: [`${kiosk(0)}.3.17`] }, 4 * minute)
  devices.open({ code: 'test_failed', part: 'sound', kiosk: kiosk(1) }, 47 * minute)
  devices.open(
    { code: 'key_stuck', part: 'green', kiosk: kiosk(2), level: 'duty_leader' },
    130 * minute,
  )
  devices.open({ code: 'human_test_overdue', kiosk: kiosk(4) }, 20 * minute)
  devices.open({ code: 'mains_lost', kiosk: kiosk(3), present: false }, 200 * minute)
  const aoxi = villages.filter((v) => v.township.name === '鳌溪镇')
  const township = aoxi[0]?.township ?? sites.county
  devices.open(
    { code: 'outage', members: aoxi.slice(0, 7).map((v) => v.kiosk) },
    12 * minute,
    township,
  )
  const [gongxi] = villages.filter((v) => v.township.name === '公溪镇')
  if (gongxi) {
    devices.open(
      { code: 'sound_card', part: 'microphone', kiosk: gongxi.kiosk, level: 'county' },
      190 * minute,
    )
  }
}
