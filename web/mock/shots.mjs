/**
 * Looks at the staff pages: drives the mock county through what people see,
 * writes a picture of each moment to ../shots and runs axe on it. Usage:
 * `npm run mock` in one shell, `npm run shots` in another.
 */
import { mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const base = process.env.MOCK ?? 'http://127.0.0.1:5173'
const folder = fileURLToPath(new URL('../../shots/', import.meta.url))
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let found = 0

await mkdir(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
  ],
})

async function steer(path, values) {
  const response = await fetch(`${base}/mock/${path}?${new URLSearchParams(values)}`)
  return response.json()
}

async function look(page, name) {
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: true })
  await page.addScriptTag({ path: axe })
  const result = await page.evaluate('axe.run(document)')
  for (const violation of result.violations) {
    found++
    console.log(`${name}: ${violation.id}: ${violation.help}`)
    for (const node of violation.nodes.slice(0, 4))
      console.log(`   ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`)
  }
}

async function signedIn(context, path, account, start = true) {
  const page = await context.newPage()
  page.on('pageerror', (error) => console.log(`${account}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') console.log(`${account}: ${message.text()}`)
  })
  await page.goto(`${base}${path}`)
  await page.getByLabel('账号').fill(account)
  await page.getByLabel('密码', { exact: true }).fill('demo')
  await page.getByRole('button', { name: /登\s?录/ }).click()
  if (start) {
    await page.getByRole('button', { name: '开始值守' }).click()
    await page.getByText('值守中').waitFor()
  }
  return page
}

const wide = { viewport: { width: 1600, height: 900 } }
const one = await browser.newContext(wide)
const two = await browser.newContext(wide)
const three = await browser.newContext({ viewport: { width: 1920, height: 1080 } })

const empty = await one.newPage()
await empty.goto(`${base}/desk`)
await empty.getByLabel('账号').fill('niu1')
await empty.getByLabel('密码', { exact: true }).fill('wrong')
await empty.getByRole('button', { name: /登\s?录/ }).click()
await empty.getByText('账号或密码不对').waitFor()
await look(empty, '01-sign-in')
await empty.close()

const fresh = await signedIn(one, '/desk', 'niu1', false)
await fresh.getByRole('button', { name: '开始值守' }).waitFor()
await look(fresh, '02-before-shift')
await fresh.getByRole('button', { name: '开始值守' }).click()
await fresh.getByText('值守中').waitFor()
const desk = fresh
const colleague = await signedIn(two, '/desk', 'niu2')
const centre = await signedIn(three, '/centre', 'xian')
await look(desk, '03-calm')
await look(centre, '04-centre-calm')

const village = (n) => `36102510520${n}-1`
const press = (n, key, change = {}, ago = 0) =>
  steer('press', { kiosk: village(n), key, change: JSON.stringify(change), ago: String(ago) })
await press(2, 'enquiry', { presses: 2 }, 21_000)
const red = await press(0, 'urgent', {}, 7_000)
await press(
  4,
  'urgent',
  { rings: ['seats', 'duty_leader', 'county'], rung: 2, stored: false, kiosk_online: false },
  34_000,
)
await press(5, 'enquiry', { requeued: 1, orphan: true }, 3_000)
await steer('press', {
  kiosk: '361025100202-1',
  key: 'urgent',
  ago: '48000',
  change: JSON.stringify({ rings: ['seats', 'duty_leader', 'county'], rung: 2 }),
})
await desk.getByText('已等').nth(3).waitFor()
await look(desk, '05-ringing')
await look(centre, '06-centre-ringing')
console.log(
  'title:',
  await desk.title(),
  '| rings:',
  await desk.evaluate('document.documentElement.dataset.ringing'),
)

await colleague.getByRole('button', { name: '接听 高坑村' }).click()
await desk.getByText('高坑村: 李四（接线员）已接听').waitFor()
await look(desk, '07-taken')
await centre.getByRole('button', { name: '接听 牛田村' }).click()
await desk.getByText('县指挥中心 王五 正在通话').waitFor()
await look(desk, '08-county-talks')
await desk.keyboard.press('F2')
await desk.getByRole('button', { name: '挂断 (F4)' }).waitFor()
await desk.getByText('语音没有接通').waitFor()
await look(desk, '09-talking')
await look(centre, '10-centre-talking')
await desk.keyboard.press('F4')
await desk.getByText('红键呼叫还没有听到村民说话').waitFor()
await look(desk, '11-speech-needed')
await desk.getByLabel('谁到了现场').fill('村干部 曾某')
await desk.getByRole('button', { name: '登记已到现场' }).click()
await desk.getByText('请选择处理结果').or(desk.getByText('当场解决')).first().waitFor()
await desk.getByRole('button', { name: '结束呼叫' }).click()
await look(desk, '12-wrap-up')
await desk.getByLabel('已派干部上门').check()
await desk.getByRole('button', { name: '结束呼叫' }).click()
await desk.getByRole('link', { name: '最近的呼叫' }).click()
await desk.getByText('已派干部上门, 张三').waitFor()
await look(desk, '13-history')
await desk.getByRole('link', { name: '牛田镇 流坑村' }).click()
await desk.getByText('按下红键').waitFor()
await look(desk, '14-course')
await desk.getByRole('link', { name: '当前呼叫' }).click()

await steer('health', { change: JSON.stringify({ database: false, media: false, parent: false }) })
await steer('line', { code: '361025105', up: 'false' })
await desk.getByText('数据库停止').waitFor()
await steer('deaf', { on: 'true' })
await desk.getByText('与服务器的连接已断开').waitFor()
await look(desk, '15-blind')
await look(centre, '16-centre-down')
await steer('deaf', { on: 'false' })
await steer('health', { change: JSON.stringify({ database: true, media: true, parent: true }) })
await desk.getByText('与服务器的连接已断开').waitFor({ state: 'detached' })
await desk.setViewportSize({ width: 1280, height: 720 })
await desk.getByRole('button', { name: 'English' }).click()
await look(desk, '17-english-small')
await browser.close()
console.log(`red was ${red.id}; axe found ${found}`)
process.exit(found ? 1 : 0)
