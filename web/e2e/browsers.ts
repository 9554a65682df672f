import { type Browser, chromium } from 'playwright-core'

/** No GPU, no outside, and a camera and a microphone that beep and count. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  // 10 pictures a second: seven pages share two cores.
  '--use-fake-device-for-media-stream=fps=10',
]

/**
 * Two browsers, for kiosks run with sound allowed, while a desk must earn it
 * with the gesture that starts the shift.
 */
export interface Browsers {
  kiosks: Browser
  desks: Browser
}

export async function openBrowsers(): Promise<Browsers> {
  const open = (...more: string[]) =>
    chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [...flags, ...more],
    })
  const [kiosks, desks] = await Promise.all([
    open('--autoplay-policy=no-user-gesture-required'),
    open('--autoplay-policy=document-user-activation-required'),
  ])
  return { kiosks, desks }
}

export async function closeBrowsers({ kiosks, desks }: Browsers): Promise<void> {
  await Promise.all([kiosks.close(), desks.close()])
}
