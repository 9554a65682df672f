/** A Vite plugin that answers as a hub would, from the county in memory. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Key, Person } from '../shared/api/schema.ts'
import { onDevices } from './admin.ts'
import { County } from './county.ts'
import { trouble } from './devices.ts'
import { people } from './places.ts'

const beatMs = 5_000
const session = `mock-${Date.now()}`
const tickets = new Map<string, Person>()

export function mockHub(county = new County()): Plugin {
  return {
    name: 'mock-hub',
    configureServer(server) {
      const sockets = new WebSocketServer({ noServer: true })
      server.httpServer?.on('upgrade', (request, socket, head) => {
        const url = new URL(request.url ?? '/', 'http://mock')
        if (url.pathname !== '/live') return
        const viewer = tickets.get(url.searchParams.get('ticket') ?? '')
        if (!viewer || deaf) return void socket.destroy()
        sockets.handleUpgrade(request, socket, head, (live) => watch(county, viewer, live))
      })
      server.middlewares.use(async (request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://mock')
        if (url.pathname === '/desk' || url.pathname === '/centre') {
          request.url = `${url.pathname}.html`
          return next()
        }
        if (url.pathname.startsWith('/mock/')) {
          steer(county, sockets, url, response)
          return
        }
        if (!url.pathname.startsWith('/api/')) return next()
        await answer(county, request, url, response)
      })
    },
  }
}

let deaf = false

function watch(county: County, viewer: Person, socket: WebSocket) {
  let seq = 1
  const say = (message: object) => socket.send(JSON.stringify(message))
  say({
    type: 'snapshot',
    session,
    seq,
    me: viewer,
    on_duty: county.onDuty(viewer),
    site: county.site(viewer),
    calls: [...county.calls.values()]
      .filter((c) => county.told({ of: 'call', call: c }, viewer))
      .map((c) => county.view(c, viewer)),
    points: county.points(viewer),
    tickets: county.tickets(viewer),
  })
  const watcher = (change: Parameters<typeof county.told>[0]) => {
    const told = county.told(change, viewer)
    if (told) say({ ...told, seq: ++seq })
  }
  county.watchers.add(watcher)
  const beat = setInterval(() => say({ type: 'beat', seq }), beatMs)
  socket.on('close', () => {
    county.watchers.delete(watcher)
    clearInterval(beat)
  })
}

/** GET /mock/...: what the mock's driver does to the county. */
function steer(county: County, sockets: WebSocketServer, url: URL, response: ServerResponse) {
  const of = (name: string) => url.searchParams.get(name) ?? ''
  const json = (name: string) => JSON.parse(of(name) || '{}')
  let result: unknown = {}
  switch (url.pathname) {
    case '/mock/press':
      result = county.press(of('kiosk'), of('key') as Key, json('change'), Number(of('ago'))).call
      break
    case '/mock/change':
      county.change(of('call'), json('change'), of('kind') || 'changed', of('text'))
      break
    case '/mock/trouble':
      trouble(county.devices)
      break
    case '/mock/ticket':
      result = county.devices.open(json('change'), Number(of('ago')))
      break
    case '/mock/health':
      county.setHealth(json('change'))
      break
    case '/mock/release':
      county.devices.releases.steer(json('kiosks'), json('halt').kiosks ?? [])
      break
    case '/mock/line':
      county.setLine(of('code'), of('up') === 'true')
      break
    case '/mock/deaf': // cuts every line and lets none come back
      deaf = of('on') === 'true'
      if (deaf) for (const socket of sockets.clients) socket.terminate()
      break
  }
  send(response, 200, result)
}

