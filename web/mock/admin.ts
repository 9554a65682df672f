/** What the mock hub answers about kiosks: health, tickets, codes, settings. */
import type { Person, TicketAction } from '../shared/api/schema.ts'
import type { Devices } from './devices.ts'

interface Told {
  status: number
  body?: unknown
  text?: string
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the page sent; the mock trusts it
type Body = any
type Handler = (devices: Devices, me: Person, id: string, body: Body, verb: string) => Told

const ok = (body: unknown): Told => ({ status: 200, body })
const refused = (status: number, detail: string): Told => ({ status, body: { status, detail } })
const none = refused(404, '没有这一项。')

const routes: [RegExp, Handler][] = [
  [
    /^GET \/api\/health\/points$/,
    (devices) => ok({ points: devices.all().map((v) => devices.row(v.kiosk)) }),
  ],
  [
    /^GET \/api\/health\/points\/([^/]+)$/,
    (devices, me, id) => {
      const life = devices.life(id, me)
      return life ? ok(life) : none
    },
  ],
  [
    /^GET \/api\/tickets$/,
    (devices, me) =>
      ok({ tickets: [...devices.tickets.values()].map((open) => devices.view(open, me)) }),
  ],
  [
    /^POST \/api\/tickets\/([^/]+)\/(take|stop-gap|repaired|close)$/,
    (devices, me, id, body, verb) => {
      const action = verb.replace('-', '_') as TicketAction
      const ticket = devices.do(id, action, body.note ?? '', me)
      return ticket ? { status: 202, body: { ticket } } : none
    },
  ],
  [/^POST \/api\/points$/, (devices, _me, _id, body) => add(devices, body)],
  [/^POST \/api\/points\/([^/]+)\/enrolment$/, () => ok(code())],
  [
    /^POST \/api\/points\/([^/]+)\/revocation$/,
    (devices, _me, id) => {
      devices.revoked.add(id)
      return { status: 204 }
    },
  ],
  [/^GET \/api\/points\/([^/]+)\/config$/, (devices, _me, id) => ok(devices.config(id))],
  [
    /^PUT \/api\/points\/([^/]+)\/config$/,
    (devices, me, id, body) => {
      devices.give(id, body, me)
      return ok(devices.config(id))
    },
  ],
  [/^GET \/api\/config$/, (devices) => ok(devices.common())],
  [
    /^PUT \/api\/config$/,
    (devices, me, _id, body) => {
      devices.give('', body, me)
      return ok(devices.common())
    },
  ],
  [/^GET \/api\/releases$/, (devices) => ok(devices.releases.list())],
  [/^POST \/api\/releases$/, () => refused(422, '安装包的内容与清单不符，请核对后重新上传。')],
  [/^GET \/api\/rollout$/, (devices) => ok(devices.releases.show())],
  [
    /^POST \/api\/rollout$/,
    (devices, me, _id, body) => {
      devices.releases.begin(body.version, body.trial, me)
      return ok(devices.releases.show())
    },
  ],
  [
    /^POST \/api\/rollout\/(\w+)$/,
    (devices, me, act, body) => {
      devices.releases.do(act, body.note ?? '', me)
      return ok(devices.releases.show())
    },
  ],
  [/^GET \/api\/authority\/root\.\w+$/, () => ({ status: 200, text: 'a root would be here\n' })],
]

/** Answers what is about kiosks; null: it is about something else. */
export function onDevices(devices: Devices, me: Person, route: string, body: Body): Told | null {
  for (const [pattern, handle] of routes) {
    const found = pattern.exec(route)
    if (found) return handle(devices, me, decodeURIComponent(found[1] ?? ''), body, found[2] ?? '')
  }
  return null
}

function add(devices: Devices, { point, kiosk }: Body): Told {
  if (devices.all().some((v) => v.kiosk === kiosk)) {
    return refused(409, '这个终端编号已经登记过，请换一个序号。')
  }
  const near = devices.all().find((v) => point.code.startsWith(v.township.code))
  if (!near) return refused(422, '没有这个乡镇，请核对行政区划代码的前 9 位。')
  devices.added.push({ kiosk, point, township: near.township })
  return { status: 201, body: { kiosk, point, township: near.township, site: near.township } }
}

function code() {
  const code = 'A3KM-79XQ-HKWF'
  const address = 'https://niutian.example.cn:8443'
  const root = 'q1bXw0yJm6m4c3Wm1k8Xh0cXb0pXo1bYd2eZf3gAh4i'
  return {
    code,
    address,
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    qr: `huying://enrol?${new URLSearchParams({ code, hub: address, root })}`,
  }
}
