import { screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PointLife } from '@/shared/api/schema.ts'
import { call, niutian, point, snapshot, ticket, zhang } from '@/shared/live/fixtures.ts'
import { open, playing, TestHub } from '../staff/testhub.tsx'
import { Desk } from './Desk.tsx'

const desk = { page: 'desk', Work: Desk } as const
const stuck = ticket({ id: 't-stuck', red: false, code: 'key_stuck', part: 'green' })
const ledger = ticket({
  id: 't-ledger',
  code: 'ledger',
  presses: ['361025105207-1.3.17'],
})
let hub: TestHub

beforeEach(() => {
  hub = new TestHub()
  hub.signedIn = true
})
afterEach(() => {
  sessionStorage.clear()
  playing.clear()
  vi.unstubAllGlobals()
})

async function onDuty() {
  const user = await open(desk)
  await user.click(await screen.findByRole('button', { name: '开始值守' }))
  await screen.findByText('值守中')
  return user
}

const cardOf = (name: string | RegExp) => screen.getByRole('listitem', { name })

test('a fault stands behind the calls, with what to do and the time left', async () => {
  hub.first = snapshot({ calls: [call()], tickets: [stuck] })
  await open(desk)
  const card = await screen.findByRole('listitem', { name: '流坑村的故障单：按键卡住：绿键' })
  const ringing = cardOf('流坑村的呼叫')
  expect(ringing.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  expect(within(card).getByText(/请村里看按键是不是被东西压住/)).toBeTruthy()
  expect(within(card).getByText('要在 1 小时 59 分内登记应急办法')).toBeTruthy()
  expect(screen.queryByRole('alert', { name: '红色警报' })).toBeNull()
})

test('past the two hours it says so, and when the county hears of it', async () => {
  hub.first = snapshot({
    tickets: [{ ...stuck, level: 'duty_leader', due_ms: 49 * 60_000 + 30_000 }],
  })
  await open(desk)
  const late = await screen.findByText(/已升级到带班领导，再过 49 分钟升级到县里/)
  expect(late.closest('.due')?.classList.contains('over')).toBe(true)
})

test('a ticket is taken by one click, and the hub’s refusal is shown', async () => {
  hub.first = snapshot({ tickets: [stuck] })
  hub.problems.set('POST /api/tickets/t-stuck/take', { status: 503, detail: '乡镇站点现在连不上' })
  const user = await onDuty()
  await user.click(await screen.findByRole('button', { name: '我来处理' }))
  expect(await screen.findByText('乡镇站点现在连不上')).toBeTruthy()
  hub.problems.clear()
  await user.click(screen.getByRole('button', { name: '我来处理' }))
  await waitFor(() => expect(hub.asked).toContain('POST /api/tickets/t-stuck/take {"note":""}'))
  const by = zhang
  await hub.tells({ type: 'ticket', ticket: { ...stuck, phase: 'taken', by, may: ['stop_gap'] } })
  expect(screen.getByText('张三 已接手，还没有应急办法')).toBeTruthy()
  expect(screen.queryByRole('button', { name: '我来处理' })).toBeNull()
})

test('a stop-gap needs who and what', async () => {
  hub.first = snapshot({ tickets: [stuck] })
  const user = await onDuty()
  await user.click(await screen.findByRole('button', { name: '登记应急办法' }))
  await user.click(screen.getByRole('button', { name: '登记' }))
  expect(await screen.findByText('请写明做什么')).toBeTruthy()
  expect(hub.asked.some((route) => route.includes('stop-gap'))).toBe(false)
  await user.clear(screen.getByLabelText('谁负责'))
  await user.type(screen.getByLabelText('谁负责'), '曾村长')
  await user.type(screen.getByLabelText('做什么'), '守着电话')
  await user.click(screen.getByRole('button', { name: '登记' }))
  await waitFor(() =>
    expect(hub.asked).toContain(
      'POST /api/tickets/t-stuck/stop-gap {"note":"曾村长 负责：守着电话"}',
    ),
  )
})

test('what still stands is closed with a reason and a warning; what is over only closed', async () => {
  const over = ticket({ id: 't-over', red: false, code: 'mains_lost', present: false })
  hub.first = snapshot({ tickets: [stuck, over] })
  const user = await onDuty()
  const first = within(await screen.findByRole('listitem', { name: /按键卡住/ }))
  await user.click(first.getByRole('button', { name: '关闭' }))
  expect(first.getByText(/故障还在。关闭以后/)).toBeTruthy()
  await user.click(first.getByRole('button', { name: '登记' }))
  expect(await first.findByText('请写明原因')).toBeTruthy()
  const second = within(cardOf(/停电/))
  expect(second.getAllByRole('button').map((b) => b.textContent)).toEqual(['详情', '关闭'])
})

test('an alarm is red across every route; a call shrinks it, and it makes no sound', async () => {
  const outage = (({ kiosk: _, ...rest }) => rest)(
    ticket({ id: 't-out', code: 'outage', unit: niutian, members: ['a', 'b', 'c'] }),
  )
  hub.first = snapshot({ tickets: [ledger, outage] })
  const user = await onDuty()
  const banner = () => screen.getByRole('alert', { name: '红色警报' })
  expect(within(banner()).getByText('牛田镇停网：3 个点同时失联')).toBeTruthy()
  expect(within(banner()).getByText(/按键账目差 1 次.*（第 17 号）/)).toBeTruthy()
  expect(document.title).toContain('【警报 2】')
  expect(playing.size).toBe(0)
  await user.click(screen.getByRole('link', { name: '最近的呼叫' }))
  expect(within(banner()).getAllByRole('listitem')).toHaveLength(2)
  await hub.tells({ type: 'call', call: call() })
  expect(within(banner()).getAllByRole('listitem')).toHaveLength(1)
  expect(within(banner()).getByText('红色警报 2 条')).toBeTruthy()
  await user.click(screen.getByRole('button', { name: /^去处理 牛田镇/ }))
  await waitFor(() => expect(document.activeElement?.id).toBe('ticket-t-out'))
})

test('an alarm with a stop-gap leaves the banner and stays in the list', async () => {
  hub.first = snapshot({ tickets: [ledger] })
  await onDuty()
  const steps = [
    { at: '2026-11-22T00:10:00Z', what: 'stop_gap', text: '已有应急办法', note: '误按' },
  ]
  await hub.tells({
    type: 'ticket',
    ticket: { ...ledger, phase: 'stop_gap', stop_gap: true, steps },
  })
  expect(screen.queryByRole('alert', { name: '红色警报' })).toBeNull()
  expect(screen.getByText('应急办法：误按')).toBeTruthy()
  await hub.tells({ type: 'ticket', ticket: { ...ledger, phase: 'closed' } })
  expect(screen.getByText('没有设备故障')).toBeTruthy()
})

const life: PointLife = {
  kiosk: '361025105207-1',
  point: { code: '361025105207', name: '流坑村' },
  township: niutian,
  health: { state: 'fault', failed: ['test_failed:sound'] },
  online: true,
  since: '2026-11-22T00:00:00Z',
  since_ms: 3_600_000,
  tickets: 1,
  version: '0.3.0',
  power: { mains: false, percent: 64, left_ms: 5_400_000 },
  tests: [{ name: 'sound', result: 'failed', at: '2026-11-22T00:00:00Z' }],
  proofs: [{ by: 'practice', at: '2026-11-21T00:30:00Z' }],
  faults: [],
  ledger: { checked_at: '2026-11-22T00:00:00Z', made: 20, waiting: 0, missing: ['k.3.17'] },
  config: { rev: 4, tried: 5, error: '音量太小' },
  history: [],
  past: [],
}

test('a point opens all that is known of it; a ringing call closes that', async () => {
  hub.answers.set('GET /api/health/points/361025105207-1', life)
  hub.first = snapshot({ points: [point({ health: life.health })] })
  const user = await onDuty()
  await user.click(screen.getByRole('button', { name: '流坑村的设备详情' }))
  const drawer = within(await screen.findByRole('dialog'))
  expect(await drawer.findByText('试按，11-21 08:30')).toBeTruthy()
  expect(drawer.getByText('自检没有通过：喇叭和话筒')).toBeTruthy()
  expect(drawer.getByText('少了 1 次（终端按过，中心没有）：第 17 号')).toBeTruthy()
  expect(drawer.getByText('停电，在用电池、电池 64%、还能用约 1 小时 30 分')).toBeTruthy()
  expect(drawer.getByText('第 5 版没有用上：音量太小')).toBeTruthy()
  await hub.tells({ type: 'call', call: call() })
  await waitFor(() => expect(screen.queryByText('试按，11-21 08:30')).toBeNull())
})

test('practice is shown as last proven and never rings', async () => {
  hub.first = snapshot({ points: [point({ health: { state: 'overdue' } })] })
  await onDuty()
  expect(screen.getByText('逾期未试')).toBeTruthy()
  const proven = { proven_by: 'practice', proven_at: '2026-11-22T00:30:00Z' } as const
  await hub.tells({ type: 'point', point: point({ health: { state: 'ok', ...proven } }) })
  expect(screen.getByText('试按 11-22 08:30')).toBeTruthy()
  expect(playing.size).toBe(0)
  expect(screen.getByText('现在没有呼叫')).toBeTruthy()
})

test('a quiet call says how to answer before it is answered, and while talking', async () => {
  await onDuty()
  await hub.tells({ type: 'call', call: call({ quiet: true }) })
  expect(screen.getByText('静音求助: 对方可能不便说话')).toBeTruthy()
  const answerer = { person: zhang, site: niutian }
  hub.problems.set('POST /api/calls/361025105207-1.1.1/media', { status: 503, detail: '没有语音' })
  await hub.tells({
    type: 'call',
    call: call({ quiet: true, phase: 'talking', rings_me: false, may: ['hang_up'], answerer }),
  })
  await screen.findByRole('heading', { name: '与流坑村通话' })
  expect(screen.getByText('静音求助: 对方可能不便说话')).toBeTruthy()
})

test('a call of a copied kiosk is told apart, others are not', async () => {
  hub.first = snapshot({ tickets: [ticket({ id: 't-clone', code: 'clone' })] })
  await onDuty()
  await hub.tells(
    { type: 'call', call: call() },
    { type: 'call', call: call({ id: 'k2', kiosk: 'k2' }) },
  )
  expect(screen.getAllByText(/身份有两处在用, 可能不是这个点按的/)).toHaveLength(1)
})

test('a bad rating is told at once, a good one is only shown', async () => {
  const answerer = { person: zhang, site: niutian }
  const done = call({ phase: 'wrap_up', rings_me: false, spoke: true, may: ['close'], answerer })
  hub.first = snapshot({ calls: [done, call({ ...done, id: 'k2' })] })
  await onDuty()
  await hub.tells({ type: 'call', call: { ...done, id: 'k2', rating: 'good' } })
  expect(screen.getByText('村民评价: 满意')).toBeTruthy()
  expect(screen.queryByText(/请回访/)).toBeNull()
  await hub.tells({ type: 'call', call: { ...done, rating: 'bad' } })
  expect(await screen.findByText('流坑村: 村民评价不满意, 请回访')).toBeTruthy()
})
