/**
 * A county in memory for looking at pages: it knows enough of the rules to
 * make them move, and none of what makes them true. Never a stand-in for the
 * hub in tests of the hub.
 */
import type {
  Call,
  CallEvent,
  Key,
  LiveMessage,
  Person,
  Point,
  PointState,
  Site,
  Ticket,
  Unit,
} from '../shared/api/schema.ts'
import { Devices } from './devices.ts'
import { children, niutian, people, sites, villages } from './places.ts'

export interface OpenCall {
  call: Omit<Call, 'waiting_ms' | 'rings_me' | 'may'>
  pressed: number
  events: CallEvent[]
}

type Told = Omit<LiveMessage, 'seq'>

/** One change of the county, told to whoever watches. */
export type Change =
  | { of: 'call'; call: OpenCall }
  | { of: 'point'; kiosk: string }
  | { of: 'ticket'; id: string }
  | { of: 'site' }
  | { of: 'duty' }

/** Who sees the whole county. */
const wide = ({ role }: Person) => role === 'supervisor' || role === 'administrator'

export class County {
  calls = new Map<string, OpenCall>()
  closed: OpenCall[] = []
  states = new Map<string, { state: PointState; since: number; call?: string }>()
  duty = new Set<string>()
  health = { database: true, media: true, parent: true }
  online = new Map(children.map((unit) => [unit.code, true]))
  watchers = new Set<(change: Change) => void>()
  devices = new Devices((kiosk) => this.states.get(kiosk)?.state === 'offline')
  #presses = 0

  constructor() {
    this.devices.changed = (id) => {
      this.#publish({ of: 'ticket', id })
      const kiosk = this.devices.tickets.get(id)?.ticket.kiosk
      if (kiosk && this.states.has(kiosk)) this.#publish({ of: 'point', kiosk })
    }
    const now = Date.now()
    villages.forEach(({ kiosk }, i) => {
      const state: PointState = i % 11 === 7 ? 'offline' : 'idle'
      this.states.set(kiosk, { state, since: now - (i + 1) * 3_700_000 })
    })
  }

  press(kiosk: string, key: Key, change: Partial<OpenCall['call']> = {}, agoMs = 0): OpenCall {
    const village = villages.find((v) => v.kiosk === kiosk) ?? villages[0]
    if (!village) throw new Error('a county without villages')
    const pressed = Date.now() - agoMs
    const id = `${village.kiosk}.1.${++this.#presses}`
    const open: OpenCall = {
      pressed,
      events: [],
      call: {
        id,
        kiosk: village.kiosk,
        point: village.point,
        township: village.township,
        key,
        phase: 'ringing',
        pressed_at: new Date(pressed).toISOString(),
        presses: 1,
        stored: true,
        requeued: 0,
        rung: 0,
        rings: ['seats'],
        orphan: false,
        kiosk_online: true,
        spoke: false,
        ...change,
      },
    }
    this.calls.set(id, open)
    this.#note(open, 'pressed', key === 'urgent' ? '按下红键' : '按下绿键')
    this.#tell(open, 'ringing')
    return open
  }

  change(id: string, change: Partial<OpenCall['call']>, kind: string, text: string, who?: Person) {
    const open = this.calls.get(id)
    if (!open) return
    open.call = { ...open.call, ...change }
    this.#note(open, kind, text, who)
    const { phase } = open.call
    if (phase === 'closed') {
      this.calls.delete(id)
      this.closed.unshift(open)
      this.#tell(open, 'idle')
    } else this.#tell(open, phase === 'claiming' ? 'ringing' : phase)
  }

  setDuty(person: string, on: boolean) {
    if (on) this.duty.add(person)
    else this.duty.delete(person)
    this.#publish({ of: 'duty' })
  }

  setHealth(change: Partial<County['health']>) {
    Object.assign(this.health, change)
    this.#publish({ of: 'site' })
  }

  setLine(code: string, up: boolean) {
    this.online.set(code, up)
    this.#publish({ of: 'site' })
  }

