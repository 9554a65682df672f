import type { Locator, Page } from 'playwright-core'
import { password } from './county.ts'
import { expectHears, expectQuiet, expectSees, expectSilence, expectSound } from './hearing.ts'
import { told, until } from './soon.ts'
import { codeOf, type Key } from './village.ts'

const keyName: Record<Key, string> = { red: '红键', green: '绿键' }

/** Somebody who answers calls: operator, duty leader, supervisor. */
export class Seat {
  readonly name: string
  readonly page: Page

  constructor(name: string, page: Page) {
    this.name = name
    this.page = page
  }

  async signIn(account: string): Promise<void> {
    await this.page.getByLabel('账号').fill(account)
    await this.page.getByLabel('密码', { exact: true }).fill(password)
    await this.page.getByRole('button', { name: /登\s?录/ }).click()
    await told(
      `${this.name} is signed in`,
      this.page.locator('.who').getByText(this.name).waitFor(),
    )
  }

  async startShift(): Promise<void> {
    await this.page.getByRole('button', { name: '开始值守' }).click()
    await told(`${this.name} is on duty`, this.page.getByText('值守中').waitFor())
  }

  /** The card of a village's call in the queue. */
  card(village: string): Locator {
    return this.page.getByRole('listitem', { name: `${village}的呼叫` })
  }

  /** It rings: on the screen, in the title, and out of the loudspeaker. */
  async expectRinging(village: string, key: Key = 'red'): Promise<void> {
    const at = `the call of ${village} rings at ${this.name}`
    const card = this.card(village)
    await told(at, card.getByText('正在响铃').waitFor())
    await told(`${at} with its key`, card.getByText(keyName[key]).first().waitFor())
    await told(`${at} aloud`, this.page.locator(`html[data-ringing="${codeOf[key]}"]`).waitFor())
    await told(
      `${at} in the title`,
      this.page.waitForFunction((v) => document.title.includes(v), village),
    )
    await expectSound(this.page, `${at} out of the loudspeaker`)
  }

  /** It stands in the queue, but does not ring here (yet). */
  async expectShownOnly(village: string): Promise<void> {
    await told(`${this.name} sees the call of ${village}`, this.card(village).waitFor())
    await this.expectNoRinging()
  }

  async expectNoRinging(): Promise<void> {
    await told(
      `nothing rings at ${this.name}`,
      this.page.locator('html[data-ringing="none"]').waitFor(),
    )
    await expectQuiet(this.page, `silence at ${this.name}`)
  }

  async rings(): Promise<boolean> {
    return (await this.page.locator('html').getAttribute('data-ringing')) !== 'none'
  }

  /** Seconds that the card says the villager has waited. */
  async waited(village: string): Promise<number> {
    const text = await this.card(village).getByTestId('waited').textContent()
    const [seconds = 0, minutes = 0] = (text ?? '').split(':').map(Number).reverse()
    return minutes * 60 + seconds
  }

  async expectSecondsCount(village: string): Promise<void> {
    const first = await this.waited(village)
    await until(
      `${this.name} sees the seconds count`,
      async () => (await this.waited(village)) > first,
    )
  }

  /** F2: answers the first call of the queue. */
  async answer(): Promise<void> {
    await this.page.keyboard.press('F2')
  }

  async answerByButton(village: string): Promise<void> {
    await this.page.getByRole('button', { name: `接听 ${village}` }).click()
  }

  /** Presses the button at a given moment of the machine's clock. */
  async answerAt(village: string, moment: number): Promise<void> {
    await this.page.getByRole('button', { name: `接听 ${village}` }).evaluate((button, at) => {
      setTimeout(() => (button as HTMLButtonElement).click(), at - Date.now())
    }, moment)
  }

  async talks(): Promise<boolean> {
    return (await this.page.getByRole('heading', { name: /^与.*通话$/ }).count()) > 0
  }

