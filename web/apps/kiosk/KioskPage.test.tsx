import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { viewOf } from '@/features/panel/fixtures.ts'
import { closesAfter } from '@/features/panel/HelperMenu.tsx'
import { begin, reduce, screenOf } from '@/features/panel/screen.ts'
import { longPress } from '@/features/panel/useLongPress.ts'
import type { View } from '@/features/panel/view.ts'
import { startI18n } from '@/shared/i18n/index.ts'
import { KioskPage } from './KioskPage.tsx'
import type { Voice } from './voice.ts'

startI18n(
  import.meta.glob('/shared/i18n/locales/*/kiosk.json', { eager: true, import: 'default' }),
  'zh-CN',
)
const well: Voice = { phase: 'connected', mic: true, blocked: false, rests: false }
const volume = { step: 2, steps: 5, loudness: 1, change: vi.fn() }
const answerer = { name: '张三', post: '接线员', site: '牛田镇便民服务大厅' }
const media = { url: 'ws://127.0.0.1:1', token: 't' }

function show(change: Partial<View>, voice = well) {
  const view = viewOf(change)
  const model = reduce(begin([]), { type: 'view', view })
  const down = vi.fn()
  const up = vi.fn()
  const say = vi.fn()
  const onPractise = vi.fn()
  const panel = { screen: screenOf(model), view, sound: null, said: '', say, down, up }
  render(
    <KioskPage
      panel={panel}
      voice={voice}
      volume={volume}
      theirs={null}
      mine={null}
      onPractise={onPractise}
    />,
  )
  return { down, up, say, onPractise, root: screen.getByRole('main') }
}
afterEach(() => void vi.useRealTimers())
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
  expect(screen.queryByRole('button', { name: /键/ })).toBeNull()
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

test('a picture that rests is told in one sign, and the villager goes on talking', () => {
  const { root } = show({ state: 'answered', answerer, media }, { ...well, rests: true })
  expect(sentence()).toBe('画面停了，接着说话')
  expect(root.querySelector('[data-sign="voice-only"]')).toBeTruthy()
  expect(root.dataset.rests).toBe('true')
})

test('ringing that is not stored yet is not called received', () => {
  show({ state: 'sending', key: 'urgent', held: true })
  expect(sentence()).toBe('正在叫人，请稍等')
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

test('a finger on the drawing of a real key is told what the key is for', () => {
  const { say } = show({ demo_keys: false })
  fireEvent.pointerDown(screen.getByText('红键'))
  expect(say).toHaveBeenCalledWith(['key_urgent'])
})

test('while somebody talks the drawings of the keys say nothing', () => {
  const { say } = show({ demo_keys: false, state: 'answered', answerer, media })
  fireEvent.pointerDown(screen.getByText('红键'))
  expect(say).not.toHaveBeenCalled()
})

test('a rating is asked for at the places of the two keys', () => {
  show({ state: 'rating' })
  screen.getByRole('button', { name: /不满 红键/ })
  screen.getByRole('button', { name: /满意 绿键/ })
})

test('a bad rating is answered in another way than a good one', () => {
  show({ state: 'rated', key: 'urgent' })
  expect(sentence()).toContain('我们改')
  expect(screen.getByRole('button', { name: /不满/ }).dataset.pressed).toBe('true')
})

test('a quiet call shows nothing, and its keys still press', () => {
  const { down, root } = show({ state: 'answered', key: 'enquiry', quiet: true, answerer, media })
  expect(root.className).toContain('dark')
  expect(screen.queryByRole('banner')).toBeNull()
  expect(screen.queryByRole('status')).toBeNull() // a screen reader would read it out
  expect(screen.queryByText('张三')).toBeNull()
  fireEvent.pointerDown(screen.getByRole('button', { name: /绿键/ }), { button: 0 })
  expect(down).toHaveBeenCalledWith('enquiry')
})

test('what is wrong with the kiosk stands on an idle one, on a key what is wrong with the key', () => {
  show({
    faults: [
      { code: 'test_failed', part: 'sound' },
      { code: 'key_unreadable', part: 'red' },
    ],
    power: { mains: false, percent: 12 },
  })
  screen.getByRole('img', { name: '话筒坏了' })
  screen.getByRole('img', { name: '电池快没电了' })
  expect(screen.getByRole('button', { name: /红键 坏了/ }).dataset.fault).toBe('broken')
  expect(sentence()).toBe('红键坏了急事也按绿键')
})

test('without any key that can be read the numbers stand there', () => {
  show({ faults: ['red', 'green'].map((part) => ({ code: 'key_unreadable', part })) })
  expect(screen.getByText('0794-6801234')).toBeTruthy()
})

const corner = () => screen.getByRole('button', { name: /帮办员菜单/ })
const openMenu = () => {
  fireEvent.pointerDown(corner(), { button: 0 })
  act(() => void vi.advanceTimersByTime(longPress))
}

test('the corner opens the helper menu when it is held for three seconds, not sooner', () => {
  vi.useFakeTimers()
  show({ version: '1.2.3' })
  fireEvent.pointerDown(corner(), { button: 0 })
  act(() => void vi.advanceTimersByTime(longPress - 1))
  fireEvent.pointerUp(corner())
  act(() => void vi.advanceTimersByTime(longPress))
  expect(screen.queryByRole('button', { name: '练习' })).toBeNull()
  openMenu()
  screen.getByText('1.2.3')
})

test('the helper practises, and the menu gives way', () => {
  vi.useFakeTimers()
  const { onPractise } = show({})
  openMenu()
  fireEvent.click(screen.getByRole('button', { name: '练习' }))
  expect(onPractise).toHaveBeenCalledOnce()
  expect(screen.queryByRole('button', { name: '练习' })).toBeNull()
})

test('louder is said aloud', () => {
  vi.useFakeTimers()
  const { say } = show({})
  openMenu()
  fireEvent.click(screen.getByRole('button', { name: '大声' }))
  expect(volume.change).toHaveBeenCalledWith(1)
  expect(say).toHaveBeenCalledWith(['volume_louder'])
})

test('the menu closes by itself a minute after the last touch', () => {
  vi.useFakeTimers()
  show({})
  openMenu()
  act(() => void vi.advanceTimersByTime(closesAfter - 1))
  fireEvent.pointerDown(screen.getByRole('button', { name: '试听' }))
  act(() => void vi.advanceTimersByTime(closesAfter - 1))
  screen.getByRole('button', { name: '练习' })
  act(() => void vi.advanceTimersByTime(1))
  expect(screen.queryByRole('button', { name: '练习' })).toBeNull()
})

test('a call is more than a menu, and the corner opens none', () => {
  vi.useFakeTimers()
  show({ state: 'received', key: 'urgent' })
  openMenu()
  expect(screen.queryByRole('button', { name: '练习' })).toBeNull()
})
