import type { Page } from 'playwright-core'

interface Allowed {
  pattern: RegExp
  reason: string
}

/** What a healthy page may say; every entry has its reason. */
const always: Allowed[] = [
  {
    pattern: /status of 401 .*\/api\/session$/,
    reason: 'the page asks who is signed in before it shows the sign-in',
  },
  {
    pattern:
      /DataChannel error on \w+: User-Initiated Abort|data channel '\w+' closed unexpectedly/,
    reason: 'livekit-client is left at the end of a talk; no data goes through its channels',
  },
]

/** While a hub is away its pages fail to reach it, and must go on trying. */
export const hubIsAway: Allowed = {
  pattern:
    /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)|WebSocket connection to 'ws:\/\/127\.0\.0\.1[^']*' failed|status of 50[23]/,
  reason: 'the hub was killed on purpose',
}

/** Two answered at the same moment and one was second. */
export const answeredSecond: Allowed = {
  pattern: /status of 409 .*\/answer$/,
  reason: 'somebody else was first, which the hub says as a conflict',
}

/** The test itself asked for what is refused. */
export const closedWithoutSpeech: Allowed = {
  pattern: /status of 409 .*\/close$/,
  reason: 'a red call without speech cannot be closed, which the hub says as a conflict',
}

/** Addresses of this machine only: the product must work without an outside. */
const inside = /^(https?|wss?):\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/|$)|^(data|blob|about):/

/** Collects everything that should not have happened on the pages of one test. */
export class Faults {
  #found: string[] = []
  #allowed: Allowed[] = [...always]
  #pages: Page[] = []

  /** A new test: what was allowed for the one before is not any more. */
  begin(): void {
    this.#found = []
    this.#allowed = [...always]
    this.#pages = []
  }

  allow(...more: Allowed[]): void {
    this.#allowed.push(...more)
  }

  add(fault: string): void {
    if (!this.#allowed.some(({ pattern }) => pattern.test(fault))) this.#found.push(fault)
  }

  watch(page: Page, who: string): void {
    this.#pages.push(page)
    page.on('pageerror', (error) => this.add(`${who}: page error: ${error.stack ?? error.message}`))
    page.on('crash', () => this.add(`${who}: the page crashed`))
    page.on('console', (message) => {
      if (message.type() !== 'error') return
      this.add(`${who}: console: ${message.text()} ${message.location().url}`)
    })
    const inland = (url: string) => {
      if (!inside.test(url)) this.add(`${who}: asks outside: ${url}`)
    }
    page.on('request', (request) => inland(request.url()))
    page.on('websocket', (socket) => inland(socket.url()))
  }

  /** Whether voice and picture were told to ask somebody outside for an address. */
  async lookAtHelpers(): Promise<void> {
    for (const page of this.#pages.filter((p) => !p.isClosed())) {
      for (const url of await page.evaluate(() => window.probe.helpers)) {
        if (!/^(stun|turns?):(127\.0\.0\.1|localhost)[:?]/.test(url)) {
          this.add(`asks outside for its address: ${url}`)
        }
      }
    }
  }

  /** All faults so far, forgotten once told. */
  take(): string[] {
    return this.#found.splice(0)
  }
}
