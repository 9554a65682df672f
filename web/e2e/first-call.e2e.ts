import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { niutian } from './county.ts'
import { answeredSecond, closedWithoutSpeech, hubIsAway } from './faults.ts'
import type { Seat } from './seat.ts'
import { until } from './soon.ts'
import { Stage } from './stage.ts'

const wang = '（虚构）王秀兰'
const liu = '（虚构）刘建国'
const zhao = '（虚构）赵明'
const hall = '牛田镇便民服务大厅'

/** A blink lasts 100 to 400 ms. */
const blink = 400
/** A rung is due within 1 s; the rest is for a busy machine and its pages. */
const rungSlack = 5

let stage: Stage

beforeAll(async () => {
  stage = await Stage.build()
})

beforeEach(() => stage.faults.begin())

afterEach(async ({ task }) => {
  const failed = task.result?.state === 'fail'
  expect(await stage.clear(failed ? task.name.slice(0, 1) : null)).toEqual([])
})

afterAll(async () => {
  expect((await stage?.strike()) ?? []).toEqual([])
})

test('1 a villager presses the red key and sees and hears within a blink that the call is placed', async () => {
  const liukeng = await stage.village('流坑村')
  await stage.look(liukeng, 'kiosk-idle')
  const ms = await liukeng.pressWithStopwatch('red')
  expect(ms, 'milliseconds from the finger to screen and sound').toBeLessThan(blink)
  await liukeng.expectSounds()
  await liukeng.expectSought()
  await liukeng.expectSays('收到了')
  await stage.look(liukeng, 'kiosk-received')
  await stage.closeCalls()
  await liukeng.expectDone()
})

test('2 the operator starts the shift, sees and hears it ring, answers, and both hear and see each other', async () => {
  const liukeng = await stage.village('流坑村')
  const operator = await stage.arrives('caozuo')
  await stage.look(operator, 'desk-before-shift')
  await operator.startShift()
  await stage.look(operator, 'desk-idle')
  await liukeng.press('red')
  await operator.expectRinging('流坑村', 'red')
  await operator.expectPlace('流坑村', '牛田镇', '361025105207-1')
  await operator.expectSecondsCount('流坑村')
  await stage.look(operator, 'desk-ringing')
  await liukeng.expectRinging()
  await stage.look(liukeng, 'kiosk-ringing')
  await operator.answer()
  await operator.expectTalking('流坑村')
  await liukeng.expectAnsweredBy(wang, '接线员', hall)
  await Promise.all([operator.expectHearsAndSees(), liukeng.expectHearsAndSees()])
  await operator.expectNoRinging()
  await stage.look(operator, 'desk-talking')
  await stage.look(liukeng, 'kiosk-answered')
  await operator.expectSpeechNoted()
  await operator.hangUp()
  // Something was forgotten: the kiosk joins again, and nobody there touches it.
  await operator.callBack('流坑村')
  await operator.expectTalking('流坑村')
  await Promise.all([operator.expectHearsAndSees(), liukeng.expectHearsAndSees()])
  await operator.hangUp()
  await operator.close('流坑村', '当场解决')
  await liukeng.expectDone()
})

test('3 after hanging up the call is closed with reason and person; a red call without speech cannot be', async () => {
  stage.faults.allow(closedWithoutSpeech)
  const operator = await stage.onDuty('caozuo')
  const shuinan = await stage.village('水南村')
  await shuinan.press('green')
  await operator.expectRinging('水南村', 'green')
  await operator.answerByButton('水南村')
  await operator.expectTalking('水南村')
  await shuinan.expectAnsweredBy(wang, '接线员', hall)
  await shuinan.expectHearsAndSees()
  await operator.hangUp()
  await shuinan.rate('green')
  await shuinan.expectWritingDown()
  await operator.expectMustWriteDown('水南村')
  await stage.look(operator, 'desk-wrap-up')
  await stage.look(shuinan, 'kiosk-wrap-up')
  await operator.close('水南村', '已答复咨询')
  await shuinan.expectDone()
  await operator.expectInHistory('水南村', '已答复咨询', wang)

  const silent = await stage.village('流坑村', { mute: true })
  await silent.press('red')
  await operator.expectRinging('流坑村', 'red')
  await operator.answer()
  await operator.expectTalking('流坑村')
  await operator.expectSilentVillager()
  await operator.hangUp()
  await operator.expectRinging('流坑村', 'red')
  await operator.expectNews('接听过, 还没有听到村民说话')
  await operator.handle('流坑村')
  await operator.expectAnswerable('流坑村')
  await operator.expectMayNotClose('流坑村')
  await operator.expectCloseRefused('流坑村')
  await stage.look(operator, 'desk-speech-needed')
  await operator.sayWhoWasThere('流坑村', '村干部曾某（虚构）')
  await operator.close('流坑村', '已派干部上门')
  await operator.expectInHistory('流坑村', '已派干部上门', wang)
})

