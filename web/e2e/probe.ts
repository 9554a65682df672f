/**
 * Runs inside each page before its own code: keeps hold of the page's
 * RTCPeerConnections and listens beside its loudspeaker, so that a test can ask
 * what arrives and what is played instead of what is drawn. Self-contained, for
 * it travels as text.
 */
export interface Probe {
  /** What has arrived so far over all connections of the page. */
  arrived(): Promise<Arrived>
  /** Loudest sample that the page's own sounds had in the last 0.7 s, 0 to 1. */
  played(): number
  /** Moments (performance.now) after `from` at which the page began a sound of its own. */
  soundedSince(from: number): number[]
  /** Wake locks of the screen that are held. */
  locks: number
  /** Prompts that were begun, by their codes. */
  said: string[]
  /** Servers that a connection was told to ask for its address. */
  helpers: string[]
}

export interface Arrived {
  /** Audio packets received. */
  packets: number
  /** Sum of squared level times seconds, as WebRTC counts it. */
  energy: number
  /** Seconds of sound that were played out. */
  seconds: number
  /** Pictures decoded. */
  frames: number
}

declare global {
  interface Window {
    probe: Probe
  }
}

export interface ProbeOptions {
  /** The microphone gives silence, as from somebody who cannot speak. */
  mute?: boolean
  /** The microphone hears what this page plays, as in a room, and nothing else. */
  room?: boolean
  /** There is no microphone at all. */
  deaf?: boolean
}

export function installProbe({ mute, room, deaf }: ProbeOptions): void {
  const peers: RTCPeerConnection[] = []
  const helpers: string[] = []
  const note = (config?: RTCConfiguration) => {
    for (const server of config?.iceServers ?? []) helpers.push(...[server.urls].flat())
  }
  const Native = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Native {
    constructor(config?: RTCConfiguration) {
      super(config)
      note(config)
      peers.push(this)
    }
    override setConfiguration(config?: RTCConfiguration) {
      note(config)
      super.setConfiguration(config)
    }
  }

  type Air = { stream(): MediaStream; from(of: AudioContext): AudioNode }
  let air: Air | undefined
  const ears = new Map<BaseAudioContext, AnalyserNode>()
  const connect = AudioNode.prototype.connect as (...to: unknown[]) => unknown
  const listening = function (this: AudioNode, ...to: unknown[]): unknown {
    if (to[0] instanceof AudioDestinationNode) {
      connect.call(this, earOf(this.context))
      if (room) connect.call(this, airOf().from(this.context as AudioContext))
    }
    return connect.apply(this, to)
  }
  AudioNode.prototype.connect = listening as typeof AudioNode.prototype.connect
  function earOf(context: BaseAudioContext): AnalyserNode {
    let ear = ears.get(context)
    if (!ear) {
      ear = context.createAnalyser()
      ear.fftSize = 32_768
      ears.set(context, ear)
    }
    return ear
  }

  // What begins to sound, and which prompts are fetched to be said.
  const sounded: number[] = []
  const said: string[] = []
  for (const kind of [AudioScheduledSourceNode, AudioBufferSourceNode]) {
    const start = kind.prototype.start as (...when: number[]) => void
    kind.prototype.start = function (this: AudioNode, ...when: number[]) {
      sounded.push(performance.now())
      start.apply(this, when)
    }
  }
  const fetched = window.fetch
  window.fetch = (input, init) => {
    const code = /^\/prompts\/(.+)$/.exec(String(input))?.[1]
    if (code) said.push(code)
    return fetched(input, init)
  }

  const lock = navigator.wakeLock
  if (lock) {
    const request = lock.request.bind(lock)
    lock.request = async (kind) => {
      const held = await request(kind)
      window.probe.locks++
      held.addEventListener('release', () => window.probe.locks--)
      return held
    }
  }

  if (deaf) {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('Requested device not found', 'NotFoundError')
    }
  }
  if (room) {
    navigator.mediaDevices.getUserMedia = async () => airOf().stream()
  }

  if (mute) {
    const media = navigator.mediaDevices
    const ask = media.getUserMedia.bind(media)
    media.getUserMedia = async (what) => {
      const stream = await ask(what)
      for (const track of stream.getAudioTracks()) {
        stream.removeTrack(track)
        track.stop()
        for (const silent of silence().getAudioTracks()) stream.addTrack(silent)
      }
      return stream
    }
  }

  /** The air of a room: what the page plays reaches its microphone, 12 dB softer. */
  function airOf() {
    air ??= (() => {
      const audio = new AudioContext()
      const softer = audio.createGain()
      softer.gain.value = 0.25
      const microphone = audio.createMediaStreamDestination()
      connect.call(softer, microphone)
      const ways = new Map<AudioContext, MediaStreamAudioDestinationNode>()
      return {
        stream: () => microphone.stream.clone(),
        from(context: AudioContext) {
          let way = ways.get(context)
          if (!way) {
            way = context.createMediaStreamDestination()
            ways.set(context, way)
            connect.call(audio.createMediaStreamSource(way.stream), softer)
          }
          return way
        },
      }
    })()
    return air
  }

  /** A running tone at no volume: without a source a track would send nothing at all. */
  function silence(): MediaStream {
    const audio = new AudioContext()
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    volume.gain.value = 0
    const out = audio.createMediaStreamDestination()
    tone.connect(volume).connect(out)
    tone.start()
    return out.stream
  }

  window.probe = {
    helpers,
    said,
    locks: 0,
    soundedSince: (from) => sounded.filter((at) => at >= from),
    played() {
      let loudest = 0
      for (const [context, ear] of ears) {
        if (context.state !== 'running') continue
        const samples = new Float32Array(ear.fftSize)
        ear.getFloatTimeDomainData(samples)
        for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample))
      }
      return loudest
    },
    async arrived() {
      const sum = { packets: 0, energy: 0, seconds: 0, frames: 0 }
      for (const peer of peers) {
        if (peer.connectionState === 'closed') continue
        for (const stats of (await peer.getStats()).values()) {
          if (stats.type !== 'inbound-rtp') continue
          if (stats.kind === 'video') sum.frames += stats.framesDecoded ?? 0
          if (stats.kind !== 'audio') continue
          sum.packets += stats.packetsReceived ?? 0
          sum.energy += stats.totalAudioEnergy ?? 0
          sum.seconds += stats.totalSamplesDuration ?? 0
        }
      }
      return sum
    },
  }
}
