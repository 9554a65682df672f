import { screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { call, li, niutian, snapshot, wang, zhang } from '@/shared/live/fixtures.ts'
import { open, playing, TestHub } from '../staff/testhub.tsx'
import { Desk } from './Desk.tsx'

const desk = { page: 'desk', Work: Desk } as const
let hub: TestHub

beforeEach(() => {
  hub = new TestHub()
})
afterEach(() => {
  sessionStorage.clear()
  localStorage.clear()
  playing.clear()
  vi.unstubAllGlobals()
})

async function onDuty() {
  hub.signedIn = true
  const user = await open(desk)
  await user.click(await screen.findByRole('button', { name: '开始值守' }))
  await screen.findByText('值守中')
  return user
}

test('sign in, be refused with the hub’s words, sign in', async () => {
  hub.problems.set('POST /api/session', { status: 401, detail: '账号或密码不对' })
  const user = await open(desk)
  await user.type(await screen.findByLabelText('账号'), 'zhang')
  await user.type(screen.getByLabelText('密码'), 'secret{Enter}')
  expect(await screen.findByText('账号或密码不对')).toBeTruthy()
  hub.problems.clear()
  await user.click(screen.getByRole('button', { name: '登录' }))
  expect(await screen.findByRole('button', { name: '开始值守' })).toBeTruthy()
  expect(hub.asked).toContain('POST /api/session {"account":"zhang","password":"secret"}')
})

test('nothing rings before the shift; the start takes duty and unlocks sound', async () => {
  hub.first = snapshot({ calls: [call({ rings_me: false })] })
  hub.signedIn = true
  const user = await open(desk)
  const start = await screen.findByRole('button', { name: '开始值守' })
  expect(playing.size).toBe(0)
  await user.click(start)
  await screen.findByText('值守中')
  expect(hub.asked).toContain('PUT /api/duty {"on":true}')
  await hub.tells({ type: 'call', call: call() })
  expect(playing.size).toBe(1)
})

test('on duty from another window, this one still asks for the click that unlocks sound', async () => {
  hub.first = snapshot({ on_duty: [zhang], calls: [call()] })
  hub.signedIn = true
  const user = await open(desk)
  await screen.findByText('值守中')
  await user.click(await screen.findByRole('button', { name: '开始值守' }))
  expect(playing.size).toBe(1)
  await waitFor(() => expect(screen.queryByRole('button', { name: '开始值守' })).toBeNull())
})

test('the ladder names every post in words', async () => {
  hub.first = snapshot({
    calls: [call({ rings: ['seats', 'backup_post', 'duty_leader', 'village_cadres'] })],
  })
  hub.signedIn = true
  await open(desk)
  const ladder = await screen.findByRole('list', { name: '已通知到' })
  expect(ladder.textContent).toBe(
    '接线员（已通知）B岗（已通知）带班领导（已通知）本村干部（已通知）县指挥中心（尚未通知）',
  )
})

test('a red call that was hung up without speech rings on and says why', async () => {
  hub.first = snapshot({ calls: [call({ answerer: { person: zhang, site: niutian } })] })
  hub.signedIn = true
  await open(desk)
  expect(await screen.findByText('接听过, 还没有听到村民说话')).toBeTruthy()
  await hub.tells({ type: 'call', call: call() })
  await waitFor(() => expect(screen.queryByText('接听过, 还没有听到村民说话')).toBeNull())
})

test('a ringing call whose form was opened can still be answered by its button', async () => {
  const user = await onDuty()
  await hub.tells({ type: 'call', call: call({ may: ['answer', 'attended'] }) })
  await user.click(screen.getByRole('button', { name: '登记处理' }))
  expect(await screen.findByLabelText('谁到了现场')).toBeTruthy()
  expect(screen.getByRole('button', { name: '接听 流坑村' })).toBeTruthy()
})

test('F2 answers red before green; a taken call is told with the name', async () => {
  const user = await onDuty()
  const green = call({ id: 'k2.1.1', key: 'enquiry', waiting_ms: 50_000 })
  await hub.tells({ type: 'call', call: green }, { type: 'call', call: call({ id: 'k1.1.1' }) })
  expect(document.title).toContain('流坑村')
  hub.problems.set('POST /api/calls/k1.1.1/answer', { status: 409, detail: '李四（接线员）已接听' })
  await user.keyboard('{F2}')
  expect(hub.asked.at(-1)).toBe('POST /api/calls/k1.1.1/answer')
  expect(await screen.findByText('李四（接线员）已接听')).toBeTruthy()
})

test('a colleague answers: silence, and a notice who', async () => {
  await onDuty()
  await hub.tells({ type: 'call', call: call() })
  expect(playing.size).toBe(1)
  const answerer = { person: li, site: niutian }
  const taken = call({ phase: 'talking', rings_me: false, may: [], answerer })
  await hub.tells({ type: 'call', call: taken })
  expect(playing.size).toBe(0)
  expect(await screen.findByText('流坑村: 李四（接线员）已接听')).toBeTruthy()
  expect(screen.getByText('李四（接线员） 正在通话')).toBeTruthy()
})

test('the county rings too, then talks', async () => {
  await onDuty()
  await hub.tells({ type: 'call', call: call({ rings: ['seats', 'duty_leader', 'county'] }) })
  expect(screen.getByText('县指挥中心也在响铃')).toBeTruthy()
  const answerer = { person: wang, site: { code: '361025', name: '乐安县' } }
  await hub.tells({ type: 'call', call: call({ phase: 'talking', rings_me: false, answerer }) })
  expect(screen.getByText('县指挥中心 王五 正在通话')).toBeTruthy()
})

test('a lost line: it rings on what it knows and says that it is blind', async () => {
  await onDuty()
  await hub.tells({ type: 'call', call: call({ stored: false }) })
  await hub.cutsTheLine()
  expect(screen.getByText(/与服务器的连接已断开/)).toBeTruthy()
  expect(screen.getByText('尚未入库')).toBeTruthy()
  expect(playing.size).toBe(1)
})

test('red without speech: first who was there, then the outcome', async () => {
  const user = await onDuty()
  const answerer = { person: zhang, site: niutian }
  const owed = call({ phase: 'wrap_up', rings_me: false, may: ['attended', 'close'], answerer })
  await hub.tells({ type: 'call', call: owed })
  expect(screen.getByText(/红键呼叫还没有听到村民说话/)).toBeTruthy()
  expect(screen.queryByRole('button', { name: '结束呼叫' })).toBeNull()
  await user.type(screen.getByLabelText('谁到了现场'), '曾某')
  await user.click(screen.getByRole('button', { name: '登记已到现场' }))
  await waitFor(() =>
    expect(hub.asked.at(-1)).toBe(
      'POST /api/calls/361025105207-1.1.1/attended {"who":"曾某","note":""}',
    ),
  )
  await hub.tells({ type: 'call', call: { ...owed, attended_by: '曾某' } })
  await user.click(screen.getByRole('button', { name: '结束呼叫' }))
  expect(await screen.findByText('请选择处理结果')).toBeTruthy()
  await user.click(screen.getByLabelText('其他'))
  await user.click(screen.getByRole('button', { name: '结束呼叫' }))
  expect(await screen.findByText('选择“其他”时请填写备注')).toBeTruthy()
  await user.click(screen.getByLabelText('当场解决'))
  await user.click(screen.getByRole('button', { name: '结束呼叫' }))
  await waitFor(() =>
    expect(hub.asked.at(-1)).toBe(
      'POST /api/calls/361025105207-1.1.1/close {"disposition":"solved","note":""}',
    ),
  )
})

test('a point is called back before its call is closed', async () => {
  const user = await onDuty()
  const answerer = { person: zhang, site: niutian }
  const owed = call({
    phase: 'wrap_up',
    spoke: true,
    rings_me: false,
    may: ['answer', 'close'],
    answerer,
  })
  await hub.tells({ type: 'call', call: { ...owed, may: ['close'] } })
  expect(screen.queryByRole('button', { name: '再接通流坑村' })).toBeNull()
  await hub.tells({ type: 'call', call: owed })
  await user.click(screen.getByRole('button', { name: '再接通流坑村' }))
  await waitFor(() => expect(hub.asked).toContain('POST /api/calls/361025105207-1.1.1/answer'))
})

test('F4 hangs up once', async () => {
  const user = await onDuty()
  hub.problems.set('POST /api/calls/361025105207-1.1.1/media', { status: 503, detail: '没有语音' })
  const answerer = { person: zhang, site: niutian }
  const talking = call({ phase: 'talking', rings_me: false, may: ['hang_up'], answerer })
  await hub.tells({ type: 'call', call: talking })
  expect(await screen.findByRole('heading', { name: '与流坑村通话' })).toBeTruthy()
  await user.keyboard('{F4}')
  const ends = hub.asked.filter((route) => route.endsWith('/hang-up'))
  expect(ends).toEqual(['POST /api/calls/361025105207-1.1.1/hang-up'])
})

test('a conversation goes on while something is looked up', async () => {
  const user = await onDuty()
  hub.problems.set('POST /api/calls/361025105207-1.1.1/media', { status: 503, detail: '没有语音' })
  const answerer = { person: zhang, site: niutian }
  const talking = call({ phase: 'talking', rings_me: false, may: ['hang_up'], answerer })
  await hub.tells({ type: 'call', call: talking })
  const panel = await screen.findByRole('heading', { name: '与流坑村通话' })
  await user.click(screen.getByRole('link', { name: '最近的呼叫' }))
  await screen.findByRole('heading', { name: '最近的呼叫' })
  expect(panel.isConnected).toBe(true)
  await user.keyboard('{F4}')
  expect(hub.asked).toContain('POST /api/calls/361025105207-1.1.1/hang-up')
})

test('an account of another page is shown the way', async () => {
  hub.signedIn = true
  hub.me = { ...hub.me, pages: ['centre'] }
  await open(desk)
  const way = await screen.findByRole('link', { name: '打开指挥中心' })
  expect(way.getAttribute('href')).toBe('/centre')
})

test('duty that the hub ended is taken again by itself', async () => {
  await onDuty()
  hub.asked = []
  await hub.tells({ type: 'duty', on_duty: [] })
  await waitFor(() => expect(hub.asked).toContain('PUT /api/duty {"on":true}'))
  expect(screen.queryByRole('button', { name: '开始值守' })).toBeNull()
})

test('what is down is said in words', async () => {
  await onDuty()
  const unit = niutian
  await hub.tells({
    type: 'site',
    site: { unit, database: false, media: false, parent: false, children: [] },
  })
  expect(screen.getByText(/数据库停止: 呼叫照常响铃, 尚未入库/)).toBeTruthy()
  expect(screen.getByText(/语音服务停止/)).toBeTruthy()
  expect(screen.getByText(/与县指挥中心的线路中断/)).toBeTruthy()
})