test('4 unanswered it rings the duty leader and then the county too; the supervisor answers and the township sees who talks', async () => {
  const liukeng = await stage.village('流坑村')
  const [operator, leader, supervisor] = await Promise.all([
    stage.onDuty('caozuo'),
    stage.onDuty('daiban'),
    stage.supervisor(),
  ])
  await liukeng.press('red')
  await operator.expectRinging('流坑村')
  await leader.expectShownOnly('流坑村')
  await expectRungAt(10, leader)
  expect(await supervisor.rings(), 'the county rings before its rung').toBe(false)
  await expectRungAt(20, supervisor)
  await Promise.all([operator, leader, supervisor].map((s) => s.expectRinging('流坑村')))
  await operator.expectNews('县指挥中心也在响铃')
  await stage.look(operator, 'desk-ladder')
  await stage.look(supervisor, 'centre-ringing')
  await supervisor.answer()
  await supervisor.expectTalking('流坑村')
  await liukeng.expectAnsweredBy(zhao, '县指挥中心值班员', '乐安县指挥中心')
  await Promise.all([supervisor.expectHearsAndSees(), liukeng.expectHearsAndSees()])
  await operator.expectSeesTalking('流坑村', `县指挥中心 ${zhao}`)
  await Promise.all([operator.expectNoRinging(), leader.expectNoRinging()])
  await stage.look(supervisor, 'centre-talking')
  await stage.look(operator, 'desk-county-talks')
  await supervisor.expectSpeechNoted()
  await supervisor.hangUp()
  await supervisor.close('流坑村', '已报110/119/120')
  await liukeng.expectDone()
  await operator.expectInHistory('流坑村', '已报110/119/120', zhao)
})

/** Rings once the villager has waited so many seconds, not before and not much later. */
async function expectRungAt(seconds: number, seat: Seat): Promise<void> {
  const within = (seconds + rungSlack) * 1000
  await until(`it rings at ${seat.name} after ${seconds} s`, () => seat.rings(), within)
  const waited = await seat.waited('流坑村')
  expect(waited, `seconds waited when ${seat.name} is rung`).toBeGreaterThanOrEqual(seconds)
  expect(waited, `seconds waited when ${seat.name} is rung`).toBeLessThan(seconds + rungSlack)
}

test('5 two operators answer at the same moment: exactly one talks, the other sees who', async () => {
  stage.faults.allow(answeredSecond)
  const liukeng = await stage.village('流坑村')
  const both = await Promise.all([stage.onDuty('caozuo'), stage.onDuty('caozuo2')])
  for (let round = 1; round <= 3; round++) {
    await liukeng.press('green')
    await Promise.all(both.map((seat) => seat.expectRinging('流坑村', 'green')))
    const moment = Date.now() + 300
    await Promise.all(both.map((seat) => seat.answerAt('流坑村', moment)))
    const one = await until('one of them talks', async () => {
      for (const seat of both) if (await seat.talks()) return seat
      return null
    })
    const other = both.find((seat) => seat !== one) as Seat
    await liukeng.expectAnsweredBy(one.name, '接线员', hall)
    await Promise.all([one.expectHearsAndSees(), liukeng.expectHearsAndSees()])
    await other.expectNews(`${one.name}（接线员）已接听`)
    await other.expectSeesTalking('流坑村', `${one.name}（接线员）`)
    expect(await other.talks(), `${other.name} talks too`).toBe(false)
    await other.expectNoRinging()
    await one.hangUp()
    await one.close('流坑村', '已答复咨询')
    await liukeng.expectDone()
  }
})

