import type { Page } from 'playwright-core'
import { expectHears, expectSees, expectSound } from './hearing.ts'
import { brightness } from './look.ts'
import { patience, told, until } from './soon.ts'

/** The two keys as people call them, and as the code does. */
export type Key = 'red' | 'green'
export const codeOf: Record<Key, 'urgent' | 'enquiry'> = { red: 'urgent', green: 'enquiry' }

/** How long a finger stays on a key, in milliseconds. */
const finger = 80
/** Green must be down so long before red makes it a lesson: 0.7 s, and a bit. */
const together = 1000

/** A villager in front of a kiosk. */
export class Village {
  readonly name: string
  readonly page: Page
  readonly url: string

  constructor(name: string, page: Page) {
    this.name = name
    this.page = page
    this.url = page.url()
  }

  async press(key: Key): Promise<void> {
    await this.page.locator(`button.key.${codeOf[key]}`).click({ delay: finger })
  }

  /** Presses and says after how many milliseconds the page showed it and began its sound. */
  async pressWithStopwatch(key: Key): Promise<number> {
    await this.page.evaluate(() => {
      const main = document.querySelector('main') as HTMLElement
      const watch = { begun: 0, shown: 0 }
      Object.assign(window, { watch })
      addEventListener(
        'pointerdown',
        () => {
          watch.begun = performance.now()
        },
        { capture: true, once: true },
      )
      new MutationObserver(() => {
        const { screen, sound } = main.dataset
        const placed = ['sending', 'received', 'ringing'].includes(screen ?? '')
        if (!watch.begun || watch.shown || !placed || !sound) return
        requestAnimationFrame(() => {
          watch.shown ||= performance.now()
        })
      }).observe(main, { attributes: true })
    })
    await this.press(key)
    const shown = this.page.waitForFunction(() => {
      const { begun, shown } = (window as unknown as { watch: { begun: number; shown: number } })
        .watch
      return shown && shown - begun
    })
    return (await (
      await told(`${this.name} sees and hears the press`, shown)
    ).jsonValue()) as number
  }

  async expectSays(sentence: string): Promise<void> {
    const said = this.page.getByRole('status').filter({ hasText: sentence })
    await told(`the kiosk of ${this.name} says ${sentence}`, said.waitFor())
  }

  /** The kiosk has its lines, and a press now is for help: what was talked before is rated. */
  async expectReady(): Promise<void> {
    await this.#rateIfAsked()
    await this.#expectState('is ready', 'idle', 'ended', 'rated')
    await told(`${this.name} has its line`, this.page.locator('.line[data-line="ok"]').waitFor())
  }

  /** After a talk the kiosk asks how it was; a villager may well not care. */
  async #rateIfAsked(): Promise<void> {
    await this.page.locator('main:not([data-state="unknown"])').waitFor()
    if ((await this.#state()) === 'rating') await this.rate('green')
  }

  #state = () => this.page.locator('main').getAttribute('data-state')

  /** The talk is over and the kiosk asks how it was. */
  async rate(key: Key): Promise<void> {
    await this.#expectState('is asked how it was', 'rating')
    await this.press(key)
    await this.#expectState('is thanked for the rating', 'rated')
  }

  /** Holds the green key: help without a sound and without light. */
  async pressQuietly(): Promise<void> {
    await this.#hold('button.key.enquiry', () => this.expectDark())
  }

  /** A finger stays on something until `until` has come about. */
  async #hold(what: string, until: () => Promise<void>): Promise<void> {
    await this.page.locator(what).hover()
    await this.page.mouse.down()
    await until().finally(() => this.page.mouse.up())
  }

  /** Two hands on the glass: green first, then red too, then both up. */
  async pressBoth(): Promise<void> {
    const touch = await this.page.context().newCDPSession(this.page)
    const at = async (key: Key, id: number) => {
      const box = await this.page.locator(`button.key.${codeOf[key]}`).boundingBox()
      if (!box) throw new Error(`${this.name} has no ${key} key`)
      return { x: box.x + box.width / 2, y: box.y + box.height / 2, id }
    }
    const [green, red] = [await at('green', 1), await at('red', 2)]
    const send = (type: 'touchStart' | 'touchEnd', touchPoints: (typeof green)[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints })
    await send('touchStart', [green])
    await this.#expectState('is shown that green is down', 'sending') // the terminal counts from here
    await this.page.waitForTimeout(together)
    await send('touchStart', [green, red])
    await this.page.waitForTimeout(finger)
    await send('touchEnd', [])
    await touch.detach()
  }

