import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectPicture, noteAnswers, notedAnswers, picture } from './photo.ts'
import { Stage } from './stage.ts'

const wang = '（虚构）王秀兰'
const hall = '牛田镇便民服务大厅'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.build()
})

beforeEach(() => stage.faults.begin())

afterEach(async ({ task }) => {
  const failed = task.result?.state === 'fail'
  expect(await stage.clear(failed ? `kiosk-${task.name.slice(0, 1)}` : null)).toEqual([])
})

afterAll(async () => {
  expect((await stage?.strike()) ?? []).toEqual([])
})

test('1 after a talk the same two keys rate it, and the desk learns how it was', async () => {
  const liukeng = await stage.village('流坑村')
  const operator = await stage.onDuty('caozuo')
  for (const [key, rating] of [
    ['red', 'bad'],
    ['green', 'good'],
  ] as const) {
    await liukeng.press('red')
    await operator.expectRinging('流坑村', 'red')
    await operator.answer()
    await operator.expectTalking('流坑村')
    await operator.expectSpeechNoted()
    await operator.hangUp()
    await liukeng.expectSays('满意按绿键')
    await stage.look(liukeng, `kiosk-rating-${rating}`)
    await liukeng.rate(key)
    await stage.look(liukeng, `kiosk-rated-${rating}`)
    await liukeng.expectSaid('rate_question', `rate_${rating}`)
    await operator.expectRated('流坑村', rating)
    await operator.close('流坑村', '当场解决')
    await liukeng.expectDone()
  }
})

test('2 a practice press, with both keys or from the menu of the helper, rings nobody', async () => {
  const liukeng = await stage.village('流坑村')
  const operator = await stage.onDuty('caozuo')
  const before = (await operator.calls('流坑村')).length
  await liukeng.pressBoth()
  await liukeng.expectPractised()
  await stage.look(liukeng, 'kiosk-practised')
  await liukeng.expectSaid('practice_passed')

  const shuinan = await stage.village('水南村')
  await shuinan.openHelperMenu()
  await stage.look(shuinan, 'kiosk-helper')
  await shuinan.page.getByRole('button', { name: '练习' }).click()
  await shuinan.expectPractised()

  await operator.expectNoRinging()
  expect(await operator.queue()).toEqual([])
  expect((await operator.calls('流坑村')).length, 'calls after a lesson').toBe(before)
})

test('3 green held down is a quiet call: dark, without any sound, and still heard at the desk', async () => {
  const liukeng = await stage.village('流坑村')
  const operator = await stage.onDuty('caozuo')
  const began = await liukeng.now()
  await liukeng.pressQuietly()
  await liukeng.expectDark()
  await stage.look(liukeng, 'kiosk-quiet')
  await operator.expectRinging('流坑村', 'green')
  expect((await operator.calls('流坑村'))[0]?.quiet, 'the desk knows that it is quiet').toBe(true)
  await operator.answer()
  await operator.expectTalking('流坑村')
  await operator.expectHearsAndSees()
  await operator.expectSpeechNoted()
  await liukeng.expectDark()
  await liukeng.expectSilentSince(began)
  await operator.hangUp()
  await operator.close('流坑村', '已答复咨询')
  await liukeng.expectDone()
})

test('4 a page that hangs or is gone costs no press, and comes back into the talk', async () => {
  const operator = await stage.onDuty('caozuo')
  const hung = await stage.village('流坑村')
  hung.hang()
  await hung.pressWithoutPage('red')
  await operator.expectRinging('流坑村', 'red')
  await stage.closeBrowserOf(hung)

  const back = await stage.village('流坑村', {}, { ready: false })
  await back.expectReceived()
  await operator.answer()
  await operator.expectTalking('流坑村')
  await Promise.all([operator.expectHearsAndSees(), back.expectHearsAndSees()])
  await back.page.reload()
  await back.expectAnsweredBy(wang, '接线员', hall)
  await Promise.all([operator.expectHearsAndSees(), back.expectHearsAndSees()])
  await operator.hangUp()
  await operator.close('流坑村', '当场解决')
  await back.expectDone()
})

test('5 a kiosk without camera and microphone still hears, and is told that it is not heard', async () => {
  const operator = await stage.onDuty('caozuo')
  const deaf = await stage.village('流坑村', { deaf: true })
  await deaf.press('green')
  await operator.expectRinging('流坑村', 'green')
  await operator.answer()
  await operator.expectTalking('流坑村')
  await deaf.expectSays('对方听不到您')
  await deaf.expectHearsAndSees()
  await stage.look(deaf, 'kiosk-no-microphone')
  await operator.hangUp()
  await operator.close('流坑村', '已答复咨询')
  await deaf.expectDone()
})

test('6 a photo that an operator gives is seen at the kiosk when that operator answers', async () => {
  const operator = await stage.arrives('caozuo')
  const mine = operator.page.getByRole('region', { name: '我的照片' })
  await mine.getByRole('button', { name: '用摄像头拍' }).click()
  await mine.getByRole('button', { name: '拍照' }).click()
  await mine.getByAltText('新照片预览').waitFor()
  await mine.getByRole('button', { name: '取消' }).click()
  await mine.getByText('还没有照片').waitFor()
  const file = { name: 'a.png', mimeType: 'image/png', buffer: picture() }
  await mine.locator('input[type=file]').setInputFiles(file)
  await mine.getByRole('button', { name: '用这张' }).click()
  await mine.getByAltText('现在的照片').waitFor()
  await stage.look(operator, 'desk-photo')
  await operator.startShift()

  const liukeng = await stage.village('流坑村')
  await noteAnswers(liukeng.page)
  for (const time of ['first', 'second']) {
    await liukeng.press('green')
    await operator.expectRinging('流坑村', 'green')
    await operator.answer()
    await liukeng.expectAnsweredBy(wang, '接线员', hall)
    await expectPicture(liukeng.page, liukeng.name)
    await stage.look(liukeng, `kiosk-photo-${time}`)
    await operator.expectTalking('流坑村')
    await operator.hangUp()
    await operator.close('流坑村', '已答复咨询')
    await liukeng.expectDone()
    await liukeng.expectReady()
  }
  const [, second] = await notedAnswers(liukeng.page)
  expect(second, 'a known face is there at once').toMatch(/^\/photos\/[0-9a-f]{64}$/)

  await operator.page.getByRole('button', { name: '结束值守' }).click()
  await mine.getByRole('button', { name: '删除照片' }).click()
  await mine.getByText('还没有照片').waitFor()
})
