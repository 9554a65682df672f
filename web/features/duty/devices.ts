/** What came of asking for the microphone and the camera. */
export type Devices = 'both' | 'no_camera' | 'no_microphone' | 'insecure'

/**
 * Asks for both once, at the start of a shift, so that no question stands
 * between a press and its answer. Lets go of them at once: the lamp of a
 * camera that is not in use makes people uneasy.
 */
export async function askForDevices(media = navigator.mediaDevices): Promise<Devices> {
  if (!media) return 'insecure' // browsers hide it from pages without TLS
  if (await canUse(media, { audio: true, video: true })) return 'both'
  if (await canUse(media, { audio: true })) return 'no_camera'
  return 'no_microphone'
}

async function canUse(media: MediaDevices, what: MediaStreamConstraints): Promise<boolean> {
  try {
    const stream = await media.getUserMedia(what)
    for (const track of stream.getTracks()) track.stop()
    return true
  } catch {
    return false
  }
}