  /** The villages of the queue from its head. */
  async queue(): Promise<string[]> {
    return this.page.locator('.queue li.call h3').allTextContents()
  }

  async expectTalking(village: string): Promise<void> {
    const heading = this.page.getByRole('heading', { name: `与${village}通话` })
    await told(`${this.name} talks with ${village}`, heading.waitFor())
  }

  async expectHearsAndSees(): Promise<void> {
    await Promise.all([expectHears(this.page, this.name), expectSees(this.page, this.name)])
  }

  async expectSilentVillager(): Promise<void> {
    await expectSilence(this.page, this.name)
  }

  /** The page proved to the hub that the villager spoke. */
  async expectSpeechNoted(): Promise<void> {
    await told(`speech is noted at ${this.name}`, this.page.getByText('已听到村民说话').waitFor())
  }

  /** The others' screens say who talks. */
  async expectSeesTalking(village: string, who: string): Promise<void> {
    const status = this.card(village).getByText(`${who} 正在通话`)
    await told(`${this.name} sees that ${who} talks with ${village}`, status.waitFor())
  }

  async expectNews(sentence: string): Promise<void> {
    await told(`${this.name} is told: ${sentence}`, this.page.getByText(sentence).first().waitFor())
  }

  async expectNewsGone(sentence: string): Promise<void> {
    const gone = this.page.getByText(sentence).first().waitFor({ state: 'detached' })
    await told(`${this.name} is not told any more: ${sentence}`, gone)
  }

  /** Where it rings: township and kiosk stand on the card. */
  async expectPlace(village: string, township: string, kiosk: string): Promise<void> {
    const place = this.card(village).getByText(`${township} · 终端 ${kiosk}`)
    await told(`${this.name} sees where ${village} is`, place.waitFor())
  }

  async expectNotStored(village: string): Promise<void> {
    const badge = this.card(village).getByText('尚未入库')
    await told(`${this.name} sees that the call of ${village} is not stored yet`, badge.waitFor())
  }

  async expectStored(village: string): Promise<void> {
    const badge = this.card(village).getByText('尚未入库')
    const gone = badge.waitFor({ state: 'detached' })
    await told(`${this.name} sees that the call of ${village} is stored`, gone)
  }

  /** The line is back and the shift went on by itself. */
  async expectOnDutyAgain(): Promise<void> {
    await this.expectNewsGone('与服务器的连接已断开')
    await told(`${this.name} is on duty again`, this.page.getByText('值守中').waitFor())
  }

  /** F4. */
  async hangUp(): Promise<void> {
    await this.page.keyboard.press('F4')
  }

  /** By the form after a call, which says first that the talk is over. */
  async callBack(village: string): Promise<void> {
    await this.form(village)
      .getByRole('button', { name: `再接通${village}` })
      .click()
  }

  /** The form after a call. */
  form(village: string): Locator {
    return this.page.getByRole('region', { name: `${village}: 处理结果` })
  }

  async expectMustWriteDown(village: string): Promise<void> {
    await told(`${this.name} must write down`, this.form(village).getByText('当场解决').waitFor())
  }

  /** The way to answer a call is on the screen. */
  async expectAnswerable(village: string): Promise<void> {
    const button = this.page.getByRole('button', { name: `接听 ${village}` })
    await told(`${this.name} is offered to answer ${village}`, button.waitFor())
  }

  /** Opens the form of a call that still rings. */
  async handle(village: string): Promise<void> {
    await this.card(village).getByRole('button', { name: '登记处理' }).click()
  }

  async expectMayNotClose(village: string): Promise<void> {
    const form = this.form(village)
    const why = form.getByText('红键呼叫还没有听到村民说话, 不能直接结束')
    await told(`${this.name} may not close a call without speech`, why.waitFor())
    if ((await form.getByRole('button', { name: '结束呼叫' }).count()) > 0) {
      throw new Error(`${this.name} is offered to close a red call without speech`)
    }
  }

