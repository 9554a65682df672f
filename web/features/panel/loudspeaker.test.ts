import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openLoudspeaker, pathOf } from './loudspeaker.ts'

/** As much of Web Audio as the loudspeaker uses. */
class Source extends EventTarget {
  buffer: unknown
  started: number | null = null
  stopped = false
  type = ''
  frequency = { value: 0 }
  connect = (to: unknown) => to
  disconnect = () => {}
  start = (at = 0) => {
    this.started = at
  }
  stop = (at?: number) => {
    if (at === undefined) this.stopped = true
  }
  end = () => this.dispatchEvent(new Event('ended'))
}
const param = () => ({ value: 1, setValueAtTime: () => {}, linearRampToValueAtTime: () => {} })

class Context {
  static now: Context
  state = 'running'
  currentTime = 10
  destination = {}
  voices: Source[] = []
  tones: Source[] = []
  constructor() {
    Context.now = this
  }
  resume = async () => {}
  close = async () => {}
  createGain = () => ({ gain: param(), connect: (to: unknown) => to })
  decodeAudioData = async (data: unknown) => data
  createBufferSource() {
    const voice = new Source()
    this.voices.push(voice)
    return voice
  }
  createOscillator() {
    const tone = new Source()
    this.tones.push(tone)
    return tone
  }
}

let asked: string[]
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  vi.stubGlobal('AudioContext', Context)
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    if (url.includes('missing')) return new Response(null, { status: 404 })
    return new Response(new ArrayBuffer(8))
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})
const voices = () => Context.now.voices

test('prompts follow one another; one that is missing is left out', async () => {
  const speaker = openLoudspeaker()
  speaker.say(['pressed_urgent', 'missing', 'sending'])
  await settle()
  expect(asked).toEqual(['/prompts/pressed_urgent', '/prompts/missing', '/prompts/sending'])
  expect(voices()).toHaveLength(1)
  voices()[0]?.end()
  await settle()
  expect(voices()).toHaveLength(2)
  expect(speaker.speaking()).toBe(true)
  voices()[1]?.end()
  await settle()
  expect(speaker.speaking()).toBe(false)
})

test('a new sentence cuts off the old one and all that was to follow', async () => {
  const speaker = openLoudspeaker()
  speaker.say(['received', 'ringing'])
  await settle()
  speaker.say(['answered'])
  await settle()
  expect(voices()[0]?.stopped).toBe(true)
  voices()[0]?.end()
  await settle()
  expect(voices()).toHaveLength(2)
})

test('no prompts are silence at once', async () => {
  const speaker = openLoudspeaker()
  speaker.say(['received'])
  await settle()
  speaker.say([])
  expect(voices()[0]?.stopped).toBe(true)
  expect(speaker.speaking()).toBe(false)
})

test('a sentence waits for the tone of its screen', async () => {
  const speaker = openLoudspeaker()
  speaker.play('received') // 540 ms
  speaker.say(['received'])
  await settle()
  expect(voices()[0]?.started).toBeCloseTo(10.54)
})

test('the gate stops what sounds, and lets nothing out while it is shut', async () => {
  const speaker = openLoudspeaker()
  speaker.play('received')
  speaker.say(['received'])
  await settle()
  speaker.gate(false)
  expect([...voices(), ...Context.now.tones].every((s) => s.stopped)).toBe(true)
  const before = Context.now.tones.length
  speaker.play('press')
  speaker.say(['answered'])
  await settle()
  expect(Context.now.tones).toHaveLength(before)
  expect(voices()).toHaveLength(1)
  speaker.gate(true)
  speaker.play('press')
  expect(Context.now.tones.length).toBeGreaterThan(before)
})

test('what the browser withholds is not said later, out of its time', async () => {
  const speaker = openLoudspeaker()
  Context.now.state = 'suspended'
  Context.now.resume = () => new Promise(() => {})
  speaker.say(['received'])
  await vi.advanceTimersByTimeAsync(1000)
  Context.now.state = 'running'
  await settle()
  expect(voices()).toHaveLength(0)
  expect(speaker.speaking()).toBe(false)
})

test('a code in a folder is asked for by its path', () => {
  expect(pathOf('answerer/person-p 1')).toBe('/prompts/answerer/person-p%201')
})
