import { expect, test, vi } from 'vitest'
import { rows } from './PhoneList.tsx'
import { keepPhones, recallPhones } from './phones.ts'

const phone = { label: '值班室', number: '0794-6801234' }

test('what was kept is recalled', () => {
  localStorage.clear()
  expect(recallPhones()).toEqual([])
  keepPhones([phone])
  keepPhones([])
  expect(recallPhones()).toEqual([phone])
})

test('a damaged or forbidden store is an empty one', () => {
  expect(recallPhones({ getItem: () => '{"a":' })).toEqual([])
  expect(recallPhones({ getItem: () => '{"a":1}' })).toEqual([])
  const forbidden = () => {
    throw new Error('denied')
  }
  expect(recallPhones({ getItem: forbidden })).toEqual([])
  const setItem = vi.fn(forbidden)
  keepPhones([phone], { setItem })
  expect(setItem).toHaveBeenCalledOnce()
})

test('short numbers show five at once, long ones three', () => {
  const short = { label: '急救', number: '120' }
  const long = { label: '牛田镇便民服务大厅', number: '0794-6801234' }
  expect(rows(Array(9).fill(short))).toBe(5)
  expect(rows(Array(9).fill(long))).toBe(3)
  expect(rows([long, long, short, short])).toBe(3)
})
