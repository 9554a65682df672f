/**
 * Keeps the voice of a talk whole where the line is thin: measures once a
 * second, asks thrift.ts what picture each direction may have, and does it.
 * The voice itself is never touched.
 */
import type {
  LocalTrackPublication,
  RemoteTrackPublication,
  Room,
  Track as TrackOf,
  VideoQuality,
} from 'livekit-client'
import { type Before, received, sent, statsOf } from './measure.ts'
import { begin, type Level, step, type Thrift, type Why } from './thrift.ts'

/** What a page may tell of it. */
export interface Sparing {
  /** The picture that goes out, and the one that comes in. */
  mine: Level
  theirs: Level
  /** Some picture rests because of the line, or because somebody wants it so. */
  rests: boolean
  why: Why | 'hand' | 'other'
  /** Moment (performance.now) since which it rests; null while none does. */
  since: number | null
  byHand: boolean
}

export const unspared: Sparing = {
  mine: 'full',
  theirs: 'full',
  rests: false,
  why: 'well',
  since: null,
  byHand: false,
}

/** How often the line is measured, milliseconds. */
export const measureEvery = 1_000
/** A camera that could not be opened is asked for again after this, milliseconds. */
export const cameraAgain = 30_000

/**
 * What the voice is sent with. 24 kbit/s of Opus are speech as clear as a
 * kiosk's loudspeaker gives; packets make about 50 kbit/s of it on the line, in
 * pauses almost nothing. Redundant packets (RED) would make 75 of it and fill
 * alone the line that they are to protect; lost packets are asked for again.
 */
export const voicePublishing = {
  audioPreset: { maxBitrate: 24_000, priority: 'high' },
  dtx: true,
  red: false,
} as const

/** The small picture of a camera that sends one only: about 60 kbit/s. */
const small = { maxBitrate: 60_000, maxFramerate: 8, scaleResolutionDownBy: 2 }

/** What of livekit-client is needed at run time; the kiosk loads it late. */
type LiveKit = {
  Track: Pick<typeof TrackOf, 'Source'>
  VideoQuality: typeof VideoQuality
}

export class VoiceFirst {
  #room: Room
  #lk: LiveKit
  #onChange: (s: Sparing) => void
  #up = begin(performance.now())
  #down = begin(performance.now())
  #hand: number | null = null
  #before: Before = new Map()
  #timer: ReturnType<typeof setInterval> | undefined
  #busy = false
  #asked = Number.NEGATIVE_INFINITY
  #camera = false
  /** Each picture that comes in, as it was asked for last. */
  #wanted = new Map<string, Level>()
  /** What a lone picture was sent with before it was made small. */
  #whole: Record<keyof typeof small, number | undefined> | null = null
  /** The higher layers were put to rest here, not by the other side. */
  #cut = false
  #otherSince: number | null = null
  #told = unspared

  constructor(room: Room, lk: LiveKit, onChange: (s: Sparing) => void) {
    this.#room = room
    this.#lk = lk
    this.#onChange = onChange
  }

  /** From the moment the room was entered. */
  start(): void {
    this.#up = begin(performance.now())
    this.#down = begin(performance.now())
    this.#timer = setInterval(() => void this.#tick(), measureEvery)
    this.receive()
    this.#tell()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Somebody wants no pictures, or wants them tried again now. */
  byHand(without: boolean): void {
    const now = performance.now()
    this.#hand = without ? now : null
    if (!without) {
      this.#up = begin(now)
      this.#down = begin(now)
    }
    this.receive()
    void this.#send()
    this.#tell()
  }

  /** Asks for the pictures that may come in; call it when there are others. */
  receive(): void {
    for (const person of this.#room.remoteParticipants.values()) {
      for (const picture of person.videoTrackPublications.values()) this.#ask(picture)
    }
  }

  #level(of: Thrift): Level {
    return this.#hand === null ? of.level : 'none'
  }

