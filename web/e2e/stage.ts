import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type Browsers, closeBrowsers, openBrowsers } from './browsers.ts'
import { County, leanCounty, niutian } from './county.ts'
import { Faults } from './faults.ts'
import { closeOpenCalls } from './leftovers.ts'
import { look, picture } from './look.ts'
import { installProbe, type ProbeOptions } from './probe.ts'
import { descendants, survivors } from './processes.ts'
import { Seat, Supervisor } from './seat.ts'
import { patience, until } from './soon.ts'
import { Village } from './village.ts'

/** The demo's accounts that the tests use, with the names on the screens. */
const people = {
  caozuo: '（虚构）王秀兰',
  caozuo2: '（虚构）刘建国',
  daiban: '（虚构）陈国平',
  zhihui: '（虚构）赵明',
} as const

/** A kiosk of a village hall; the smallest screen that the page is made for. */
const glass = { width: 1024, height: 600 }
const desktop = { width: 1280, height: 800 }
const wall = { width: 1920, height: 1080 }

/** The county, the browsers, and the people of the test that runs now. */
export class Stage {
  readonly county: County
  readonly faults = new Faults()
  #browsers: Browsers
  #open: { who: string; page: Page; context: BrowserContext }[] = []

  private constructor(county: County, browsers: Browsers) {
    this.county = county
    this.#browsers = browsers
  }

  static async build(): Promise<Stage> {
    const county = await County.start()
    return new Stage(county, await openBrowsers())
  }

  /** Somebody stands in front of the kiosk of a village, which is ready for a press unless told. */
  async village(name: string, probe: ProbeOptions = {}, { ready = true } = {}): Promise<Village> {
    const url = this.county.kiosk(name)
    const page = await this.#page(name, this.#browsers.kiosks, glass, url, probe)
    const village = new Village(name, page)
    if (ready) await village.expectReady()
    return village
  }

  /** An operator or the duty leader of 牛田镇, signed in, before the shift. */
  async arrives(account: Exclude<keyof typeof people, 'zhihui'>): Promise<Seat> {
    const name = people[account]
    const page = await this.#page(name, this.#browsers.desks, desktop, this.county.page(niutian))
    const seat = new Seat(name, page)
    await seat.signIn(account)
    return seat
  }

  /** The same, on duty. */
  async onDuty(account: Exclude<keyof typeof people, 'zhihui'>): Promise<Seat> {
    const seat = await this.arrives(account)
    await seat.startShift()
    return seat
  }

  /** The county's supervisor, on duty in front of the large screen. */
  async supervisor(): Promise<Supervisor> {
    const url = this.county.page(leanCounty)
    const page = await this.#page(people.zhihui, this.#browsers.desks, wall, url)
    const supervisor = new Supervisor(people.zhihui, page)
    await supervisor.signIn('zhihui')
    await supervisor.startShift()
    return supervisor
  }

  async #page(
    who: string,
    browser: Browser,
    viewport: { width: number; height: number },
    url: string,
    probe: ProbeOptions = {},
  ): Promise<Page> {
    const context = await browser.newContext({ viewport, locale: 'zh-CN', reducedMotion: 'reduce' })
    context.setDefaultTimeout(patience)
    await context.addInitScript(installProbe, probe)
    const page = await context.newPage()
    this.faults.watch(page, who)
    this.#open.push({ who, page, context })
    await page.goto(url)
    return page
  }

  /** Somebody's browser is closed without a word. */
  async closeBrowserOf(who: { page: Page }): Promise<void> {
    await who.page.context().close()
  }

  /** Looks at a page with the eyes of axe and keeps a picture. */
  async look(who: { page: Page }, name: string): Promise<void> {
    await look(who.page, name, this.faults)
  }

  /** For a test whose story ends while it rings: closes what is open. */
  async closeCalls(): Promise<void> {
    await until('all calls are closed', async () => {
      return (await closeOpenCalls(this.county.hub(niutian), 'caozuo')).length === 0
    })
  }

  /** After each test: everybody goes home; says what was left over. */
  async clear(failed: string | null): Promise<string[]> {
    await this.faults.lookAtHelpers()
    for (const { who, page } of this.#open.filter(({ page }) => failed && !page.isClosed())) {
      await picture(page, `failed-${failed}-${who}`).catch(() => {}) // the failure is told anyway
    }
    const faults = this.faults.take()
    await Promise.all(this.#open.splice(0).map(({ context }) => context.close()))
    this.faults.take() // what pages say while they are torn down
    await this.county.startDatabase(niutian) // if a test failed while it was stopped
    const open: string[] = []
    await until('the county is quiet', async () => {
      const left = await closeOpenCalls(this.county.hub(niutian), 'caozuo')
      open.push(...left)
      return left.length === 0
    })
    return [...faults, ...new Set(open.map((call) => `left open: ${call}`))]
  }

  /** After all tests: ends everything; says what was left running or crashed. */
  async strike(): Promise<string[]> {
    const started = descendants()
    const left = await Promise.allSettled([closeBrowsers(this.#browsers), this.county.stop()])
    const faults = left.flatMap((l) => (l.status === 'rejected' ? [String(l.reason)] : []))
    let running = survivors(started, this.county.data)
    await until('all processes have ended', () => {
      running = survivors(started, this.county.data)
      return running.length === 0
    }).catch(() => {}) // told below, each by its name
    faults.push(...running.map((p) => `left running: ${p.pid} ${p.command.slice(0, 200)}`))
    faults.push(...(await this.county.crashes()))
    if (faults.length === 0) await this.county.remove()
    return faults
  }
}
