import { screen, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { call, niutian, point, snapshot, wang } from '@/shared/live/fixtures.ts'
import { open, TestHub } from '../staff/testhub.tsx'
import { Centre } from './Centre.tsx'

const lean = { code: '361025', name: '乐安县' }

afterEach(() => vi.unstubAllGlobals())

async function supervisorSees(change: Parameters<typeof snapshot>[0]) {
  const hub = new TestHub()
  hub.signedIn = true
  hub.me = { person: wang, site: lean, demo: true, pages: ['centre'] }
  const site = { unit: lean, database: true, media: true, children: [] }
  hub.first = snapshot({ me: wang, site, ...change })
  return { hub, user: await open({ page: 'centre', Work: Centre }) }
}

function cell(kiosk: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-kiosk="${kiosk}"]`)
  if (!found) throw new Error(`no cell for ${kiosk}`)
  return found
}

test('every point with its state and since when, every line below', async () => {
  const children = [{ unit: niutian, online: false }]
  await supervisorSees({
    site: { unit: lean, database: true, media: true, children },
    points: [point(), point({ kiosk: 'k2', state: 'offline', since_ms: 7_200_000 })],
  })
  await screen.findByRole('heading', { name: '服务点 2 个' })
  expect(within(cell('k2')).getByText('离线')).toBeTruthy()
  expect(within(cell('k2')).getByText('2 小时')).toBeTruthy()
  expect(screen.getByText('线路中断')).toBeTruthy()
})

test('a point follows its call, and the filter shows one state', async () => {
  const { hub, user } = await supervisorSees({ points: [point(), point({ kiosk: 'k2' })] })
  await screen.findByRole('heading', { name: '服务点 2 个' })
  const open = call({ township: niutian })
  await hub.tells(
    { type: 'call', call: open },
    { type: 'point', point: point({ state: 'ringing', call: open.id, since_ms: 4_000 }) },
  )
  expect(within(cell(open.kiosk)).getByText('红键响铃')).toBeTruthy()
  await user.click(screen.getByText('响铃'))
  expect(document.querySelectorAll('[data-kiosk]')).toHaveLength(1)
})

test('who answers for the township is named with the township', async () => {
  const { hub } = await supervisorSees({})
  await screen.findByRole('heading', { name: /服务点/ })
  const person = { id: 'p-li', name: '李四', post: '接线员' }
  const answerer = { person, site: niutian }
  await hub.tells({ type: 'call', call: call({ phase: 'talking', rings_me: false, answerer }) })
  expect(screen.getByText('牛田镇 李四 正在通话')).toBeTruthy()
})

test('the county is not told what the township’s ladder has ahead', async () => {
  const { hub } = await supervisorSees({})
  await screen.findByRole('heading', { name: /服务点/ })
  await hub.tells({ type: 'call', call: call({ rings: ['county'] }) })
  expect(screen.getByRole('list', { name: '已通知到' }).textContent).toBe('县指挥中心（已通知）')
})
