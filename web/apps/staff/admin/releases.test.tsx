import { screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Me, Rollout, RolloutKiosk } from '@/shared/api/schema.ts'
import { niutian } from '@/shared/live/fixtures.ts'
import { open, TestHub } from '../testhub.tsx'

const me: Me = {
  person: { id: 'p-qian', name: '钱七', post: '系统管理员', role: 'administrator' },
  site: niutian,
  demo: true,
  pages: [],
}
const kiosk = (n: number, name: string, change: Partial<RolloutKiosk> = {}): RolloutKiosk => ({
  kiosk: `36102510520${n}-1`,
  point: { code: `36102510520${n}`, name },
  township: niutian,
  online: true,
  updatable: true,
  member: false,
  version: '0.3.2',
  arch: 'arm64',
  ...change,
})
const releases = {
  releases: [
    {
      version: '0.4.0',
      arch: 'arm64',
      size: 20_000_000,
      sha256: '9f2c61d07be44c5d',
      uploaded_by: '钱七',
      uploaded_at: '2026-11-22T00:00:00Z',
    },
  ],
  most: 10,
  signed: true,
}
const rollout = (change: Partial<Rollout> = {}): Rollout => ({
  id: 1,
  version: '0.4.0',
  stage: 'trial',
  state: 'running',
  since: '2026-11-22T00:00:00Z',
  waits: 0,
  can_begin: false,
  may: ['advance', 'pause', 'withdraw'],
  steps: [{ at: '2026-11-22T00:00:00Z', what: 'started', person: '钱七' }],
  counts: {
    members: 2,
    offered: 0,
    fetching: 0,
    waiting: 0,
    installing: 0,
    installed: 1,
    proven: 1,
    failed: 0,
    unreachable: 0,
    unable: 0,
  },
  ...change,
})
let hub: TestHub

beforeEach(() => {
  hub = new TestHub()
  hub.signedIn = true
  hub.me = me
  hub.answers.set('GET /api/health/points', { points: [] })
  hub.answers.set('GET /api/tickets', { tickets: [] })
  hub.answers.set('GET /api/releases', releases)
})
afterEach(() => vi.unstubAllGlobals())

async function page(now: { rollout?: Rollout; kiosks: RolloutKiosk[] }) {
  hub.answers.set('GET /api/rollout', { below: [], ...now })
  const user = await open({ page: 'desk', Work: () => null })
  await user.click(await screen.findByRole('tab', { name: '版本' }))
  await screen.findByText('ARM（arm64）')
  return user
}

test('a rollout begins with points that can be updated', async () => {
  const { arch: _, ...old } = kiosk(2, '水南村')
  hub.answers.set('POST /api/rollout', { rollout: rollout(), kiosks: [], below: [] })
  const user = await page({ kiosks: [kiosk(1, '流坑村'), old] })
  await user.click(await screen.findByRole('button', { name: '选版本和试点' }))
  const box = (name: RegExp) => screen.getByRole<HTMLInputElement>('checkbox', { name })
  expect(box(/水南村.*到现场装一次/).disabled).toBe(true)
  const begin = () => screen.getByRole<HTMLButtonElement>('button', { name: /先发给这 \d 台/ })
  expect(begin().disabled).toBe(true)
  await user.click(box(/流坑村/))
  expect(screen.getByText('只在没有人通话时更新；更新失败会自动退回旧版本。')).toBeTruthy()
  await user.click(begin())
  await waitFor(() =>
    expect(hub.asked).toContain('POST /api/rollout {"version":"0.4.0","trial":["361025105201-1"]}'),
  )
  expect(await screen.findByRole('heading', { name: /0\.4\.0 版的发布/ })).toBeTruthy()
})

test('who is left behind needs a reason', async () => {
  const late = kiosk(2, '水南村', { member: true, phase: 'waiting', missing: 'waiting' })
  hub.answers.set('POST /api/rollout/advance', {
    rollout: rollout({ stage: 'tenth' }),
    kiosks: [],
    below: [],
  })
  const user = await page({ rollout: rollout({ waits: 1 }), kiosks: [late] })
  await user.click(await screen.findByRole('button', { name: '发给十分之一' }))
  const dialog = await screen.findByRole('dialog')
  const sure = within(dialog).getByRole<HTMLButtonElement>('button', { name: '发给十分之一' })
  expect(sure.disabled).toBe(true)
  await user.type(within(dialog).getByLabelText('水南村（等空闲）'), '村里停电')
  await user.click(sure)
  await waitFor(() =>
    expect(hub.asked).toContain(
      'POST /api/rollout/advance {"from":"trial","excuses":[{"kiosk":"361025105202-1","reason":"村里停电"}]}',
    ),
  )
})

test('a rollout that stopped says why, and goes on only for a reason', async () => {
  const bad = kiosk(2, '水南村', { member: true, phase: 'rolled_back', error: '没有连上中心' })
  hub.problems.set('POST /api/rollout/resume', { status: 409, detail: '发布的状态刚刚变了。' })
  const user = await page({
    rollout: rollout({ state: 'halted', may: ['resume', 'withdraw'] }),
    kiosks: [bad],
  })
  const alert = await screen.findByRole('alert')
  expect(alert.textContent).toContain('水南村：没有通过试用，已退回旧版本（没有连上中心）')
  await user.click(screen.getByRole('button', { name: /继\s?续/ }))
  const dialog = await screen.findByRole('dialog')
  const sure = within(dialog).getByRole<HTMLButtonElement>('button', { name: /继\s?续/ })
  expect(sure.disabled).toBe(true)
  await user.type(within(dialog).getByLabelText(/必须写明/), '网线松了')
  await user.click(sure)
  expect(await within(dialog).findByText('发布的状态刚刚变了。')).toBeTruthy()
  expect(hub.asked).toContain('POST /api/rollout/resume {"note":"网线松了"}')
})

test('a package needs both of its files', async () => {
  hub.problems.set('POST /api/releases', { status: 422, detail: '清单的签名不对。' })
  const user = await page({ kiosks: [] })
  const deb = new File(['x'], 'huying-terminal_0.4.1_arm64.deb')
  const manifest = new File(['{}'], 'huying-terminal_0.4.1_arm64.deb.release')
  const input = screen.getByLabelText('选两个文件')
  await user.upload(input, [deb])
  expect(screen.getByText(/还缺清单/)).toBeTruthy()
  const button = screen.getByRole<HTMLButtonElement>('button', { name: /上\s?传/ })
  expect(button.disabled).toBe(true)
  await user.upload(input, [deb, manifest])
  await user.click(button)
  expect(await screen.findByText('清单的签名不对。')).toBeTruthy()
})