async function answer(county: County, request: IncomingMessage, url: URL, out: ServerResponse) {
  const body = await bodyOf(request)
  const route = `${request.method} ${url.pathname}`
  if (route === 'POST /api/session') return signIn(county, body, out)
  const account = /huying=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
  const me = people[account]
  if (!me) return problem(out, 401, 'signed_out', '请先登录。')
  if (route === 'GET /api/session') return send(out, 200, meOf(county, me))
  if (route === 'DELETE /api/session') {
    out.setHeader('Set-Cookie', 'huying=; Path=/; Max-Age=0')
    return send(out, 204)
  }
  if (route === 'POST /api/ticket') {
    const ticket = crypto.randomUUID()
    tickets.set(ticket, me)
    return send(out, 200, { ticket, expires_in_ms: 10_000 })
  }
  if (route === 'PUT /api/duty') {
    county.setDuty(me.id, body.on === true)
    return send(out, 200, { on: body.on === true })
  }
  if (route === 'GET /api/calls') {
    const all = [...county.calls.values(), ...county.closed]
    return send(out, 200, { calls: all.map((c) => county.view(c, me)) })
  }
  const told = onDevices(county.devices, me, `${request.method} ${url.pathname}`, body)
  if (told?.text) return void out.end(told.text)
  if (told) return send(out, told.status, told.body)
  const [, id = '', action = ''] = /^\/api\/calls\/([^/]+)(?:\/(.+))?$/.exec(url.pathname) ?? []
  await onCall(county, me, decodeURIComponent(id), action, body, out)
}

async function onCall(
  county: County,
  me: Person,
  id: string,
  action: string,
  body: Record<string, string>,
  out: ServerResponse,
) {
  const open = county.calls.get(id) ?? county.closed.find((c) => c.call.id === id)
  if (!open) return problem(out, 404, 'unknown_call', '没有这个呼叫。')
  const site = county.siteOf(me)
  switch (action) {
    case '':
      return send(out, 200, { call: county.view(open, me), events: open.events })
    case 'answer': {
      const { answerer, phase } = open.call
      if (phase !== 'ringing') {
        const who = answerer ? `${answerer.person.name}（${answerer.person.post}）` : '同事'
        return problem(out, 409, 'call_taken', `${who}已接听`)
      }
      county.change(id, { phase: 'claiming', claimer: me }, 'claimed', '请求接听', me)
      setTimeout(() => {
        county.change(
          id,
          { phase: 'talking', answerer: { person: me, site } },
          'granted',
          '接通',
          me,
        )
      }, 300)
      return send(out, 202, { call: county.view(open, me) })
    }
    case 'media':
      return media(id, me, out)
    case 'speech':
      county.change(id, { spoke: true }, 'speech', '听到村民说话', me)
      return send(out, 204)
    case 'hang-up':
      county.change(id, { phase: 'wrap_up' }, 'hung_up', '挂断', me)
      return send(out, 202, {})
    case 'attended':
      county.change(id, { attended_by: body.who ?? '' }, 'attended', `${body.who}到了现场`, me)
      return send(out, 202, {})
    case 'close': {
      const closing = {
        person: me,
        site,
        disposition: body.disposition ?? '',
        note: body.note ?? '',
        at: new Date().toISOString(),
      }
      county.change(id, { phase: 'closed', closing }, 'closed', '结束', me)
      return send(out, 202, {})
    }
    default:
      return problem(out, 404, 'not_found', '没有这个接口。')
  }
}

/** MOCK_MEDIA names something that answers /token?call=&who= with {url, token}. */
async function media(call: string, me: Person, out: ServerResponse) {
  const from = process.env.MOCK_MEDIA
  if (!from) return problem(out, 503, 'media_down', '演示页面没有语音服务。')
  const token = await fetch(`${from}/token?${new URLSearchParams({ call, who: me.id })}`)
  send(out, 200, await token.json())
}

function signIn(county: County, body: Record<string, string>, out: ServerResponse) {
  const me = people[body.account ?? '']
  if (!me || body.password === 'wrong') {
    return problem(out, 401, 'bad_credentials', '账号或密码不对, 请核对后再试。')
  }
  out.setHeader('Set-Cookie', `huying=${body.account}; Path=/; HttpOnly; SameSite=Strict`)
  send(out, 200, meOf(county, me))
}

function meOf(county: County, me: Person) {
  const pages = me.role === 'administrator' ? [] : me.role === 'supervisor' ? ['centre'] : ['desk']
  return { person: me, site: county.siteOf(me), demo: true, pages }
}

async function bodyOf(request: IncomingMessage) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text.startsWith('{') ? JSON.parse(text) : {}
}

function problem(out: ServerResponse, status: number, code: string, detail: string) {
  out.setHeader('Content-Type', 'application/problem+json')
  send(out, status, { status, code, detail })
}

function send(out: ServerResponse, status: number, body?: unknown) {
  out.statusCode = status
  if (!out.hasHeader('Content-Type')) out.setHeader('Content-Type', 'application/json')
  out.end(body === undefined ? undefined : JSON.stringify(body))
}
