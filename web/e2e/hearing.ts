import type { Page } from 'playwright-core'
import type { Arrived } from './probe.ts'
import { told, until } from './soon.ts'

/** A second of Opus at 20 ms a packet. */
const packetsEnough = 50
/** The hub's own bound of speech, -50 dBFS, as a share of full scale. */
const loudEnough = 10 ** (-50 / 20)
/** Less than a second of even the smallest picture rate. */
const framesEnough = 5

/** A ring is to be heard across a room; its notes are between 0.3 and 0.6. */
const ringsAbove = 0.1

const arrived = (page: Page): Promise<Arrived> => page.evaluate(() => window.probe.arrived())

/** What came since, while connections may have been replaced by new ones. */
function since(before: Arrived, now: Arrived): Arrived {
  const from =
    now.packets < before.packets ? { packets: 0, energy: 0, seconds: 0, frames: 0 } : before
  return {
    packets: now.packets - from.packets,
    energy: now.energy - from.energy,
    seconds: now.seconds - from.seconds,
    frames: Math.max(0, now.frames - from.frames),
  }
}

const loudness = ({ energy, seconds }: Arrived) => (seconds > 0 ? Math.sqrt(energy / seconds) : 0)

/** Proved at the receiving side: packets come, and they carry sound. */
export async function expectHears(page: Page, who: string): Promise<void> {
  const before = await arrived(page)
  let got = before
  await until(`${who} hears the other side`, async () => {
    got = since(before, await arrived(page))
    return got.packets >= packetsEnough && loudness(got) > loudEnough
  }).catch((error) => {
    throw new Error(`${error.message} (arrived: ${JSON.stringify(got)})`)
  })
}

export async function expectSees(page: Page, who: string): Promise<void> {
  const before = await arrived(page)
  await until(
    `${who} sees the other side`,
    async () => since(before, await arrived(page)).frames >= framesEnough,
  )
}

/** In silence the kiosk's Opus sends two or three packets a second instead of 50. */
const silentPackets = 5

/** Packets come, but nobody speaks in them. */
export async function expectSilence(page: Page, who: string): Promise<void> {
  const before = await arrived(page)
  const got = await until(`${who} is connected with a silent villager`, async () => {
    const now = since(before, await arrived(page))
    return now.packets >= silentPackets && now
  })
  if (loudness(got) > loudEnough) throw new Error(`${who} hears ${loudness(got)}, not silence`)
}

/** The page's own sound comes out of its loudspeaker. */
export async function expectSound(page: Page, what: string): Promise<void> {
  const heard = page.waitForFunction((above) => window.probe.played() > above, ringsAbove, {
    polling: 50,
  })
  await told(what, heard)
}

/** No sound of its own for longer than the pause between two rings. */
export async function expectQuiet(page: Page, what: string): Promise<void> {
  const quiet = page.waitForFunction(() => window.probe.played() === 0, null, { polling: 50 })
  await told(what, quiet)
}
