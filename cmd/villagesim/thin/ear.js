// Runs in each page before its own code: listens to the voices that arrive and
// notes for every 20 ms whether one of the notes of the other side's melody is
// heard. With `blind`, the page itself learns nothing from getStats.
((notes, blind) => {
  const Peer = window.RTCPeerConnection
  const stats = Peer.prototype.getStats
  const peers = []
  const ear = { windows: [], tracks: 0, problem: '' }
  window.ear = ear
  const worklet = `
    class Ear extends AudioWorkletProcessor {
      constructor({ processorOptions: { notes } }) {
        super()
        this.turns = notes.map((hz) => 2 * Math.cos((2 * Math.PI * hz) / sampleRate))
        this.one = []
        this.told = []
        this.begin()
      }
      begin() {
        this.n = 0
        this.energy = 0
        this.a = this.turns.map(() => 0)
        this.b = this.turns.map(() => 0)
      }
      process([[samples]]) {
        for (let i = 0; i < 128; i++) {
          const x = samples ? samples[i] : 0
          this.energy += x * x
          for (let k = 0; k < this.turns.length; k++) {
            const y = x + this.turns[k] * this.a[k] - this.b[k]
            this.b[k] = this.a[k]
            this.a[k] = y
          }
          if (++this.n === 960) this.end()
        }
        return true
      }
      end() {
        let heard = -1
        let most = 0
        for (let k = 0; k < this.turns.length; k++) {
          const power = this.a[k] ** 2 + this.b[k] ** 2 - this.turns[k] * this.a[k] * this.b[k]
          if (power > most) { most = power; heard = k }
        }
        // A pure note puts all its energy into its own bin: power = energy * n / 2.
        const pure = most / (this.energy * 480 + 1e-9)
        const loud = this.energy / 960 > 1e-5
        this.told.push(loud && pure > 0.3 ? heard : -1)
        this.begin()
        if (this.told.length === 10) { this.port.postMessage(this.told); this.told = [] }
      }
    }
    registerProcessor('ear', Ear)`
  // One ear for all tracks: LiveKit negotiates some that never sound.
  let opened
  const open = async () => {
    const audio = new AudioContext({ sampleRate: 48000 })
    await audio.audioWorklet.addModule(
      URL.createObjectURL(new Blob([worklet], { type: 'text/javascript' })),
    )
    const node = new AudioWorkletNode(audio, 'ear', {
      processorOptions: { notes },
      channelCount: 1,
      channelCountMode: 'explicit',
    })
    node.connect(audio.destination)
    node.port.onmessage = ({ data }) => ear.windows.push(...data)
    return { audio, node }
  }
  const listen = async (track) => {
    ear.tracks++
    opened ??= open()
    const { audio, node } = await opened
    const source = audio.createMediaStreamSource(new MediaStream([track]))
    source.connect(node)
    track.addEventListener('ended', () => source.disconnect())
  }
  window.RTCPeerConnection = class extends Peer {
    constructor(...config) {
      super(...config)
      peers.push(this)
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') listen(track).catch((e) => { ear.problem = String(e) })
      })
    }
  }
  // A melody is no speech: what removes noise would remove notes before they are sent.
  const media = navigator.mediaDevices
  const ask = media.getUserMedia.bind(media)
  media.getUserMedia = (what) => {
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
    return ask({ ...what, audio: what.audio && { ...what.audio, ...plain, voiceIsolation: false } })
  }
  if (blind) {
    for (const kind of [Peer, RTCRtpSender, RTCRtpReceiver]) {
      kind.prototype.getStats = async () => new Map()
    }
  }
  /** What arrived and was sent so far, as the browser counts it. */
  ear.counts = async () => {
    const sum = { now: performance.now(), windows: ear.windows.length, samples: 0, concealed: 0,
      packets: 0, lost: 0, framesIn: 0, framesOut: 0, audioOut: 0, videoOut: 0, audioIn: 0, videoIn: 0, available: 0, rtt: 0 }
    for (const peer of peers) {
      if (peer.connectionState === 'closed') continue
      for (const s of (await stats.call(peer)).values()) {
        if (s.type === 'inbound-rtp' && s.kind === 'audio') {
          sum.samples += s.totalSamplesReceived ?? 0
          sum.concealed += s.concealedSamples ?? 0
          sum.packets += s.packetsReceived ?? 0
          sum.lost += s.packetsLost ?? 0
          sum.audioIn += s.bytesReceived + s.headerBytesReceived
        }
        if (s.type === 'inbound-rtp' && s.kind === 'video') {
          sum.framesIn += s.framesDecoded ?? 0
          sum.videoIn += s.bytesReceived + s.headerBytesReceived
        }
        if (s.type === 'outbound-rtp' && s.kind === 'video') {
          sum.framesOut += s.framesSent ?? 0
          sum.videoOut += s.bytesSent + s.headerBytesSent
        }
        if (s.type === 'outbound-rtp' && s.kind === 'audio') sum.audioOut += s.bytesSent + s.headerBytesSent
        if (s.type === 'candidate-pair' && s.nominated) {
          sum.available = s.availableOutgoingBitrate ?? 0
          sum.rtt = s.currentRoundTripTime ?? 0
        }
      }
    }
    return sum
  }
  ear.since = (from) => ear.windows.slice(from)
})