  async #tick(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      await this.#measure()
      this.receive()
      await this.#send()
    } catch {
      // The room is being left, or a browser knows less: the next second tells.
    } finally {
      this.#busy = false
    }
    if (this.#timer !== undefined) this.#tell()
  }

  async #measure(): Promise<void> {
    const now = statsOf(await Promise.all(this.#reports()))
    const at = performance.now()
    const up = sent(now, this.#before)
    const down = received(now, this.#before)
    this.#before = now
    this.#up = step(this.#up, at, up)
    // The round trip cannot be told apart by direction.
    this.#down = step(this.#down, at, { ...down, rttMs: up.rttMs })
  }

  #reports(): Promise<RTCStatsReport | undefined>[] {
    const mine = [...this.#room.localParticipant.trackPublications.values()]
    const theirs = [...this.#room.remoteParticipants.values()].flatMap((p) => [
      ...p.audioTrackPublications.values(),
    ])
    return [...mine, ...theirs].flatMap((p) => p.track?.getRTCStatsReport() ?? [])
  }

  #ask(picture: RemoteTrackPublication): void {
    const level = this.#level(this.#down)
    if (this.#wanted.get(picture.trackSid) === level) return
    this.#wanted.set(picture.trackSid, level)
    const { LOW, HIGH } = this.#lk.VideoQuality
    if (level !== 'none') picture.setVideoQuality(level === 'small' ? LOW : HIGH)
    picture.setEnabled(level !== 'none')
  }

  /** Sends the camera as it may be sent. */
  async #send(): Promise<void> {
    const me = this.#room.localParticipant
    const level = this.#level(this.#up)
    const wanted = level !== 'none'
    if (wanted !== this.#camera) {
      const now = performance.now()
      if (wanted && now - this.#asked < cameraAgain) return
      try {
        await me.setCameraEnabled(wanted)
        this.#camera = wanted
      } catch {
        this.#asked = now // no camera: the villager hears all the same
        return
      }
    }
    if (wanted) await this.#size(level)
  }

  #sending = (): LocalTrackPublication | undefined =>
    this.#room.localParticipant.getTrackPublication(this.#lk.Track.Source.Camera)

  /** Makes the picture that goes out small or whole. The other side's wish for no picture stands. */
  async #size(level: Level): Promise<void> {
    const sender = this.#sending()?.track?.sender
    const now = sender?.getParameters()
    const [first, ...more] = now?.encodings ?? []
    if (!sender || !now || !first) return
    const change = more.length > 0 ? this.#layers(more, level) : this.#alone(first, level)
    if (change) await sender.setParameters(now)
  }

  /** Of several layers the lowest alone. Which of them the other side wants is not ours to say. */
  #layers(higher: RTCRtpEncodingParameters[], level: Level): boolean {
    const on = level === 'full'
    if (on ? !this.#cut : !higher.some((l) => l.active)) return false
    this.#cut = !on
    for (const layer of higher) layer.active = on
    return true
  }

  #alone(only: RTCRtpEncodingParameters, level: Level): boolean {
    if (level === 'small' && only.maxBitrate !== small.maxBitrate) {
      const { maxBitrate, maxFramerate, scaleResolutionDownBy = 1 } = only
      this.#whole = { maxBitrate, maxFramerate, scaleResolutionDownBy }
      Object.assign(only, small)
      return true
    }
    if (level === 'full' && only.maxBitrate === small.maxBitrate && this.#whole) {
      Object.assign(only, this.#whole)
      return true
    }
    return false
  }

  #tell(): void {
    const next = this.#sparing()
    const same = (Object.keys(next) as (keyof Sparing)[]).every((k) => next[k] === this.#told[k])
    if (same) return
    this.#told = next
    this.#onChange(next)
  }

  #sparing(): Sparing {
    const of = { mine: this.#level(this.#up), theirs: this.#level(this.#down) }
    if (this.#hand !== null) {
      return { ...of, rests: true, why: 'hand', since: this.#hand, byHand: true }
    }
    const fallen = [this.#up, this.#down].filter((t) => t.level === 'none' && t.why !== 'begins')
    const first = fallen.toSorted((a, b) => a.since - b.since)[0]
    this.#otherSince = this.#unseen() ? (this.#otherSince ?? performance.now()) : null
    if (first) return { ...of, rests: true, why: first.why, since: first.since, byHand: false }
    if (this.#otherSince !== null && performance.now() - this.#otherSince >= otherSettles) {
      return { ...of, rests: true, why: 'other', since: this.#otherSince, byHand: false }
    }
    return { ...of, rests: false, why: 'well', since: null, byHand: false }
  }

  /** The other side gave up a picture: it stopped its own, or does not take ours. */
  #unseen(): boolean {
    for (const person of this.#room.remoteParticipants.values()) {
      for (const picture of person.videoTrackPublications.values()) if (picture.isMuted) return true
    }
    const mine = this.#sending()
    if (!mine?.track || mine.isMuted || this.#room.remoteParticipants.size === 0) return false
    const layers = mine.track.sender?.getParameters().encodings ?? []
    return layers.length > 0 && layers.every((l) => l.active === false)
  }
}

/** The first picture of the other side is on its way for so long, milliseconds. */
export const otherSettles = 10_000