  /** What a person sees of a call. */
  view({ call, pressed }: OpenCall, viewer: Person): Call {
    const mine = call.answerer?.person.id === viewer.id
    const rings = call.phase === 'ringing' && this.duty.has(viewer.id) && this.#rung(call, viewer)
    const may: Call['may'] = []
    if (call.phase === 'ringing') may.push('answer')
    if (call.phase === 'talking' && mine) may.push('hang_up')
    if (call.phase === 'wrap_up') may.push('attended', 'close')
    return { ...call, waiting_ms: Date.now() - pressed, rings_me: rings, may }
  }

  points(viewer: Person): Point[] {
    return villages
      .filter(({ township }) => viewer.role === 'supervisor' || township.code === niutian.code)
      .map(({ kiosk }) => this.point(kiosk))
  }

  point(kiosk: string): Point {
    const village = villages.find((v) => v.kiosk === kiosk)
    const is = this.states.get(kiosk)
    if (!village || !is) throw new Error(`no such kiosk: ${kiosk}`)
    return {
      ...village,
      state: is.state,
      since: new Date(is.since).toISOString(),
      since_ms: Date.now() - is.since,
      health: this.devices.health(kiosk),
      ...(is.call ? { call: is.call } : {}),
    }
  }

  /** What a person sees of the faults. */
  tickets(viewer: Person, closed = false): Ticket[] {
    return [...this.devices.tickets.values()]
      .filter(({ ticket }) => closed || ticket.phase !== 'closed')
      .filter(({ ticket }) => wide(viewer) || ticket.township.code === niutian.code)
      .map((open) => this.devices.view(open, viewer))
  }

  site(viewer: Person): Site {
    const { parent, ...health } = this.health
    if (viewer.role === 'supervisor') {
      const lines = children.map((unit) => ({ unit, online: this.online.get(unit.code) ?? true }))
      return { unit: sites.county, ...health, children: lines }
    }
    return { unit: niutian, ...health, parent, children: [] }
  }

  siteOf(viewer: Person): Unit {
    return wide(viewer) ? sites.county : niutian
  }

  onDuty(viewer: Person): Person[] {
    return Object.values(people).filter(
      (p) => this.duty.has(p.id) && this.siteOf(p).code === this.siteOf(viewer).code,
    )
  }

  told(change: Change, viewer: Person): Told | null {
    switch (change.of) {
      case 'call': {
        const ours = viewer.role === 'supervisor' || change.call.call.township.code === niutian.code
        return ours ? ({ type: 'call', call: this.view(change.call, viewer) } as Told) : null
      }
      case 'point': {
        const point = this.points(viewer).find((p) => p.kiosk === change.kiosk)
        return point ? ({ type: 'point', point } as Told) : null
      }
      case 'ticket': {
        const ticket = this.tickets(viewer, true).find((x) => x.id === change.id)
        return ticket ? ({ type: 'ticket', ticket } as Told) : null
      }
      case 'site':
        return { type: 'site', site: this.site(viewer) } as Told
      case 'duty':
        return { type: 'duty', on_duty: this.onDuty(viewer) } as Told
    }
  }

  #rung(call: OpenCall['call'], viewer: Person): boolean {
    if (viewer.role === 'supervisor') return call.rings.includes('county')
    return call.rings.includes(viewer.role === 'duty_leader' ? 'duty_leader' : 'seats')
  }

  #note(open: OpenCall, kind: string, text: string, person?: Person) {
    open.events.push({
      seq: open.events.length + 1,
      at: new Date().toISOString(),
      kind,
      text,
      ...(person ? { person, site: this.siteOf(person) } : {}),
    })
  }

  #tell(open: OpenCall, state: PointState) {
    const { kiosk, id } = open.call
    const since = state === 'ringing' ? open.pressed : Date.now()
    this.states.set(kiosk, { state, since, ...(state === 'idle' ? {} : { call: id }) })
    this.#publish({ of: 'call', call: open })
    this.#publish({ of: 'point', kiosk })
  }

  #publish(change: Change) {
    for (const watcher of this.watchers) watcher(change)
  }
}
