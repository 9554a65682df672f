import { screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { lean, point, snapshot, ticket, wang } from '@/shared/live/fixtures.ts'
import { open, TestHub } from '../staff/testhub.tsx'
import { Centre } from './Centre.tsx'

afterEach(() => vi.unstubAllGlobals())

async function supervisorSees(change: Parameters<typeof snapshot>[0]) {
  const hub = new TestHub()
  hub.signedIn = true
  hub.me = { person: wang, site: lean, demo: true, pages: ['centre'] }
  const site = { unit: lean, database: true, media: true, children: [] }
  hub.first = snapshot({ me: wang, site, ...change })
  return { hub, user: await open({ page: 'centre', Work: Centre }) }
}

const proven = { proven_by: 'call', proven_at: '2026-11-20T01:05:00Z' } as const
const points = [
  point({ kiosk: 'k1', health: { state: 'ok', ...proven } }),
  point({ kiosk: 'k2', health: { state: 'fault', failed: ['key_stuck:red'], ...proven } }),
  point({ kiosk: 'k3', health: { state: 'overdue', overdue: ['human_test_overdue'] } }),
  point({
    kiosk: 'k4',
    state: 'offline',
    since_ms: 7_200_000,
    health: { state: 'offline', ...proven },
  }),
]
const cell = (kiosk: string) =>
  within(document.querySelector<HTMLElement>(`li[data-kiosk="${kiosk}"]`) ?? document.body)

test('each point shows its health in a word, and when and by what it was proven', async () => {
  await supervisorSees({ points })
  await screen.findByRole('heading', { name: '服务点 4 个' })
  expect(cell('k1').getByText('正常')).toBeTruthy()
  expect(cell('k1').getByText('呼叫 11-20 09:05')).toBeTruthy()
  expect(cell('k2').getByText('有故障')).toBeTruthy()
  expect(cell('k3').getByText('逾期未试')).toBeTruthy()
  expect(cell('k3').getByText('还没有证明过')).toBeTruthy()
  expect(cell('k4').getAllByText('离线')).toHaveLength(1) // said once is enough
})

test('the list of devices begins with what is worst, and can show all', async () => {
  const { user } = await supervisorSees({ points })
  await user.click(await screen.findByRole('link', { name: '设备' }))
  const rows = () =>
    [...document.querySelectorAll('tr[data-kiosk]')].map((row) => row.getAttribute('data-kiosk'))
  await screen.findByRole('heading', { name: '设备' })
  expect(rows()).toEqual(['k4', 'k2', 'k3'])
  expect(screen.getByText('已失联 2 小时 0 分')).toBeTruthy()
  expect(screen.getByText('按键卡住：红键')).toBeTruthy()
  await user.click(screen.getByText('全部 4 台'))
  expect(rows()).toEqual(['k4', 'k2', 'k3', 'k1'])
})

test('what went up to the county is open, what townships see to is folded', async () => {
  await supervisorSees({
    tickets: [
      ticket({ id: 'theirs', red: false, code: 'key_stuck' }),
      ticket({ id: 'ours', red: false, code: 'sound_card', level: 'county' }),
    ],
  })
  await screen.findByRole('heading', { name: '升级到县里的故障 1 件' })
  expect(document.getElementById('ticket-ours')?.closest('details')).toBeNull()
  expect(document.getElementById('ticket-theirs')?.closest('details')?.open).toBe(false)
  expect(screen.getByText('乡镇正在处理 1 件')).toBeTruthy()
})

test('an alarm of a township leads the county to its folded ticket', async () => {
  const { user } = await supervisorSees({ tickets: [ticket({ id: 'theirs' })] })
  await user.click(await screen.findByRole('button', { name: '去处理 流坑村：终端失联' }))
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('ticket-theirs'))
  expect(document.getElementById('ticket-theirs')?.closest('details')?.open).toBe(true)
})
