/**
 * Looks at the administrator's page of releases in each of its states. Writes
 * pictures to ../shots and runs axe on each. Usage: `npm run mock` in one
 * shell, then `node mock/release-shots.mjs`.
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
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
})
const page = await browser.newPage({ viewport: { width: 1366, height: 768 } })
page.on('pageerror', (error) => console.log(error.message))

const steer = async (path, values) =>
  (
    await fetch(
      `${base}/mock/${path}?${new URLSearchParams(
        Object.entries(values).map(([k, v]) => [k, JSON.stringify(v)]),
      )}`,
    )
  ).json()

/** What is seen without scrolling, the rest, and what axe says. */
async function look(name) {
  await page.screenshot({ path: `${folder}v-${name}.png` })
  await page.screenshot({ path: `${folder}v-${name}-whole.png`, fullPage: true })
  await page.addScriptTag({ path: axe })
  const result = await page.evaluate('axe.run(document)')
  for (const violation of result.violations) {
    found++
    console.log(`${name}: ${violation.id}: ${violation.help}`)
    for (const node of violation.nodes.slice(0, 4))
      console.log(`   ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`)
  }
}

await page.goto(`${base}/desk`)
await page.getByLabel('账号').fill('guanli')
await page.getByLabel('密码', { exact: true }).fill('demo')
await page.getByRole('button', { name: /登\s?录/ }).click()
await page.getByRole('tab', { name: '版本' }).click()
await page.getByRole('heading', { name: '发布新版本' }).waitFor()
await look('01-nothing')
const files = (...names) =>
  page
    .getByLabel('选两个文件')
    .setInputFiles(names.map((name) => ({ name, mimeType: '', buffer: Buffer.from('x') })))
await files('huying-terminal_0.4.1_arm64.deb')
await page.getByText('还缺清单').waitFor()
await files('huying-terminal_0.4.1_arm64.deb', 'huying-terminal_0.4.1_arm64.deb.release')
await page.getByRole('button', { name: /上\s?传/, exact: true }).click()
await page.getByText('与清单不符').waitFor()
await look('02-upload')
await page.getByRole('button', { name: '选版本和试点' }).click()
await page.getByRole('checkbox', { name: /流坑村/ }).check()
await page.getByRole('checkbox', { name: /东坑村/ }).check()
await look('03-begin')
await page.getByRole('button', { name: '先发给这 2 台' }).click()
await page.getByRole('heading', { name: /0.4.0 版的发布/ }).waitFor()
const liukeng = '361025105200-1'
const dongkeng = '361025100200-1'
await steer('release', {
  kiosks: {
    [liukeng]: { phase: 'installed', version: '0.4.0', missing: 'not_proven' },
    [dongkeng]: { phase: 'fetching', percent: 40, missing: 'fetching' },
  },
})
await page.getByText('下载中 40%').waitFor()
await look('04-trial')
await page.getByRole('button', { name: '发给十分之一' }).click()
await page.getByText('逐台写明为什么不等').waitFor()
await look('05-reasons')
await page.getByRole('button', { name: /取\s?消/ }).click()
await steer('release', {
  kiosks: {
    [liukeng]: { proven: true, missing: undefined },
    [dongkeng]: {
      phase: 'rolled_back',
      missing: 'rolled_back',
      error: '新程序 5 分钟内没有连上中心',
    },
  },
  halt: { kiosks: [dongkeng] },
})
await page.getByText('发布已自动停下').waitFor()
await look('06-halted')
await page.getByRole('button', { name: /继\s?续/ }).click()
await look('07-resume')
await page.getByRole('button', { name: /取\s?消/ }).click()
await page.getByRole('button', { name: /撤\s?回/ }).click()
await look('08-withdraw')
await page.getByRole('button', { name: /取\s?消/ }).click()
await page.getByRole('button', { name: 'English' }).click()
await page.getByRole('heading', { name: 'Rollout of 0.4.0' }).waitFor()
await look('09-english')
await browser.close()
console.log(`axe found ${found}`)
process.exit(found ? 1 : 0)
