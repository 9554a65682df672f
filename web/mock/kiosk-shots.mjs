// Takes a picture of every screen of the kiosk page at both sizes, and fails
// when a screen scrolls, when a text is under 48 px or cut off, when a key is
// under 60 px, when a press is not shown within 200 ms, or when axe objects.
//
//   npm run build && node mock/kiosk-shots.mjs [folder]
import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { quiet, startMock, zhang } from './kiosk.mjs'

const folder = process.argv[2] ?? new URL('../../shots/kiosk/', import.meta.url).pathname
const sizes = [
  { width: 1024, height: 600 },
  { width: 1920, height: 1080 },
]
const call = { key: 'urgent', call: '361025105207-1.1.7' }
const long = { name: '欧阳建国', post: '带班领导', site: '乐安县城乡综合服务指挥中心' }
const four = [...quiet.phones, { label: '报警', number: '110' }]
const short = ['报警', '急救', '火警', '村医', '村长'].map((label, i) => ({
  label,
  number: `11${i}`,
}))
const wide = quiet.phones.map((p) => ({ ...p, label: `${p.label}（二十四小时）` }))

const screens = {
  idle: {},
  'idle-real-keys': { demo_keys: false },
  'idle-county-only': { home: false },
  cut: { home: false, county: false },
  sending: { ...call, state: 'sending' },
  held: { ...call, state: 'sending', held: true },
  received: { ...call, state: 'received' },
  'received-real-keys': { ...call, state: 'received', demo_keys: false },
  'received-enquiry': { ...call, key: 'enquiry', state: 'received' },
  answered: { ...call, state: 'answered', answerer: zhang },
  'answered-long': {
    ...call,
    state: 'answered',
    answerer: long,
    township: '金竹畲族乡',
    point: '大通村民小组',
  },
  'answered-no-room': {
    ...call,
    state: 'answered',
    answerer: zhang,
    media: { url: 'ws://127.0.0.1:9', token: 'x' },
  },
  requeued: { ...call, state: 'requeued' },
  on_the_way: { ...call, state: 'on_the_way', answerer: zhang },
  wrap_up: { ...call, state: 'wrap_up', answerer: zhang },
  ended: { ...call, state: 'ended' },
  no_line: { ...call, state: 'no_line', home: false, county: false },
  'no_line-four': { ...call, state: 'no_line', home: false, county: false, phones: four },
  'no_line-short': { ...call, state: 'no_line', home: false, county: false, phones: short },
  'no_line-wide': { ...call, state: 'no_line', home: false, county: false, phones: wide },
  'no_line-none': { ...call, state: 'no_line', home: false, county: false, phones: [] },
}

const faults = []
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
  ],
})

for (const size of sizes) {
  const name = (screen) => `${folder}/${screen}-${size.width}.png`
  const mock = await startMock(0, { plays: false })
  const page = await browser.newPage({ viewport: size, reducedMotion: 'reduce' })
  page.on('pageerror', (e) => faults.push(`${size.width}: ${e.message}`))
  await page.goto(mock.url)
  await page.evaluate(axe)
  for (const [screen, change] of Object.entries(screens)) {
    mock.show(change, quiet)
    // Only a page that never knew a number falls back on the national ones.
    if (change.phones?.length === 0) await afresh(page)
    await page.waitForSelector(`main[data-state="${change.state ?? 'idle'}"]`)
    await settle(page, change, screen)
    await look(page, `${screen} at ${size.width}`)
    await page.screenshot({ path: name(screen) })
  }
  await press(page, mock, `press at ${size.width}`)
  await page.screenshot({ path: name('pressed') })
  await page.waitForSelector('main[data-screen="unheard"]', { timeout: 6000 })
  await look(page, `unheard at ${size.width}`)
  await page.screenshot({ path: name('unheard') })
  await mock.stop()
  await page.waitForSelector('main[data-screen="gone"]', { timeout: 8000 })
  await look(page, `gone at ${size.width}`)
  await page.screenshot({ path: name('gone') })
  await page.close()
}
await browser.close()
for (const fault of faults) console.error(fault)
console.log(
  `${Object.keys(screens).length + 3} screens at ${sizes.length} sizes in ${folder}, ${faults.length} faults`,
)
process.exitCode = faults.length > 0 ? 1 : 0