test('6 the browser of the operator closes in mid-call: it rings again at the head of the queue, and the villager sees that', async () => {
  const liukeng = await stage.village('流坑村')
  const shuinan = await stage.village('水南村')
  const [first, second] = await Promise.all([stage.onDuty('caozuo'), stage.onDuty('caozuo2')])
  await liukeng.press('red')
  await first.expectRinging('流坑村')
  await first.answer()
  await first.expectTalking('流坑村')
  await Promise.all([first.expectHearsAndSees(), liukeng.expectHearsAndSees()])
  await shuinan.press('red')
  await second.expectRinging('水南村')
  await stage.closeBrowserOf(first)
  await liukeng.expectCallsAgain()
  await liukeng.expectSays('断了')
  await stage.look(liukeng, 'kiosk-requeued')
  await second.expectRinging('流坑村')
  expect(await second.queue()).toEqual(['流坑村', '水南村'])
  await second.expectNews('通话中断 1 次, 重新响铃')
  await stage.look(second, 'desk-queue')
  await second.answer()
  await second.expectTalking('流坑村')
  await liukeng.expectAnsweredBy(liu, '接线员', hall)
  await Promise.all([second.expectHearsAndSees(), liukeng.expectHearsAndSees()])
  await second.expectSpeechNoted()
  await second.hangUp()
  await second.close('流坑村', '当场解决')
  await second.answer()
  await second.expectTalking('水南村')
  await second.expectSpeechNoted()
  await second.hangUp()
  await second.close('水南村', '误按')
})

test('7 a killed hub comes back and still rings; with its database stopped a press rings, marked, and is stored later', async () => {
  stage.faults.allow(hubIsAway)
  const liukeng = await stage.village('流坑村')
  const shuinan = await stage.village('水南村')
  const operator = await stage.onDuty('caozuo')
  await liukeng.press('red')
  await operator.expectRinging('流坑村')
  await liukeng.expectReceived()
  const killed = await stage.county.killHub(niutian)
  await operator.expectNews('与服务器的连接已断开')
  await killed.back
  await operator.expectOnDutyAgain()
  await operator.expectRinging('流坑村')
  await operator.answer()
  await operator.expectTalking('流坑村')
  await Promise.all([operator.expectHearsAndSees(), liukeng.expectHearsAndSees()])
  await operator.expectSpeechNoted()
  await operator.hangUp()
  await operator.close('流坑村', '当场解决')

  await stage.county.stopDatabase(niutian)
  await operator.expectNews('数据库停止')
  await shuinan.press('red')
  await operator.expectRinging('水南村')
  await operator.expectNotStored('水南村')
  await stage.look(operator, 'desk-not-stored')
  await stage.county.startDatabase(niutian)
  await operator.expectStored('水南村')
  await operator.expectNewsGone('数据库停止')
  await operator.expectRinging('水南村')
  await shuinan.expectReceived()
  await operator.answer()
  await operator.expectTalking('水南村')
  await operator.expectSpeechNoted()
  await operator.hangUp()
  await operator.close('水南村', '试按')
  await operator.expectInHistory('水南村', '试按', wang)
})

test('8 the page of the county shows every point: idle, ringing, talking, offline, since when', async () => {
  const supervisor = await stage.supervisor()
  const villages = ['流坑村', '水南村', '牛田村', '鳌溪村', '桥背村', '下岭村']
  expect((await supervisor.points()).sort()).toEqual(villages.sort())
  for (const village of villages) await supervisor.expectPoint(village, 'idle')
  await stage.look(supervisor, 'centre-idle')
  const operator = await stage.onDuty('caozuo')
  const liukeng = await stage.village('流坑村')
  await liukeng.press('red')
  await supervisor.expectPoint('流坑村', 'ringing')
  await operator.expectRinging('流坑村')
  await operator.answer()
  await supervisor.expectPoint('流坑村', 'talking')
  await operator.expectSpeechNoted()
  await operator.hangUp()
  await supervisor.expectPoint('流坑村', 'wrap_up')
  await operator.close('流坑村', '当场解决')
  await supervisor.expectPoint('流坑村', 'idle')
  stage.county.killKiosk('361025105200-1')
  await supervisor.expectPoint('牛田村', 'offline')
  await stage.look(supervisor, 'centre-offline')
  await supervisor.expectPoint('牛田村', 'idle')
})
