// What the terminal tells its page: the same shape as terminal/panel/view.go.
// Nothing here is trusted until parseView has looked at it.

/** The states of the terminal's panel, in the order a call usually goes through. */
export const states = [
  'idle',
  'sending',
  'received',
  'answered',
  'requeued',
  'on_the_way',
  'wrap_up',
  'ended',
  'no_line',
] as const

export type State = (typeof states)[number]

/** The two keys of a kiosk: something happened, or I want to ask. */
export type Key = 'urgent' | 'enquiry'

export type Answerer = { name: string; post: string; site: string }

/** Where to talk; present while the kiosk's grant lives. */
export type Media = { url: string; token: string }

export type Phone = { label: string; number: string }

export type View = {
  seq: number
  state: State
  key?: Key | undefined
  call?: string | undefined
  waited_ms: number
  held: boolean
  answerer?: Answerer | undefined
  media?: Media | undefined
  home: boolean
  county: boolean
  phones: Phone[]
  point: string
  township: string
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
    answerer: answererOf(raw.answerer),
    media: mediaOf(raw.media),
    home: raw.home === true,
    county: raw.county === true,
    phones: phonesOf(raw.phones),
    point: text(raw.point),
    township: text(raw.township),
    demo_keys: raw.demo_keys === true,
  }
}

function answererOf(v: unknown): Answerer | undefined {
  if (!isBag(v)) return undefined
  return { name: text(v.name), post: text(v.post), site: text(v.site) }
}

function mediaOf(v: unknown): Media | undefined {
  if (!isBag(v) || !text(v.url) || !text(v.token)) return undefined
  return { url: text(v.url), token: text(v.token) }
}

/** Keeps the phones that can be dialled and drops the rest. */
export function phonesOf(v: unknown): Phone[] {
  if (!Array.isArray(v)) return []
  return v
    .filter(isBag)
    .map((p) => ({ label: text(p.label), number: text(p.number) }))
    .filter((p) => p.number !== '')
}
