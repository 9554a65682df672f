import type { Page } from 'playwright-core'
import { expectHears, expectSees, expectSound } from './hearing.ts'
import { patience, told } from './soon.ts'

/** The two keys as people call them, and as the code does. */
export type Key = 'red' | 'green'
export const codeOf: Record<Key, 'urgent' | 'enquiry'> = { red: 'urgent', green: 'enquiry' }

/** How long a finger stays on a key, in milliseconds. */
const finger = 80

/** A villager in front of a kiosk. */
export class Village {
  readonly name: string
  readonly page: Page

  constructor(name: string, page: Page) {
    this.name = name
    this.page = page
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
        const placed = screen === 'sending' || screen === 'received'
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

  /** The kiosk has its lines and nothing is open, or the last call has just ended. */
  async expectReady(): Promise<void> {
    await this.#expectState('is ready', 'idle', 'ended')
    await told(`${this.name} has its line`, this.page.locator('.line[data-line="ok"]').waitFor())
  }

  expectPlaced = () => this.#expectState('is told that the call is placed', 'sending', 'received')
  expectReceived = () => this.#expectState('is told that the call was received', 'received')
  expectCallsAgain = () => this.#expectState('is told that people are rung again', 'requeued')
  expectWritingDown = () => this.#expectState('is told that it is written down', 'wrap_up')
  expectDone = () => this.#expectState('is told that it is done', 'ended', 'idle')

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
      const now = await this.page.locator('main').getAttribute('data-state')
      throw new Error(`${error.message} (the kiosk shows ${now})`)
    })
  }
}
