import { fireEvent, render } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Portrait, portraits, postOf } from './Portrait.tsx'

test.each([
  ['接线员', 'operator'],
  ['带班领导', 'duty_leader'],
  ['乡镇干部', 'cadre'],
  ['县指挥中心值班员', 'county'],
  ['县业务窗口', 'window'],
  ['村医', 'doctor'],
  ['村帮办员', 'helper'],
  ['网格员', 'grid_member'],
  ['邻近乡镇接线员', 'neighbour'],
  ['', 'person'],
])('%s', (post, want) => {
  expect(postOf(post)).toBe(want)
  const { container } = render(<Portrait answerer={{ name: '张三', post, site: '' }} />)
  expect(container.querySelector('svg')?.dataset.post).toBe(want)
})

test('every post has a drawing of its own', () => {
  const drawn = Object.values(portraits).map(
    (p) => render(<svg aria-hidden="true">{p}</svg>).container.innerHTML,
  )
  expect(new Set(drawn).size).toBe(drawn.length)
})

test('a photo stands in place of the drawing', () => {
  const answerer = { name: '张三', post: '接线员', site: '', photo: '/photos/1' }
  const { container } = render(<Portrait answerer={answerer} />)
  expect(container.querySelector('img')?.getAttribute('src')).toBe('/photos/1')
})

test('a photo that is torn or gone gives way to the drawing, and a later one is shown', () => {
  const who = { name: '张三', post: '接线员', site: '' }
  const { container, rerender } = render(<Portrait answerer={{ ...who, photo: '/photos/1' }} />)
  const img = container.querySelector('img')
  if (!img) throw new Error('no photo')
  fireEvent.error(img)
  expect(container.querySelector('svg')?.dataset.post).toBe('operator')
  rerender(<Portrait answerer={who} />)
  rerender(<Portrait answerer={{ ...who, photo: '/photos/1' }} />)
  expect(container.querySelector('img')?.getAttribute('src')).toBe('/photos/1')
})
