// A stand-in for the terminal, for looking at the kiosk page: serves web/dist
// and the paths of the terminal's panel on 127.0.0.1. Screens are set by
// POST /mock/view (merged into the last view), or play by themselves after a
// press. Run after `npm run build`:
//
//   node mock/kiosk.mjs [port]
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

/** Where the built pages are; another folder when two builds must not meet. */
const dist = process.env.DIST ?? fileURLToPath(new URL('../dist/', import.meta.url))
const prompts =
  process.env.PROMPTS ?? fileURLToPath(new URL('../../terminal/prompt/builtin/', import.meta.url))
const kinds = {
  ogg: 'audio/ogg',
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
}

/** A quiet kiosk with both lines up. The people and numbers are invented. */
export const quiet = {
  seq: 0,
  state: 'idle',
  waited_ms: 0,
  held: false,
  down: false,
  quiet: false,
  faults: [],
  home: true,
  county: true,
  phones: [
    { label: '牛田镇值班室', number: '0794-6801234' },
    { label: '县指挥中心', number: '0794-6591234' },
    { label: '急救', number: '120' },
  ],
  point: '流坑村',
  township: '牛田镇',
  demo_keys: true,
}

export const zhang = { name: '张三', post: '接线员', site: '牛田镇便民服务大厅' }

/** One call from press to end: [milliseconds after the press, change]. */
const story = [
  [300, { state: 'sending' }],
  [1500, { state: 'received' }],
  [2500, { state: 'ringing' }],
  [6000, { state: 'answered', answerer: zhang }],
  [12000, { state: 'requeued', answerer: undefined }],
  [17000, { state: 'answered', answerer: zhang }],
  [22000, { state: 'on_the_way' }],
  [27000, { state: 'wrap_up' }],
  [31000, { state: 'ended' }],
  [36000, { state: 'idle', key: undefined, call: undefined, answerer: undefined }],
]

/** Starts on a port (0: any free one). Returns what a script needs to drive it. */
export async function startMock(port = 0, { plays = true } = {}) {
  let view = { ...quiet }
  let timers = []
  const pages = new Set()
  const heard = []
  const show = (change, base = view) => {
    view = { ...base, ...change, seq: view.seq + 1 }
    for (const page of pages) page.write(`data: ${JSON.stringify(view)}\n\n`)
  }
  const key = ({ key, down }) => {
    heard.push({ key, down })
    if (!down || !plays || view.state !== 'idle') return
    for (const timer of timers) clearTimeout(timer)
    timers = story.map(([at, change]) =>
      setTimeout(() => show({ key, call: '361025105207-1.1.7', ...change }), at),
    )
  }
  const media = []
  const tested = []
  const beats = []
  const practised = []
  const posts = {
    '/api/key': key,
    '/api/media': (body) => media.push(body.alive),
    '/api/alive': () => beats.push(performance.now()),
    '/api/test': (body) => tested.push(body),
    '/api/practice': () => practised.push(true),
    '/mock/view': (change) => show(change, quiet),
  }

  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://127.0.0.1').pathname
    if (request.method === 'GET' && path === '/api/panel') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      response.write(`data: ${JSON.stringify(view)}\n\n`)
      pages.add(response)
      response.on('close', () => pages.delete(response))
    } else if (request.method === 'POST' && posts[path]) {
      let body = ''
      for await (const part of request) body += part
      posts[path](JSON.parse(body))
      response.writeHead(204).end()
    } else {
      await (path.startsWith('/prompts/')
        ? file(`${path.slice('/prompts/'.length)}.ogg`, response, prompts)
        : file(path === '/' ? 'kiosk.html' : path.slice(1), response, dist))
    }
  })
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    port: server.address().port,
    show,
    heard,
    media,
    tested,
    beats,
    practised,
    stop: () => {
      for (const timer of timers) clearTimeout(timer)
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      return closed
    },
  }
}

async function file(name, response, folder) {
  try {
    if (name.includes('..')) throw new Error('outside')
    const body = await readFile(folder + name)
    response.writeHead(200, { 'content-type': kinds[name.split('.').pop()] ?? 'text/plain' })
    response.end(body)
  } catch {
    response.writeHead(404).end()
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock(Number(process.argv[2] ?? 0))
  console.log(`kiosk page with an invented terminal: ${mock.url} (Ctrl-C ends it)`)
}
