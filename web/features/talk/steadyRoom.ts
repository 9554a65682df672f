/**
 * A room for a place with nobody to press "try again": joins, keeps trying with
 * back-off for as long as it is wanted, works without camera or microphone, and
 * takes them up when they are plugged in. The kiosk uses it.
 */
import type { RemoteTrack, Room, RoomEvent } from 'livekit-client'
import { type Sparing, unspared, VoiceFirst, voicePublishing } from './voiceFirst.ts'

type LiveKit = typeof import('livekit-client')

export type SteadyState = {
  /**
   * `failed`: not joined, trying again. `reconnecting`: was joined, is coming
   * back. `elsewhere`: another page of the same kiosk took the place; this one
   * does not take it back, or the two would throw each other out for ever.
   */
  phase: 'off' | 'joining' | 'connected' | 'reconnecting' | 'failed' | 'elsewhere'
  /** False: the others hear nothing of this place. */
  mic: boolean
  /** The browser withholds sound until somebody touches the page. */
  blocked: boolean
  theirs: MediaStreamTrack | null
  mine: MediaStreamTrack | null
  /** Whether pictures rest so that the voice goes on. */
  sparing: Sparing
}

export const off: SteadyState = {
  phase: 'off',
  mic: true,
  blocked: false,
  theirs: null,
  mine: null,
  sparing: unspared,
}

/** Milliseconds between tries to join; the last one repeats. */
export const backOff = [500, 1000, 2000, 4000]
/**
 * The server ended the talk, or knows nothing of it (any more): most often it is
 * over and the page is about to hear so. It is joined again as soon as there is
 * another token, or when this many milliseconds have passed without news.
 */
export const newsWithin = 3000
const lookEvery = 250
/** Milliseconds after which a missing microphone is asked for again. */
export const micAgain = 5000

const voice = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
/** A village line may carry 1 Mbit/s for everything: the picture stays small. */
const picture = { resolution: { width: 320, height: 240, frameRate: 15 } }

export type SteadyOptions = {
  /** Asked before each try, so that a token renewed meanwhile is used. */
  where: () => { url: string; token: string }
  onChange: (state: SteadyState) => void
  /** Asked for each voice that comes: how loud it is played, 0 (not at all) to 1. */
  loudness?: () => number
  load?: () => Promise<LiveKit>
}

/** livekit-client is four fifths of the page; it is loaded apart, once. */
export const loadLiveKit = (): Promise<LiveKit> => import('livekit-client')

export type Stay = {
  /** May be called twice. */
  leave: () => void
  /** Asks `loudness` again for the voices that are there. */
  adjust: () => void
}