  /** The terminal's own way of a key, as a key of the wall goes: no page is needed. */
  async pressWithoutPage(key: Key): Promise<void> {
    const url = new URL('/api/key', this.url)
    for (const down of [true, false]) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: codeOf[key], down }),
      })
      if (!answer.ok) throw new Error(`the terminal of ${this.name} did not take the key`)
    }
  }

  /** The page hangs for good: its own thread never comes back. */
  hang(): void {
    this.page
      .evaluate(() => {
        for (;;);
      })
      .catch(() => {}) // it ends with the page
  }

  /** Holds the corner as a helper does. */
  async openHelperMenu(): Promise<void> {
    const menu = this.page.getByRole('region', { name: '帮办员菜单' })
    await this.#hold('.corner', () => told(`the menu of ${this.name} is open`, menu.waitFor()))
  }

  expectPractised = () => this.#expectState('is told that the keys work', 'practised')

  /** These prompts were said, in this order, whatever was said between them. */
  async expectSaid(...prompts: string[]): Promise<void> {
    await until(`the kiosk of ${this.name} says ${prompts}`, async () => {
      const said = await this.page.evaluate(() => window.probe.said)
      let from = 0
      return prompts.every((p) => {
        from = said.indexOf(p, from) + 1
        return from > 0
      })
    })
  }

  /** Black, and nothing that could be read from afar. */
  async expectDark(): Promise<void> {
    const dark = this.page.locator('main[data-quiet="true"]').waitFor({ timeout: patience })
    await told(`the screen of ${this.name} is dark`, dark)
    const { brightest, lit } = await brightness(this.page)
    if (brightest > 70 || lit > 0.001) {
      throw new Error(`the dark screen of ${this.name} shines: ${brightest} of 255, ${lit} of it`)
    }
  }

  /** Since the page was loaded, or since `from`, no sample left its loudspeaker. */
  async expectSilentSince(from: number): Promise<void> {
    const loud = await this.page.evaluate((t) => window.probe.soundedSince(t), from)
    if (loud.length > 0) throw new Error(`the kiosk of ${this.name} sounded: ${loud.join(', ')}`)
    const voices = await this.page.evaluate(() =>
      [...document.querySelectorAll<HTMLMediaElement>('audio, video')]
        .filter((e) => !e.muted && e.volume > 0)
        .map((e) => e.outerHTML),
    )
    if (voices.length > 0) throw new Error(`the kiosk of ${this.name} plays ${voices}`)
  }

  now = () => this.page.evaluate(() => performance.now())

  expectPlaced = () =>
    this.#expectState('is told that the call is placed', 'sending', 'received', 'ringing')
  expectReceived = () =>
    this.#expectState('is told that the call was received', 'received', 'ringing')
  /** It is stored, and nobody who is rung has a page open. */
  expectSought = () => this.#expectState('is told that somebody is being found', 'received')
  expectRinging = () => this.#expectState('is told that it rings', 'ringing')
  expectCallsAgain = () => this.#expectState('is told that people are rung again', 'requeued')
  expectWritingDown = () => this.#expectState('is told that it is written down', 'wrap_up')
  async expectDone(): Promise<void> {
    await this.#expectState('is told that it is done', 'rating', 'rated', 'ended', 'idle')
    await this.#rateIfAsked()
    await this.#expectState('is told that it is done', 'ended', 'idle', 'rated')
  }

  /** Name, post and site of who answered stand on the kiosk. */
  async expectAnsweredBy(name: string, post: string, site: string): Promise<void> {
    await this.#expectState(`is answered by ${name}`, 'answered')
    const card = this.page.locator('.answerer')
    for (const text of [name, post, site]) {
      const shown = card.filter({ hasText: text }).waitFor()
      await told(`the kiosk of ${this.name} shows ${text} of who answered`, shown)
    }
  }

  async expectSounds(): Promise<void> {
    await expectSound(this.page, `the kiosk of ${this.name} sounds`)
  }

  async expectHearsAndSees(): Promise<void> {
    await Promise.all([expectHears(this.page, this.name), expectSees(this.page, this.name)])
  }

  async #expectState(what: string, ...states: string[]): Promise<void> {
    const shown = states.map((state) => `main[data-state="${state}"]`).join(', ')
    const seen = this.page.locator(shown).waitFor({ timeout: patience })
    await told(`${this.name} ${what}`, seen).catch(async (error) => {
      const now = await this.#state()
      throw new Error(`${error.message} (the kiosk shows ${now})`)
    })
  }
}
