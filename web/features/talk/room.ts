import { DisconnectReason, type RemoteTrack, Room, RoomEvent, Track } from 'livekit-client'
import { sentenceOf } from '@/shared/api/problem.ts'
import { joinMedia } from './api.ts'
import { type Ear, listenTo } from './ear.ts'
import { floorDbfs } from './meter.ts'

export type JoinState = 'joining' | 'joined' | 'reconnecting' | 'failed' | 'elsewhere'

/** What the page shows of a conversation. */
export interface Talking {
  state: JoinState
  /** Why it failed last, as a sentence; null for a plain loss of the line. */
  problem: string | null
  /** The villager's kiosk is in the room. */
  kioskThere: boolean
  microphone: 'on' | 'muted' | 'missing'
  /** The villager's picture; null while there is none. */
  picture: RemoteTrack | null
  /** The operator's own picture. */
  ownPicture: MediaStreamTrack | null
}

/** Between tries to join; the villager waits, so the first come quickly. */
const againMs = [500, 1_000, 2_000, 4_000]

/**
 * One side of a conversation: joins the call's room, sends microphone and
 * camera, plays what comes, and comes back by itself when the line breaks.
 * start() returns at once, stop() may be called at any time and again.
 */
export class TalkRoom {
  #talking: Talking = {
    state: 'joining',
    problem: null,
    kioskThere: false,
    microphone: 'on',
    picture: null,
    ownPicture: null,
  }
  #listeners = new Set<() => void>()
  #room: Room | null = null
  #ears = new Map<string, Ear>()
  #players: HTMLMediaElement[] = []
  #again: ReturnType<typeof setTimeout> | undefined
  #stopped = false
  #failures = 0
  #muted = false
  /** This room was entered; before that a failure is told by connect(). */
  #entered = false
  readonly #call: string

  constructor(call: string) {
    this.#call = call
  }

  current = (): Talking => this.#talking

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    void this.#join()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#again)
    this.#leave()
  }

  /** How loud the villager is now, in dBFS. */
  level(): number {
    let loudest = floorDbfs
    for (const ear of this.#ears.values()) loudest = Math.max(loudest, ear.level())
    return loudest
  }

  /** Plays what the browser held back; call it once sound is unlocked. */
  async unlock(): Promise<void> {
    await this.#room?.startAudio().catch(() => {}) // still locked: the banner stays
  }

  async mute(muted: boolean): Promise<void> {
    this.#muted = muted
    await this.#sendMicrophone()
  }

  async #join(): Promise<void> {
    const room = new Room({ adaptiveStream: false, dynacast: true })
    this.#room = room
    this.#listen(room)
    try {
      const { url, token } = await joinMedia(this.#call)
      if (this.#room !== room) return
      await room.connect(url, token)
    } catch (error) {
      if (this.#room === room) this.#fail(sentenceOf(error))
      return
    }
    if (this.#room !== room) return void room.disconnect()
    this.#entered = true
    this.#failures = 0
    this.#set({ state: 'joined', problem: null, kioskThere: room.remoteParticipants.size > 0 })
    await Promise.all([this.#sendMicrophone(), this.#sendCamera(room)])
  }

  #listen(room: Room): void {
    const present = (act: () => void) => () => {
      if (this.#room === room) act()
    }
    const count = present(() => this.#set({ kioskThere: room.remoteParticipants.size > 0 }))
    room
      .on(RoomEvent.TrackSubscribed, (track) => this.#play(track))
      .on(RoomEvent.TrackUnsubscribed, (track) => this.#unplay(track))
      .on(RoomEvent.ParticipantConnected, count)
      .on(RoomEvent.ParticipantDisconnected, count)
      .on(
        RoomEvent.Reconnecting,
        present(() => this.#set({ state: 'reconnecting' })),
      )
      .on(
        RoomEvent.Reconnected,
        present(() => this.#set({ state: 'joined' })),
      )
      .on(RoomEvent.Disconnected, (reason) => {
        if (this.#room !== room || !this.#entered) return
        if (reason === DisconnectReason.DUPLICATE_IDENTITY) return this.#elsewhere()
        this.#fail(null)
      })
  }

  /** Another window of the same person talks; two must not push each other out. */
  #elsewhere(): void {
    this.#leave()
    this.#set({ state: 'elsewhere' })
  }

  #fail(problem: string | null): void {
    this.#leave()
    if (this.#stopped) return
    this.#set({ state: 'failed', problem, kioskThere: false, picture: null, ownPicture: null })
    const wait = againMs[Math.min(this.#failures++, againMs.length - 1)]
    this.#again = setTimeout(() => void this.#join(), wait)
  }

  async #sendMicrophone(): Promise<void> {
    const me = this.#room?.localParticipant
    try {
      await me?.setMicrophoneEnabled(!this.#muted)
      this.#set({ microphone: this.#muted ? 'muted' : 'on' })
    } catch {
      this.#set({ microphone: 'missing' })
    }
  }

  async #sendCamera(room: Room): Promise<void> {
    try {
      const sent = await room.localParticipant.setCameraEnabled(true)
      if (this.#room === room) this.#set({ ownPicture: sent?.track?.mediaStreamTrack ?? null })
    } catch {
      // No camera: the villager hears all the same; the shift's start said so.
    }
  }

  #play(track: RemoteTrack): void {
    if (track.kind === Track.Kind.Video) {
      this.#set({ picture: track })
      return
    }
    const player = track.attach()
    player.dataset.talk = this.#call
    player.hidden = true
    document.body.append(player)
    this.#players.push(player)
    if (track.sid && track.kind === Track.Kind.Audio) {
      this.#ears.set(track.sid, listenTo(track as Parameters<typeof listenTo>[0]))
    }
  }

  #unplay(track: RemoteTrack): void {
    for (const player of track.detach()) player.remove()
    if (this.#talking.picture === track) this.#set({ picture: null })
    this.#ears.get(track.sid ?? '')?.close()
    this.#ears.delete(track.sid ?? '')
  }

  #leave(): void {
    const room = this.#room
    this.#room = null
    this.#entered = false
    for (const ear of this.#ears.values()) ear.close()
    this.#ears.clear()
    for (const player of this.#players.splice(0)) player.remove()
    void room?.disconnect()
  }

  #set(change: Partial<Talking>): void {
    this.#talking = { ...this.#talking, ...change }
    for (const listener of this.#listeners) listener()
  }
}
