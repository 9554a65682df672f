import { screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ConfigOutputBody, Me, PointHealth } from '@/shared/api/schema.ts'
import { niutian, ticket } from '@/shared/live/fixtures.ts'
import { open, TestHub } from '../testhub.tsx'

const me: Me = {
  person: { id: 'p-qian', name: '钱七', post: '系统管理员', role: 'administrator' },
  site: niutian,
  demo: true,
  pages: [],
}
const liukeng: PointHealth = {
  kiosk: '361025105207-1',
  point: { code: '361025105207', name: '流坑村' },
  township: niutian,
  health: { state: 'ok' },
  online: true,
  since_ms: 0,
  tickets: 0,
  version: '0.3.0',
}
const issued = {
  code: 'A3KM-79XQ-HKWF',
  address: 'https://hub.example:8443',
  expires_at: new Date(Date.now() + 7_000_000).toISOString(),
  qr: 'huying://enrol?code=A3KM-79XQ-HKWF&hub=https%3A%2F%2Fhub.example%3A8443',
}
let hub: TestHub

beforeEach(() => {
  hub = new TestHub()
  hub.signedIn = true
  hub.me = me
  hub.answers.set('GET /api/health/points', { points: [liukeng] })
  hub.answers.set('GET /api/tickets', { tickets: [] })
})
afterEach(() => vi.unstubAllGlobals())

async function administrator() {
  const user = await open({ page: 'desk', Work: () => null })
  await screen.findByRole('heading', { name: '终端 1 台' })
  return user
}

test('an administrator comes to the devices, and has no live line', async () => {
  await administrator()
  expect(screen.getByText('流坑村')).toBeTruthy()
  expect(hub.asked).not.toContain('POST /api/ticket')
  expect(screen.queryByRole('button', { name: '开始值守' })).toBeNull()
})

test('a point is added, and its code is shown large with the command', async () => {
  const added = {
    kiosk: '361025105299-1',
    point: { code: '361025105299', name: '上坪村' },
    township: niutian,
    site: niutian,
  }
  hub.answers.set('POST /api/points', added)
  hub.answers.set('POST /api/points/361025105299-1/enrolment', issued)
  const user = await administrator()
  await user.click(screen.getByRole('button', { name: '添加服务点终端' }))
  await user.type(screen.getByLabelText('服务点的行政区划代码'), '36102510529')
  await user.type(screen.getByLabelText('服务点名称'), '上坪村')
  await user.click(screen.getByRole('button', { name: '添加，并发登记码' }))
  expect(await screen.findByText('应为 12 位或 15 位数字')).toBeTruthy()
  expect(hub.asked.some((route) => route.startsWith('POST /api/points'))).toBe(false)
  await user.type(screen.getByLabelText('服务点的行政区划代码'), '9')
  expect(screen.getByText('终端编号：361025105299-1')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: '添加，并发登记码' }))
  await screen.findByText('上坪村的登记码')
  expect(hub.asked).toContain(
    'POST /api/points {"point":{"code":"361025105299","name":"上坪村"},"kiosk":"361025105299-1"}',
  )
  const command = await waitFor(() => {
    const pre = document.querySelector('pre')
    if (!pre) throw new Error('no command')
    return pre
  })
  expect(command.textContent?.replace(/\s+/g, ' ').trim()).toBe(
    'huying-terminal enrol --hub https://hub.example:8443 --code A3KM-79XQ-HKWF systemctl restart huying-terminal',
  )
  expect(screen.getByText(/前有效，还有 1 小时/)).toBeTruthy()
  expect(screen.getByRole('img', { name: '登记用的二维码' })).toBeTruthy()
})

test('a code is issued once for each time that it is asked for', async () => {
  hub.answers.set('POST /api/points/361025105207-1/enrolment', issued)
  const user = await administrator()
  const codes = () => hub.asked.filter((route) => route.endsWith('/enrolment')).length
  await user.click(screen.getByRole('button', { name: '给流坑村发登记码' }))
  await screen.findByText('登记码 A 3 K M - 7 9 X Q - H K W F')
  window.dispatchEvent(new Event('focus'))
  expect(codes()).toBe(1)
  await user.click(screen.getByRole('button', { name: '记好了，关闭' }))
  await waitFor(() => expect(screen.queryByText(issued.code)).toBeNull())
  await user.click(screen.getByRole('button', { name: '给流坑村发登记码' }))
  await waitFor(() => expect(codes()).toBe(2))
})

