import { expect, test } from 'vitest'
import { askForDevices } from './devices.ts'

/** A machine that has what it is said to have. */
function machine(has: { audio: boolean; video: boolean }) {
  let open = 0
  const getUserMedia = async (what: MediaStreamConstraints) => {
    if ((what.audio && !has.audio) || (what.video && !has.video)) throw new Error('NotFoundError')
    const tracks = [what.audio, what.video].filter(Boolean).map(() => ({ stop: () => open-- }))
    open += tracks.length
    return { getTracks: () => tracks }
  }
  return { media: { getUserMedia } as unknown as MediaDevices, open: () => open }
}

test.each([
  [true, true, 'both'],
  [true, false, 'no_camera'],
  [false, true, 'no_microphone'],
  [false, false, 'no_microphone'],
] as const)('microphone %s, camera %s: %s, and both are let go', async (audio, video, found) => {
  const { media, open } = machine({ audio, video })
  expect(await askForDevices(media)).toBe(found)
  expect(open()).toBe(0)
})
