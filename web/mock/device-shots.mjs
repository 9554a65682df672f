/**
 * Looks at what the staff pages show of kiosks: faults, alarms, health, codes,
 * settings; at the size of an office screen and of a large one. Writes pictures
 * to ../shots and runs axe on each. Usage: `npm run mock` in one shell, then
 * `node mock/device-shots.mjs`.
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
    '--no-first-run',
    '--disable-background-networking',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
  ],
})

const steer = async (path, values = {}) =>
  (await fetch(`${base}/mock/${path}?${new URLSearchParams(values)}`)).json()

const small = { width: 1366, height: 768 }
const large = { width: 1920, height: 1080 }

/** Both sizes; what is seen without scrolling on the small one. */
async function look(page, name) {
  for (const [size, viewport] of [
    ['1366', small],
    ['1920', large],
  ]) {
    await page.setViewportSize(viewport)
    await page.screenshot({ path: `${folder}d-${name}-${size}.png` })
  }
  await page.setViewportSize(small)
  await page.addScriptTag({ path: axe })
  const result = await page.evaluate('axe.run(document)')
  for (const violation of result.violations) {
    found++
    console.log(`${name}: ${violation.id}: ${violation.help}`)
    for (const node of violation.nodes.slice(0, 4))
      console.log(`   ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`)
  }
}

async function signedIn(path, account, start = true) {
  const context = await browser.newContext({ viewport: small })
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

const village = (n) => `36102510520${n}-1`
const press = (n, key, change = {}, ago = 0) =>
  steer('press', { kiosk: village(n), key, change: JSON.stringify(change), ago: String(ago) })

const desk = await signedIn('/desk', 'niu1')
const centre = await signedIn('/centre', 'xian')
await look(desk, '01-desk-nothing')
await steer('trouble')
await desk.getByText('按键账目差 1 次').waitFor()
await look(desk, '02-desk-faults')
await look(centre, '03-centre-faults')

const quiet = await press(5, 'urgent', { quiet: true }, 6_000)
await steer('ticket', { change: JSON.stringify({ code: 'clone', kiosk: village(2) }) })
const cloned = await press(2, 'enquiry', {}, 12_000)
await desk.getByText('静音求助').first().waitFor()
await look(desk, '04-desk-quiet')
await look(centre, '05-centre-ringing')
await desk.getByRole('button', { name: '接听 麻坑村' }).click()
await desk.getByRole('heading', { name: '与麻坑村通话' }).waitFor()
await look(desk, '06-desk-talking')
await desk.keyboard.press('F4')
await steer('change', {
  call: quiet.id,
  change: JSON.stringify({ rating: 'bad', spoke: true }),
})
await desk.getByText('村民评价: 不满意').first().waitFor()
await look(desk, '07-desk-rated')
for (const { id } of [quiet, cloned])
  await steer('change', { call: id, change: JSON.stringify({ phase: 'closed' }) })

await desk.getByRole('button', { name: /^去处理 流坑村：按键账目/ }).click()
await look(desk, '08-desk-shown')
const ledger = desk.getByRole('listitem', { name: /流坑村的故障单/ })
await ledger.getByRole('button', { name: '登记应急办法' }).click()
await look(desk, '09-desk-stop-gap')
await ledger.getByRole('button', { name: '登记', exact: true }).click()
await desk.getByText('请写明做什么').waitFor()
await ledger.getByLabel('做什么').fill('已打电话到流坑村，是曾大爷误按，没有事')
await ledger.getByRole('button', { name: '登记', exact: true }).click()
await desk.getByText('应急办法：张三 负责').first().waitFor()
await look(desk, '10-desk-recorded')
await desk.getByRole('button', { name: '水南村的设备详情' }).first().click()
await desk.getByText('每日自检').waitFor()
await look(desk, '11-desk-drawer')
await desk.keyboard.press('Escape')
await desk.getByRole('link', { name: '设备' }).click()
await look(desk, '12-desk-health')
await centre.getByRole('link', { name: '设备' }).click()
await look(centre, '13-centre-health')
await centre.getByText('全部 30 台').click()
await look(centre, '14-centre-all')

const admin = await signedIn('/desk', 'guanli', false)
await admin.getByRole('heading', { name: '终端 30 台' }).waitFor()
await look(admin, '20-admin')
await admin.getByRole('button', { name: '添加服务点终端' }).click()
await admin.getByLabel('服务点的行政区划代码').fill('361025105299')
await admin.getByLabel('服务点名称').fill('上坪村')
await look(admin, '21-admin-add')
await admin.getByRole('button', { name: '添加，并发登记码' }).click()
await admin.getByText('A3KM-79XQ-HKWF', { exact: true }).first().waitFor()
await look(admin, '22-admin-code')
await admin.getByRole('button', { name: '记好了，关闭' }).click()
await admin.getByRole('button', { name: '水南村的设置' }).click()
await admin.getByText('还没有下发过设置').waitFor()
await admin.getByRole('button', { name: '加一个电话' }).click()
await admin.getByLabel('第 1 个电话的名称').fill('牛田镇值班室')
await admin.getByLabel('第 1 个电话的号码').fill('0794-0000001')
await admin.getByLabel('本乡镇中心').fill('https://wrong.example.cn')
await admin.getByRole('button', { name: '保存并下发' }).click()
await admin.getByText('没有用上').waitFor()
await look(admin, '23-admin-settings')
await admin.keyboard.press('Escape')
await admin.getByRole('button', { name: '吊销牛田村的终端' }).first().click()
await look(admin, '24-admin-revoke')
await admin.keyboard.press('Escape')
for (const [tab, name] of [
  ['警报和故障', '25-admin-tickets'],
  ['公共设置', '26-admin-common'],
  ['安全证书', '27-admin-root'],
]) {
  await admin.getByRole('tab', { name: tab }).click()
  await look(admin, name)
}
await admin.getByRole('button', { name: 'English' }).click()
await admin.getByRole('tab', { name: 'Alarms' }).click()
await look(admin, '28-admin-english')
await browser.close()
console.log(`axe found ${found}`)
process.exit(found ? 1 : 0)
