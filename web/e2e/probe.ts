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

/** `mute`: the microphone gives silence, as from somebody who cannot speak. */
export function installProbe({ mute }: { mute: boolean }): void {
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

  const ears = new Map<BaseAudioContext, AnalyserNode>()
  const connect = AudioNode.prototype.connect as (...to: unknown[]) => unknown
  const listening = function (this: AudioNode, ...to: unknown[]): unknown {
    if (to[0] instanceof AudioDestinationNode) connect.call(this, earOf(this.context))
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