/** Joins and stays until it is told to leave. */
export function stayIn(options: SteadyOptions): Stay {
  const { where, onChange, loudness = () => 1, load = loadLiveKit } = options
  let state: SteadyState = { ...off, phase: 'joining' }
  let room: Room | undefined
  let thrift: VoiceFirst | undefined
  let joined = false
  const voices = new Set<HTMLMediaElement>()
  let tries = 0
  let left = false
  let retry: ReturnType<typeof setTimeout> | undefined
  let micRetry: ReturnType<typeof setTimeout> | undefined

  const set = (change: Partial<SteadyState>) => {
    if (left) return
    state = { ...state, ...change }
    onChange(state)
  }
  const again = (phase: 'failed' | 'reconnecting') => {
    if (left) return
    clearTimeout(micRetry)
    set({ phase, theirs: null, mine: null })
    clearTimeout(retry)
    retry = setTimeout(join, backOff[Math.min(tries, backOff.length - 1)])
    tries++
  }
  /** The talk is over by the server's word: no try until there is news. */
  const afterNews = (phase: 'failed' | 'reconnecting') => {
    if (left) return
    clearTimeout(micRetry)
    set({ phase, theirs: null, mine: null })
    const ended = where().token
    let waited = 0
    const look = () => {
      waited += lookEvery
      if (waited >= newsWithin || where().token !== ended) void join()
      else retry = setTimeout(look, lookEvery)
    }
    clearTimeout(retry)
    retry = setTimeout(look, lookEvery)
  }

  async function join() {
    let lk: LiveKit
    try {
      lk = await load()
    } catch {
      again('failed')
      return
    }
    if (left) return
    const mine = new lk.Room({
      audioCaptureDefaults: voice,
      videoCaptureDefaults: picture,
      dynacast: true, // a picture that nobody takes is not sent
      publishDefaults: {
        ...voicePublishing,
        simulcast: false,
        videoEncoding: { maxBitrate: 250_000, maxFramerate: 15 },
      },
    })
    room = mine
    watch(lk, mine)
    try {
      const { url, token } = where()
      await mine.connect(url, token)
    } catch (error) {
      forget(mine)
      if (isGone(error)) afterNews('failed')
      else again('failed')
      return
    }
    if (left || room !== mine) return
    tries = 0
    joined = true
    set({ phase: 'connected', blocked: !mine.canPlaybackAudio })
    await speak(mine)
    if (left || room !== mine) return
    thrift = new VoiceFirst(mine, lk, (sparing) => {
      if (room === mine) set({ sparing, ...pictures(lk, mine, sparing) })
    })
    thrift.start()
  }

  /** Opens the microphone; when there is none, says so and asks again later. */
  async function speak(mine: Room) {
    clearTimeout(micRetry)
    try {
      await mine.localParticipant.setMicrophoneEnabled(true)
      if (room === mine) set({ mic: true })
    } catch {
      if (left || room !== mine) return
      set({ mic: false })
      micRetry = setTimeout(() => speak(mine), micAgain)
    }
  }

  function watch(lk: LiveKit, mine: Room) {
    const { RoomEvent: on, Track, DisconnectReason: R } = lk
    const look = () => {
      if (room !== mine) return
      thrift?.receive()
      set(pictures(lk, mine, state.sparing))
    }
    mine.on(on.TrackSubscribed, (track) => {
      if (track.kind === Track.Kind.Audio) voices.add(hear(track, loudness()))
      look()
    })
    mine.on(on.TrackUnsubscribed, (track) => {
      for (const element of track.detach()) element.remove()
      look()
    })
    const looks: RoomEvent[] = [on.TrackMuted, on.TrackUnmuted, on.LocalTrackPublished]
    for (const event of looks) mine.on(event as RoomEvent.TrackMuted, look)
    mine.on(on.LocalTrackUnpublished, (publication) => {
      look()
      // The microphone was pulled out: say so, and wait for it to come back.
      if (publication.source === Track.Source.Microphone && !left && room === mine) {
        set({ mic: false })
        micRetry = setTimeout(() => speak(mine), micAgain)
      }
    })
    mine.on(on.AudioPlaybackStatusChanged, () => set({ blocked: !mine.canPlaybackAudio }))
    mine.on(on.Reconnecting, () => set({ phase: 'reconnecting' }))
    mine.on(on.Reconnected, () => set({ phase: 'connected' }))
    mine.on(on.Disconnected, (reason) => {
      if (room !== mine || !joined) return
      forget(mine)
      if (reason === R.DUPLICATE_IDENTITY) {
        set({ phase: 'elsewhere', theirs: null, mine: null })
        return
      }
      const ends = [R.ROOM_DELETED, R.PARTICIPANT_REMOVED, R.ROOM_CLOSED]
      if (reason !== undefined && ends.includes(reason)) afterNews('reconnecting')
      else again('reconnecting')
    })
  }

  function forget(old: Room) {
    if (room === old) {
      room = undefined
      thrift?.stop()
      thrift = undefined
      set({ sparing: unspared })
    }
    joined = false
    // LiveKit detaches the voices of a room that is left, but leaves them standing.
    for (const voice of voices) voice.remove()
    voices.clear()
    void old.disconnect().catch(() => {})
  }

  // Only in the demo's ordinary browser: there a touch is what allows sound.
  const touch = () => void room?.startAudio().catch(() => {})
  addEventListener('pointerdown', touch)
  addEventListener('keydown', touch)

  onChange(state)
  void join()
  return {
    adjust() {
      for (const voice of voices) setLoudness(voice, loudness())
    },
    leave() {
      if (left) return
      left = true
      clearTimeout(retry)
      clearTimeout(micRetry)
      removeEventListener('pointerdown', touch)
      removeEventListener('keydown', touch)
      if (room) forget(room)
    },
  }
}

/** The server knows no such room. */
const isGone = (error: unknown) =>
  typeof error === 'object' && error !== null && 'status' in error && error.status === 404

function setLoudness(element: HTMLMediaElement, level: number) {
  element.muted = level === 0
  element.volume = level
}

/** Plays a voice. In the document, so that the browser does not collect it. */
function hear(track: RemoteTrack, level: number): HTMLMediaElement {
  const element = track.attach()
  setLoudness(element, level)
  element.hidden = true
  element.dataset.voice = 'theirs'
  document.body.append(element)
  return element
}

/** The pictures that are there to be shown; one that rests would be a frozen face. */
function pictures({ Track }: LiveKit, room: Room, sparing: Sparing) {
  const camera = room.localParticipant.getTrackPublication(Track.Source.Camera)
  const own = camera?.isMuted ? undefined : camera?.track
  return {
    theirs: sparing.theirs === 'none' ? null : theirVideo(room),
    mine: own?.mediaStreamTrack ?? null,
  }
}

function theirVideo(room: Room): MediaStreamTrack | null {
  for (const person of room.remoteParticipants.values()) {
    for (const publication of person.videoTrackPublications.values()) {
      if (publication.track && !publication.isMuted) return publication.track.mediaStreamTrack
    }
  }
  return null
}
