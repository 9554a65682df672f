import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { viewOf } from '@/features/panel/fixtures.ts'
import { begin, reduce, screenOf } from '@/features/panel/screen.ts'
import type { View } from '@/features/panel/view.ts'
import { startI18n } from '@/shared/i18n/index.ts'
import { KioskPage } from './KioskPage.tsx'
import type { Voice } from './voice.ts'

startI18n(
  import.meta.glob('/shared/i18n/locales/*/kiosk.json', { eager: true, import: 'default' }),
  'zh-CN',
)
const well: Voice = { phase: 'connected', mic: true, blocked: false }
const answerer = { name: '张三', post: '接线员', site: '牛田镇便民服务大厅' }
const media = { url: 'ws://127.0.0.1:1', token: 't' }

function show(change: Partial<View>, voice = well) {
  const view = viewOf(change)
  const model = reduce(begin([]), { type: 'view', view })
  const down = vi.fn()
  const up = vi.fn()
  const panel = { screen: screenOf(model), view, sound: null, down, up }
  render(<KioskPage panel={panel} voice={voice} theirs={null} mine={null} />)
  return { down, up, root: screen.getByRole('main') }
}
const sentence = () => screen.getByRole('heading', { level: 1 }).textContent

test('the two keys are real buttons that press and let go', () => {
  const { down, up } = show({})
  const red = screen.getByRole('button', { name: /急事 红键/ })
  screen.getByRole('button', { name: /咨询 绿键/ })
  fireEvent.pointerDown(red, { button: 0 })
  expect(down).toHaveBeenCalledWith('urgent')
  fireEvent.pointerUp(red)
  expect(up).toHaveBeenCalledWith('urgent')
})

test('without demo keys the page only shows where the real ones are', () => {
  show({ demo_keys: false })
  expect(screen.queryByRole('button')).toBeNull()
  expect(screen.getByText('红键')).toBeTruthy()
  expect(screen.getByText('绿键')).toBeTruthy()
})

test('who answered is shown with post and site', () => {
  const { root } = show({ state: 'answered', key: 'urgent', answerer, media })
  expect(sentence()).toBe('接通了，请说话')
  for (const text of Object.values(answerer)) expect(screen.getByText(text)).toBeTruthy()
  expect(root.dataset).toMatchObject({ state: 'answered', answerer: '张三', key: 'urgent' })
})

test('without a microphone the villager learns who hears whom', () => {
  show({ state: 'answered', answerer, media }, { ...well, mic: false })
  expect(sentence()).toBe('您听得到对方，对方听不到您')
})

test('ringing that is not stored yet is not called received', () => {
  show({ state: 'sending', key: 'urgent', held: true })
  expect(sentence()).toBe('那边在响铃，请稍等')
})

test('without a line the numbers stand there', () => {
  show({ state: 'no_line', key: 'urgent', home: false, county: false })
  expect(sentence()).toBe('线路不通，请打电话')
  expect(screen.getByText('0794-6801234')).toBeTruthy()
})

test('without a list the national numbers stand there', () => {
  show({ state: 'no_line', phones: [] })
  for (const number of ['110', '120', '119']) expect(screen.getByText(number)).toBeTruthy()
})

test('a screen that sends to the telephone says which key was pressed', () => {
  show({ state: 'no_line', key: 'enquiry' })
  const green = screen.getByRole('button', { name: /绿键/ })
  expect(green.dataset.pressed).toBe('true')
})