  /** Not even past the page: the hub refuses it by name. */
  async expectCloseRefused(village: string): Promise<void> {
    const call = await this.callOf(village)
    const reply = await this.page.evaluate(async (id) => {
      const body = JSON.stringify({ disposition: 'solved', note: '' })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`/api/calls/${id}/close`, { method: 'POST', headers, body })
      return { status: answer.status, code: (await answer.json()).code }
    }, call)
    if (reply.status !== 409 || reply.code !== 'speech_needed') {
      throw new Error(`closing without speech was answered ${JSON.stringify(reply)}`)
    }
  }

  private async callOf(village: string): Promise<string> {
    const open = (await this.calls(village)).find((call) => call.phase !== 'closed')
    if (!open) throw new Error(`${village} has no open call`)
    return open.id
  }

  /** What the hub tells of a village's calls, the latest first. */
  calls(village: string): Promise<ToldCall[]> {
    return this.page.evaluate(async (name) => {
      const { calls } = await (await fetch('/api/calls?limit=20')).json()
      return calls.filter((c: { point: { name: string } }) => c.point.name === name)
    }, village)
  }

  /** The hub knows how the villager found the last talk. */
  async expectRated(village: string, rating: 'good' | 'bad'): Promise<void> {
    await until(`the last call of ${village} is rated ${rating}`, async () => {
      return (await this.calls(village))[0]?.rating === rating
    })
  }

  async sayWhoWasThere(village: string, who: string): Promise<void> {
    await this.form(village).getByLabel('谁到了现场').fill(who)
    await this.form(village).getByRole('button', { name: '登记已到现场' }).click()
  }

  async close(village: string, outcome: string): Promise<void> {
    const form = this.form(village)
    await form.getByLabel(outcome).check()
    await form.getByRole('button', { name: '结束呼叫' }).click()
    await told(
      `${this.name} has closed the call of ${village}`,
      form.waitFor({ state: 'detached' }),
    )
  }

  /** The latest call of a village in the list of calls, then back to the work. */
  async expectInHistory(village: string, ...texts: string[]): Promise<void> {
    await this.page.getByRole('link', { name: '最近的呼叫' }).click()
    const row = this.page.getByRole('row').filter({ hasText: village }).first()
    for (const text of texts) {
      const shown = row.filter({ hasText: text }).waitFor()
      await told(`the list of calls says ${text} of ${village}`, shown)
    }
    await this.page.getByRole('link', { name: '当前呼叫' }).click()
  }
}

/** As much of a call as the tests ask of the hub itself. */
export interface ToldCall {
  id: string
  phase: string
  quiet?: boolean
  rating?: 'good' | 'bad'
}

export type PointState = 'idle' | 'ringing' | 'talking' | 'wrap_up' | 'offline'

/** The words of the county's page for a state. */
const stateName: Record<PointState, RegExp> = {
  idle: /空闲/,
  ringing: /响铃/,
  talking: /通话/,
  wrap_up: /待处理/,
  offline: /离线/,
}
/** 刚刚, 3 分钟, 2 小时, 1 天, or a running clock. */
const sinceWhen = /刚刚|\d+ (分钟|小时|天)|\d+:\d\d/

/** The county's supervisor, whose page shows every point. */
export class Supervisor extends Seat {
  async expectPoint(village: string, state: PointState): Promise<void> {
    const what = `the county sees ${village} ${state}`
    const point = this.page
      .locator(`li.point.${state}`)
      .filter({ has: this.page.getByText(village, { exact: true }) })
      .filter({ hasText: stateName[state] })
    await told(what, point.waitFor())
    const since = await point.locator('.since').textContent()
    if (!sinceWhen.test(since ?? '')) throw new Error(`${what}, since when? It says "${since}"`)
  }

  async points(): Promise<string[]> {
    return this.page.locator('li.point .point-name').allTextContents()
  }
}
