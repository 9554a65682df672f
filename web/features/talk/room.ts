import {
  DisconnectReason,
  type RemoteTrack,
  Room,
  RoomEvent,
  type RoomOptions,
  Track,
  VideoPreset,
  VideoQuality,
} from 'livekit-client'
import { sentenceOf } from '@/shared/api/problem.ts'
import { joinMedia } from './api.ts'
import { type Ear, listenTo } from './ear.ts'
import { floorDbfs } from './meter.ts'
import { type Sparing, unspared, VoiceFirst, voicePublishing } from './voiceFirst.ts'

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
  /** Whether pictures rest so that the voice goes on. */
  sparing: Sparing
}

/**
 * A face on a kiosk's screen of 1024x600. The lower layer is for a village whose
 * line does not carry the whole one.
 */
const options: RoomOptions = {
  adaptiveStream: false,
  dynacast: true,
  videoCaptureDefaults: { resolution: { width: 640, height: 360, frameRate: 15 } },
  publishDefaults: {
    ...voicePublishing,
    videoEncoding: { maxBitrate: 400_000, maxFramerate: 15 },
    videoSimulcastLayers: [new VideoPreset(320, 180, 80_000, 10)],
  },
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
    sparing: unspared,
  }
  #thrift: VoiceFirst | null = null
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
    const room = new Room(options)
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
    await this.#sendMicrophone()
    if (this.#room !== room) return
    this.#thrift = new VoiceFirst(room, { Track, VideoQuality }, (sparing) => {
      if (this.#room === room) this.#set({ sparing, ...pictures(room, sparing) })
    })
    this.#thrift.start()
  }

  /** Switches the pictures of both sides off, or has them tried again now. */
  sparePictures(without: boolean): void {
    this.#thrift?.byHand(without)
  }

  #listen(room: Room): void {
    const present = (act: () => void) => () => {
      if (this.#room === room) act()
    }
    const look = present(() => {
      this.#thrift?.receive()
      this.#set(pictures(room, this.#talking.sparing))
    })
    const count = present(() => this.#set({ kioskThere: room.remoteParticipants.size > 0 }))
    room
      .on(RoomEvent.TrackSubscribed, (track) => this.#play(track))
      .on(RoomEvent.TrackUnsubscribed, (track) => this.#unplay(track))
      .on(RoomEvent.TrackSubscribed, look)
      .on(RoomEvent.TrackUnsubscribed, look)
      .on(RoomEvent.TrackMuted, look)
      .on(RoomEvent.TrackUnmuted, look)
      .on(RoomEvent.LocalTrackPublished, look)
      .on(RoomEvent.LocalTrackUnpublished, look)
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
    const nobody = { kioskThere: false, picture: null, ownPicture: null, sparing: unspared }
    this.#set({ state: 'failed', problem, ...nobody })
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

  #play(track: RemoteTrack): void {
    if (track.kind === Track.Kind.Video) return // #look shows it
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
    this.#ears.get(track.sid ?? '')?.close()
    this.#ears.delete(track.sid ?? '')
  }

  #leave(): void {
    const room = this.#room
    this.#room = null
    this.#entered = false
    this.#thrift?.stop()
    this.#thrift = null
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

/** The pictures that are there to be shown; one that rests would be a frozen face. */
function pictures(room: Room, sparing: Sparing): Pick<Talking, 'picture' | 'ownPicture'> {
  const camera = room.localParticipant.getTrackPublication(Track.Source.Camera)
  const own = camera?.isMuted ? undefined : camera?.track
  let picture: RemoteTrack | null = null
  for (const person of room.remoteParticipants.values()) {
    for (const video of person.videoTrackPublications.values()) {
      if (video.track && !video.isMuted) picture = video.track
    }
  }
  return {
    picture: sparing.theirs === 'none' ? null : picture,
    ownPicture: own?.mediaStreamTrack ?? null,
  }
}
