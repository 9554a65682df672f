/**
 * The kiosk's page alone in a real browser, before an invented terminal: what
 * takes minutes to come about with a real one is asked for at once. It needs
 * the built pages in ../dist.
 */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { quiet, startMock } from '../mock/kiosk.mjs'
import { closeBrowsers, openBrowsers } from './browsers.ts'
import { Faults } from './faults.ts'
import { installProbe, type ProbeOptions } from './probe.ts'
import { until } from './soon.ts'

let browser: Browser
let close: () => Promise<void>
let terminal: Awaited<ReturnType<typeof startMock>>
const faults = new Faults()
const pages: Page[] = []

beforeAll(async () => {
  const browsers = await openBrowsers()
  browser = browsers.kiosks
  close = () => closeBrowsers(browsers)
})
beforeEach(async () => {
  faults.begin()
  terminal = await startMock(0, { plays: false })
})
afterEach(async () => {
  const found = faults.take()
  await Promise.all(pages.splice(0).map((page) => page.context().close()))
  await terminal.stop()
  expect(found).toEqual([])
})
afterAll(() => close())

async function open(probe: ProbeOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 600 } })
  await context.addInitScript(installProbe, probe)
  const page = await context.newPage()
  pages.push(page)
  faults.watch(page, 'kiosk')
  await page.goto(terminal.url)
  await page.locator('main[data-screen="idle"]').waitFor()
  return page
}

const told = () => until('the page tells how the test ended', () => terminal.tested[0])

test('the sound self-test passes where the microphone hears the loudspeaker, with its figures', async () => {
  await open({ room: true })
  terminal.show({ test: { name: 'sound' } }, quiet)
  const { name, result, detail } = await told()
  expect({ name, result }, detail).toEqual({ name: 'sound', result: 'passed' })
  expect(detail).toMatch(/1000 Hz -\d+ to -\d+ dB, 700 Hz -\d+ to -\d+ dB/)
})

test('it fails where the microphone hears something else', async () => {
  await open() // Chromium's own fake microphone beeps, whatever is played
  terminal.show({ test: { name: 'sound' } }, quiet)
  const { result, detail } = await told()
  expect(result, detail).toBe('failed')
  expect(detail).toMatch(/not heard: 1000 Hz/)
})

test('it fails with a microphone that gives silence', async () => {
  await open({ mute: true })
  terminal.show({ test: { name: 'sound' } }, quiet)
  expect(await told()).toMatchObject({ result: 'failed' })
})

test('a kiosk that never had a microphone skips it, one that lost it fails', async () => {
  const page = await open({ deaf: true })
  terminal.show({ test: { name: 'sound' } }, quiet)
  expect(await told()).toMatchObject({ result: 'skipped' })
  await page.evaluate(() => localStorage.setItem('huying.kiosk.microphone', 'yes'))
  terminal.show({ home: false }, quiet)
  await page.locator('.line[data-line="county"]').waitFor()
  terminal.show({ test: { name: 'sound' } }, quiet)
  await until('it is told again', () => terminal.tested.length === 2)
  expect(terminal.tested[1]).toMatchObject({
    result: 'failed',
    detail: expect.stringMatching(/gone/),
  })
})

test('a self-test is given up without a word when somebody presses a key', async () => {
  const page = await open({ room: true })
  const before = await page.evaluate(() => performance.now())
  terminal.show({ test: { name: 'sound' } }, quiet)
  await page.waitForFunction((t) => window.probe.soundedSince(t).length > 0, before)
  // Held down, so that the page has no sound of its own either.
  terminal.show({ state: 'sending', key: 'enquiry', call: 'k.1.1', down: true }, quiet)
  await page.locator('main[data-screen="sending"]').waitFor()
  await page.waitForFunction(() => window.probe.played() === 0)
  expect(terminal.tested).toEqual([])
})

test('a voice server that is not there fails the media self-test', async () => {
  faults.allow({ pattern: /127\.0\.0\.1:9\//, reason: 'nobody listens there, on purpose' })
  await open()
  terminal.show({ test: { name: 'media', media: { url: 'ws://127.0.0.1:9', token: 'x' } } }, quiet)
  expect(await told()).toMatchObject({ name: 'media', result: 'failed' })
})

test('the page says every 5 s that it lives, and keeps the screen lit', async () => {
  const page = await open()
  expect(await page.evaluate(() => window.probe.locks)).toBe(1)
  await until('three beats', () => terminal.beats.length >= 3)
  const [first = 0, second = 0, third = 0] = terminal.beats
  expect(Math.max(second - first, third - second)).toBeLessThan(8000)
})

test('what the terminal wants said is said, cut off by what is newer, and silent at once', async () => {
  const page = await open()
  const said = () => page.evaluate(() => window.probe.said)
  const call = { state: 'received', key: 'urgent', call: 'k.1.1' }
  terminal.show({ ...call, say: { n: 1, prompts: ['pressed_urgent', 'received'] } }, quiet)
  await page.waitForFunction(() => window.probe.played() > 0.05)
  terminal.show({ ...call, state: 'answered', say: { n: 2, prompts: ['answered'] } }, quiet)
  await until('it is said', async () => (await said()).includes('answered'))
  terminal.show({ ...call, quiet: true, say: { n: 3, prompts: [] } }, quiet)
  await page.locator('main[data-quiet="true"]').waitFor()
  await page.waitForFunction(() => window.probe.played() === 0)
  const from = await page.evaluate(() => performance.now())
  terminal.show(
    { ...call, state: 'requeued', quiet: true, say: { n: 4, prompts: ['requeued'] } },
    quiet,
  )
  await page.locator('main[data-screen="requeued"]').waitFor()
  expect(await page.evaluate((t) => window.probe.soundedSince(t), from)).toEqual([])
  expect(await said()).toEqual(['pressed_urgent', 'received', 'answered'])
})

test('a page that is loaded in mid-call does not repeat what was said', async () => {
  terminal.show({ say: { n: 7, prompts: ['ready'] } }, quiet)
  const page = await open()
  terminal.show({ say: { n: 8, prompts: ['line_back'] } }, quiet)
  await until('it is said', async () => (await page.evaluate(() => window.probe.said)).length > 0)
  expect(await page.evaluate(() => window.probe.said)).toEqual(['line_back'])
})

test('a page that crashes in its drawing falls silent, so that the watch starts it anew', async () => {
  faults.allow({ pattern: /boom/, reason: 'the drawing is broken on purpose' })
  const page = await open()
  await until('it lives', () => terminal.beats.length > 0)
  await page.evaluate(() => {
    Array.prototype.some = () => {
      throw new Error('boom')
    }
  })
  terminal.show({ faults: [{ code: 'journal_slow' }] }, quiet)
  await page.locator('main').waitFor({ state: 'detached' })
  const beats = terminal.beats.length
  await page.waitForTimeout(6000) // one beat is due within 5 s
  expect(terminal.beats.length).toBe(beats)
})
