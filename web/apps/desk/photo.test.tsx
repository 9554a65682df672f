import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { open, TestHub } from '../staff/testhub.tsx'
import { Desk } from './Desk.tsx'

const desk = { page: 'desk', Work: Desk } as const
const route = '/api/session/photo'
let hub: TestHub
/** What the hub keeps, and what it was asked. */
let kept: Blob | null
let asked: string[]
let refusal: string | null

beforeEach(() => {
  hub = new TestHub()
  hub.signedIn = true
  kept = null
  asked = []
  refusal = null
  const others = fetch
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url !== route) return others(url, init)
    asked.push(String(init.method))
    if (refusal && init.method !== 'GET') {
      return Response.json({ detail: refusal, code: 'bad_photo' }, { status: 422 })
    }
    if (init.method === 'PUT') kept = init.body as Blob
    if (init.method === 'DELETE') kept = null
    return new Response(kept, { status: kept ? 200 : 204 })
  })
})
afterEach(() => {
  sessionStorage.clear()
  vi.unstubAllGlobals()
})

const region = async () => within(await screen.findByRole('region', { name: '我的照片' }))
const picture = (size: number) => new File([new Uint8Array(size)], 'a.jpg', { type: 'image/jpeg' })

test('a photo is looked at, given, shown, and removed; one sentence says who sees it', async () => {
  const user = await open(desk)
  const photo = await region()
  expect(photo.getByText(/村里终端的屏幕上会显示这张照片/)).toBeTruthy()
  expect(photo.getByText('还没有照片')).toBeTruthy()
  await user.upload(photo.getByLabelText('选择照片', { selector: 'input' }), picture(10))
  expect(await photo.findByAltText('新照片预览')).toBeTruthy()
  expect(asked).toEqual(['GET'])
  await user.click(photo.getByRole('button', { name: '用这张' }))
  expect(await photo.findByAltText('现在的照片')).toBeTruthy()
  expect(kept?.size).toBe(10)
  await user.click(photo.getByRole('button', { name: '删除照片' }))
  expect(await photo.findByText('还没有照片')).toBeTruthy()
  expect(asked).toEqual(['GET', 'PUT', 'GET', 'DELETE', 'GET'])
})

test('what is wrong with a file is said: by the page when it is too large, by the hub, by the browser', async () => {
  const user = await open(desk)
  const photo = await region()
  const choose = photo.getByLabelText('选择照片', { selector: 'input' })
  await user.upload(choose, picture(10 * 1024 * 1024 + 1))
  expect(await photo.findByText(/超过 10 MB/)).toBeTruthy()
  expect(asked).toEqual(['GET'])
  refusal = '照片太小（90×90），村民看不清。'
  await user.upload(choose, picture(10))
  expect(photo.queryByText(/超过 10 MB/)).toBeNull()
  await user.click(await photo.findByRole('button', { name: '用这张' }))
  expect(await photo.findByText(refusal)).toBeTruthy()
  fireEvent.error(await photo.findByAltText('新照片预览'))
  expect(await photo.findByText(/这个文件打不开/)).toBeTruthy()
  expect(photo.getByText('还没有照片')).toBeTruthy()
})

test('without a camera a photo can still be chosen', async () => {
  const user = await open(desk)
  const photo = await region()
  await user.click(photo.getByRole('button', { name: '用摄像头拍' }))
  expect(await photo.findByText(/打不开摄像头/)).toBeTruthy()
  await user.click(photo.getByRole('button', { name: '取消' }))
  await waitFor(() => expect(photo.getByRole('button', { name: '选择照片' })).toBeTruthy())
})