test('revoking names what happens and wants the village’s name', async () => {
  const user = await administrator()
  await user.click(screen.getByRole('button', { name: '吊销流坑村的终端' }))
  expect(screen.getByText('从那时起，村民在它上面按键不会有人听到。')).toBeTruthy()
  const sure = screen.getByRole<HTMLButtonElement>('button', { name: '吊销这台终端' })
  expect(sure.disabled).toBe(true)
  await user.type(screen.getByLabelText(/请输入服务点名称/), '流坑村')
  await user.click(sure)
  await waitFor(() => expect(hub.asked).toContain('POST /api/points/361025105207-1/revocation'))
  expect(await screen.findByText('流坑村的终端已吊销')).toBeTruthy()
})

test('a copied identity stands above the list with its way out', async () => {
  hub.answers.set('GET /api/tickets', { tickets: [ticket({ code: 'clone' })] })
  const user = await administrator()
  const warning = await screen.findByRole('region', { name: '流坑村' })
  expect(within(warning).getByText(/两处的按键都照样响铃/)).toBeTruthy()
  await user.click(within(warning).getByRole('button', { name: '吊销流坑村的终端' }))
  expect(await screen.findByText('吊销流坑村的终端？')).toBeTruthy()
})

const config = (change: Partial<ConfigOutputBody> = {}): ConfigOutputBody => ({
  own: { rev: 7, settings: { volume: 80 }, given_at: '2026-11-22T00:00:00Z', given_by: 'p-qian' },
  common: { rev: 3, settings: { home_url: 'wss://niutian.example' } },
  rev: 7,
  settings: { volume: 80, home_url: 'wss://niutian.example' },
  ...change,
})

test.each([
  [config({ reported: { rev: 7 } }), '第 7 版已生效'],
  [config({ reported: { rev: 6 } }), '第 7 版已下发，等终端应用'],
  [config(), '第 7 版已保存，终端不在线；上线后自动应用'],
  [
    config({ reported: { rev: 6, tried: 7, error: '音量太小' } }),
    '第 7 版没有用上（被终端拒绝，或试用失败已自动退回），现在用的是第 6 版。原因：音量太小',
  ],
  [config({ rev: 0 }), '还没有下发过设置'],
])('what became of settings is said (%#)', async (given, words) => {
  hub.answers.set('GET /api/points/361025105207-1/config', given)
  const user = await administrator()
  await user.click(screen.getByRole('button', { name: '流坑村的设置' }))
  expect(await screen.findByText(words)).toBeTruthy()
})

test('only what is filled in is told; the common value stands beside an empty field', async () => {
  hub.answers.set('GET /api/points/361025105207-1/config', config())
  hub.problems.set('PUT /api/points/361025105207-1/config', {
    status: 422,
    detail: '应写成 https://主机',
  })
  const user = await administrator()
  await user.click(screen.getByRole('button', { name: '流坑村的设置' }))
  expect(await screen.findByText('公共设置：wss://niutian.example')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: '加一个电话' }))
  await user.type(screen.getByLabelText('第 1 个电话的名称'), '值班室')
  await user.type(screen.getByLabelText('第 1 个电话的号码'), '0794-1')
  await user.type(screen.getByLabelText('本乡镇中心'), 'nonsense')
  await user.click(screen.getByRole('button', { name: '保存并下发' }))
  expect(await screen.findByText('应写成 https://主机')).toBeTruthy()
  expect(hub.asked).toContain(
    'PUT /api/points/361025105207-1/config {"phones":[{"label":"值班室","number":"0794-1"}],"volume":80,"home_url":"nonsense"}',
  )
})

test('a hub without a root of its own says so and offers no file', async () => {
  hub.problems.set('GET /api/authority/root.pem', {
    status: 409,
    detail: '本站不签发证书',
  })
  const user = await administrator()
  await user.click(screen.getByRole('tab', { name: '安全证书' }))
  expect(await screen.findByText(/本站不签发证书/)).toBeTruthy()
  expect(screen.queryByRole('link', { name: /root.crt/ })).toBeNull()
})

test('the root is offered with the steps for each system', async () => {
  hub.answers.set('GET /api/authority/root.pem', {})
  const user = await administrator()
  await user.click(screen.getByRole('tab', { name: '安全证书' }))
  const link = await screen.findByRole('link', { name: /root\.crt/ })
  expect(link.getAttribute('href')).toBe('/api/authority/root.crt')
  for (const name of ['Windows', '麒麟', '安卓手机']) {
    expect(screen.getByRole('heading', { name })).toBeTruthy()
  }
})