async function afresh(page) {
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await page.evaluate(axe)
}

/** Waits until the page shows exactly this view, by the parts that differ. */
async function settle(page, change, screen) {
  const demo = change.demo_keys !== false
  await page.waitForFunction(
    ([keys, line]) =>
      document.querySelectorAll('button.key').length === keys &&
      document.querySelector(`.line[data-line="${line}"]`),
    [demo ? 2 : 0, change.home === false ? (change.county === false ? 'none' : 'county') : 'ok'],
  )
  if (screen === 'answered-no-room') {
    await page.waitForSelector('main[data-voice="failed"]', { timeout: 20000 })
  }
}

/** The rules for old eyes and hands, measured. */
async function look(page, where) {
  const seen = await page.evaluate(() => {
    const bad = []
    const scale = Math.min(innerWidth / 1024, innerHeight / 600)
    const root = document.documentElement
    if (root.scrollHeight > innerHeight || root.scrollWidth > innerWidth) bad.push('scrolls')
    for (const el of document.querySelectorAll('main *')) {
      const own = [...el.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '')
      const box = el.getBoundingClientRect()
      if (own && el.checkVisibility()) {
        if (parseFloat(getComputedStyle(el).fontSize) < 48 * scale - 0.1)
          bad.push(`small: ${el.textContent}`)
        if (
          box.left < 0 ||
          box.top < 0 ||
          box.right > innerWidth + 1 ||
          box.bottom > innerHeight + 1
        )
          bad.push(`off the glass: ${el.textContent}`)
        const home = el.closest('.stage, .key, .head').getBoundingClientRect()
        if (
          box.bottom > home.bottom + 1 ||
          box.top < home.top - 1 ||
          box.right > home.right + 1 ||
          box.left < home.left - 1
        )
          bad.push(`out of its box: ${el.textContent}`)
        if (el.scrollWidth > el.clientWidth + 1 && getComputedStyle(el).display !== 'inline')
          bad.push(`cut off: ${el.textContent}`)
      }
      if (el.matches('.key') && (box.width < 60 || box.height < 60)) bad.push('a key is too small')
      if (el.matches('.picture, .portrait') && box.height < 90 * scale)
        bad.push(`picture ${Math.round(box.height)} px high`)
    }
    return bad
  })
  const { violations } = await page.evaluate(() => globalThis.axe.run(document))
  for (const what of seen) faults.push(`${where}: ${what}`)
  for (const v of violations)
    faults.push(`${where}: axe ${v.id}: ${v.nodes.map((n) => n.target).join(' ')}`)
}

/** A press is shown and heard within 200 ms, while the terminal says nothing. */
async function press(page, mock, where) {
  mock.show({}, quiet)
  await page.waitForSelector('main[data-screen="idle"]')
  await page.evaluate(() => {
    addEventListener(
      'pointerdown',
      () => {
        const t0 = performance.now()
        new MutationObserver((_, me) => {
          const { screen, sound } = document.querySelector('main').dataset
          if (screen !== 'sending' || sound !== 'press') return
          me.disconnect()
          requestAnimationFrame(() => {
            globalThis.shownAfter = performance.now() - t0
          })
        }).observe(document, { attributes: true, subtree: true })
      },
      { capture: true, once: true },
    )
  })
  const box = await page.locator('[data-key="urgent"]').last().boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.waitForFunction(() => globalThis.shownAfter !== undefined)
  const ms = await page.evaluate(() => globalThis.shownAfter)
  await page.mouse.up()
  console.log(`${where}: shown and sounded after ${ms.toFixed(0)} ms`)
  if (ms > 200) faults.push(`${where}: shown after ${ms.toFixed(0)} ms`)
  const events = () => JSON.stringify(mock.heard)
  for (let i = 0; i < 100 && mock.heard.length < 2; i++) await page.waitForTimeout(20)
  const want = JSON.stringify([
    { key: 'urgent', down: true },
    { key: 'urgent', down: false },
  ])
  if (events() !== want) faults.push(`${where}: the terminal heard ${events()}`)
}
