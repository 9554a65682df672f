// What the terminal tells its page: the same shape as terminal/panel/view.go.
// Nothing here is trusted until parseView has looked at it.

/** The states of the terminal's panel, in the order a call usually goes through. */
export const states = [
  'idle',
  'sending',
  'received',
  'ringing',
  'answered',
  'requeued',
  'on_the_way',
  'wrap_up',
  'ended',
  'no_line',
  'rating',
  'rated',
  'practising',
  'practised',
  'unpractised',
] as const

export type State = (typeof states)[number]

/** The two keys of a kiosk: something happened, or I want to ask. */
export type Key = 'urgent' | 'enquiry'

/** `photo` is a path on the terminal itself; without one the page draws a portrait of the post. */
export type Answerer = { name: string; post: string; site: string; photo?: string | undefined }

/** Where to talk; present while the kiosk's grant lives. */
export type Media = { url: string; token: string }

export type Phone = { label: string; number: string }

/** Something that does not work, by the terminal's codes; `part` names the key or the test. */
export type Fault = { code: string; part?: string | undefined }

/** What feeds the kiosk; `percent` of the battery is -1 where there is none. */
export type Power = { mains: boolean; percent: number }

/** A self-test that this page has to make. */
export type Test = { name: 'sound' } | { name: 'media'; media: Media }

/** What is to be said: when `n` changes, these follow one another; none is silence. */
export type Say = { n: number; prompts: string[] }

export type View = {
  seq: number
  state: State
  key?: Key | undefined
  call?: string | undefined
  waited_ms: number
  held: boolean
  /** A key is down and its press is not decided: show it, make no sound. */
  down: boolean
  /** A quiet call: dark, silent, the other side unheard. */
  quiet: boolean
  answerer?: Answerer | undefined
  media?: Media | undefined
  home: boolean
  county: boolean
  phones: Phone[]
  point: string
  township: string
  faults: Fault[]
  power?: Power | undefined
  test?: Test | undefined
  say?: Say | undefined
  /** Of the terminal's program, for the helper's menu. */
  version?: string | undefined
  /** Percent of full loudness that the hub asks for. */
  volume?: number | undefined
  demo_keys: boolean
}

type Bag = Record<string, unknown>

const isBag = (v: unknown): v is Bag => typeof v === 'object' && v !== null && !Array.isArray(v)
const text = (v: unknown) => (typeof v === 'string' ? v : '')

/**
 * Reads one server-sent event. Returns null when it is not a View: a page
 * that goes blank over one bad message would be worse than a page that keeps
 * showing the last good one.
 */
export function parseView(data: string): View | null {
  let raw: unknown
  try {
    raw = JSON.parse(data)
  } catch {
    return null
  }
  if (!isBag(raw) || typeof raw.seq !== 'number') return null
  const state = states.find((s) => s === raw.state)
  if (!state) return null
  return {
    seq: raw.seq,
    state,
    key: raw.key === 'urgent' || raw.key === 'enquiry' ? raw.key : undefined,
    call: text(raw.call) || undefined,
    waited_ms: typeof raw.waited_ms === 'number' ? raw.waited_ms : 0,
    held: raw.held === true,
    down: raw.down === true,
    quiet: raw.quiet === true,
    answerer: answererOf(raw.answerer),
    media: mediaOf(raw.media),
    home: raw.home === true,
    county: raw.county === true,
    phones: phonesOf(raw.phones),
    point: text(raw.point),
    township: text(raw.township),
    faults: faultsOf(raw.faults),
    power: powerOf(raw.power),
    test: testOf(raw.test),
    say: sayOf(raw.say),
    version: text(raw.version) || undefined,
    volume: typeof raw.volume === 'number' ? raw.volume : undefined,
    demo_keys: raw.demo_keys === true,
  }
}

function answererOf(v: unknown): Answerer | undefined {
  if (!isBag(v)) return undefined
  // Only from the terminal itself: a kiosk asks nobody else for anything.
  const photo = /^\/[^/]/.test(text(v.photo)) ? text(v.photo) : undefined
  return { name: text(v.name), post: text(v.post), site: text(v.site), photo }
}

function mediaOf(v: unknown): Media | undefined {
  if (!isBag(v) || !text(v.url) || !text(v.token)) return undefined
  return { url: text(v.url), token: text(v.token) }
}

function faultsOf(v: unknown): Fault[] {
  if (!Array.isArray(v)) return []
  return v
    .filter(isBag)
    .map((f) => ({ code: text(f.code), part: text(f.part) || undefined }))
    .filter((f) => f.code !== '')
}

function powerOf(v: unknown): Power | undefined {
  if (!isBag(v) || typeof v.mains !== 'boolean') return undefined
  return { mains: v.mains, percent: typeof v.percent === 'number' ? v.percent : -1 }
}

function testOf(v: unknown): Test | undefined {
  if (!isBag(v)) return undefined
  if (v.name === 'sound') return { name: 'sound' }
  const media = mediaOf(v.media)
  return v.name === 'media' && media ? { name: 'media', media } : undefined
}

function sayOf(v: unknown): Say | undefined {
  if (!isBag(v) || typeof v.n !== 'number' || !Array.isArray(v.prompts)) return undefined
  return { n: v.n, prompts: v.prompts.filter((p) => typeof p === 'string' && p !== '') }
}

/** Keeps the phones that can be dialled and drops the rest. */
export function phonesOf(v: unknown): Phone[] {
  if (!Array.isArray(v)) return []
  return v
    .filter(isBag)
    .map((p) => ({ label: text(p.label), number: text(p.number) }))
    .filter((p) => p.number !== '')
}
