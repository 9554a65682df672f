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

const rated = { state: 'rated', call: call.call }
const says = [
  '接线员',
  '带班领导',
  '乡镇干部',
  '县指挥中心值班员',
  '村医',
  '帮办员',
  '网格员',
  '业务窗口',
  '邻近乡镇接线员',
  '村民',
]
const posts = Object.fromEntries(
  says.map((post, i) => [
    `answered-post-${i}`,
    { ...call, state: 'answered', answerer: { ...zhang, post } },
  ]),
)
const ill = [{ code: 'test_failed', part: 'sound' }, { code: 'journal_slow' }]
const keysIll = [
  { code: 'key_unreadable', part: 'red' },
  { code: 'key_stuck', part: 'green' },
]
const bothBroken = ['red', 'green'].map((part) => ({ code: 'key_unreadable', part }))
const battery = { mains: false, percent: 64 }

const screens = {
  idle: {},
  'idle-on-battery': { power: battery },
  'idle-battery-low': { power: { mains: false, percent: 12 } },
  'idle-ill': { faults: ill, power: battery },
  'keys-ill': { faults: keysIll },
  'idle-green-broken': { faults: bothBroken.slice(1) },
  broken: { faults: bothBroken },
  'idle-red-stuck': { faults: [{ code: 'key_stuck', part: 'red' }] },
  'real-keys-ill': { faults: keysIll, demo_keys: false },
  'cut-keys-ill': { faults: keysIll, home: false, county: false },
  rating: { ...call, key: undefined, state: 'rating' },
  'rating-real-keys': { ...call, key: undefined, state: 'rating', demo_keys: false },
  'rated-good': { ...rated, key: 'enquiry' },
  'rated-bad': { ...rated, key: 'urgent' },
  practising: { state: 'practising', key: 'enquiry' },
  practised: { state: 'practised', key: 'enquiry' },
  unpractised: { state: 'unpractised', key: 'enquiry', home: false },
  quiet: { ...call, key: 'enquiry', state: 'ringing', quiet: true },
  'quiet-answered': { ...call, key: 'enquiry', state: 'answered', quiet: true, answerer: zhang },
  ...posts,
  'idle-real-keys': { demo_keys: false },
  'idle-county-only': { home: false },
  cut: { home: false, county: false },
  sending: { ...call, state: 'sending' },
  held: { ...call, state: 'sending', held: true },
  received: { ...call, state: 'received' },
  ringing: { ...call, state: 'ringing' },
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

/** The helper's menu over these. */
const menus = {
  menu: { power: { mains: true, percent: 100 }, version: '0.2.0' },
  'menu-ill': {
    faults: [...ill, keysIll[0]],
    power: battery,
    home: false,
    version: '0.2.0+3a4b5c6d',
  },
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
    const seen = await page.screenshot({ path: name(screen) })
    if (change.quiet) await dark(page, seen, `${screen} at ${size.width}`)
  }
  for (const [name_, change] of Object.entries(menus)) {
    mock.show(change, quiet)
    await page.waitForSelector('main[data-screen="idle"] .corner')
    await settle(page, change, name_)
    await page.locator('.corner').hover()
    await page.mouse.down()
    await page.waitForSelector('.helper')
    await page.mouse.up()
    await look(page, `${name_} at ${size.width}`)
    await page.screenshot({ path: name(name_) })
    await page.getByRole('button', { name: '关闭' }).click()
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
  `${Object.keys(screens).length + Object.keys(menus).length + 3} screens at ${sizes.length} sizes in ${folder}, ${faults.length} faults`,
)
process.exitCode = faults.length > 0 ? 1 : 0

async function afresh(page) {
  await page.evaluate(() => localStorage.clear())
  await page.reload()
  await page.evaluate(axe)
}

/** Waits until the page shows exactly this view, by the parts that differ. */
async function settle(page, change, screen) {
  if (change.quiet) {
    await page.waitForSelector('main[data-quiet="true"]')
    return
  }
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

/** A quiet call shows nothing: no point is bright, and few are not black. */
async function dark(page, picture, where) {
  const { brightest, lit } = await page.evaluate(
    async (data) => {
      const image = await createImageBitmap(await (await fetch(data)).blob())
      const canvas = new OffscreenCanvas(image.width, image.height)
      const context = canvas.getContext('2d')
      context.drawImage(image, 0, 0)
      const { data: points } = context.getImageData(0, 0, image.width, image.height)
      let [brightest, lit] = [0, 0]
      for (let i = 0; i < points.length; i += 4) {
        const level = Math.max(points[i], points[i + 1], points[i + 2])
        brightest = Math.max(brightest, level)
        if (level > 8) lit++
      }
      return { brightest, lit: lit / (image.width * image.height) }
    },
    `data:image/png;base64,${picture.toString('base64')}`,
  )
  if (brightest > 70 || lit > 0.001) faults.push(`${where}: shines: ${brightest}, ${lit} of it`)
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
      if (own && el.checkVisibility({ opacityProperty: true }) && !el.closest('.unseen')) {
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
      if (el.matches('button, .key') && (box.width < 60 || box.height < 60))
        bad.push(`too small: ${el.className}`)
      if (el.matches('.picture, .portrait:not(.small)') && box.height < 90 * scale)
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
