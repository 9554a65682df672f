import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from './ports.ts'
import { processes } from './processes.ts'
import { until } from './soon.ts'

const bin = process.env.HUYING_BIN ?? fileURLToPath(new URL('../../bin', import.meta.url))

/** The first start makes three databases. */
const startWithin = 100_000
/** The demo gives each child 8 s to end before it kills it. */
const stopWithin = 60_000

export const niutian = '361025105'
export const leanCounty = '361025'
export const password = 'yanshi-2026'

/** The demo county, started as a person would: `villagesim demo`, in a folder of its own. */
export class County {
  readonly data: string
  #demo: ChildProcess
  #said = ''
  #ended = false

  private constructor(demo: ChildProcess, data: string) {
    this.data = data
    this.#demo = demo
    const hear = (text: Buffer) => {
      this.#said += text.toString()
    }
    demo.stdout?.on('data', hear)
    demo.stderr?.on('data', hear)
    demo.once('exit', () => {
      this.#ended = true
    })
  }

  static async start(): Promise<County> {
    for (const program of ['villagesim', 'hub', 'terminal']) {
      if (!existsSync(join(bin, program))) {
        throw new Error(`${join(bin, program)} is missing: run "make build" first`)
      }
    }
    const data = await mkdtemp(join(tmpdir(), 'huying-e2e-'))
    await chmod(data, 0o755) // PostgreSQL runs as a user of its own
    const port = await freePorts()
    // Calm: every press of these tests is made by a test.
    const args = ['demo', '--data', data, '--port', String(port), '--bin', bin, '--calm']
    const demo = spawn(join(bin, 'villagesim'), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const county = new County(demo, data)
    try {
      await until('the demo county is up', () => county.#up(), startWithin)
    } catch (error) {
      const said = county.#said
      await county.stop().catch(() => {}) // the first error says more
      await county.remove()
      throw new Error(`${error}\n${said}`)
    }
    return county
  }

  #up(): boolean {
    if (this.#ended) throw new Error('the demo ended by itself')
    return this.#said.includes('Ctrl-C')
  }

  /** All that the demo printed. */
  get said(): string {
    return this.#said
  }

  /** The address of a hub's page: http://…/desk or …/centre. */
  page(unit: string): string {
    return this.#found(new RegExp(`${unit}\\s+(http://\\S+/(?:desk|centre))\\s`), `page of ${unit}`)
  }

  hub(unit: string): string {
    return this.page(unit).replace(/\/\w+$/, '')
  }

  /** The address of a village's kiosk page. */
  kiosk(village: string): string {
    return this.#found(new RegExp(`${village}（.*?(http://\\S+/)`), `kiosk of ${village}`)
  }

  #found(pattern: RegExp, what: string): string {
    const found = pattern.exec(this.#said)?.[1]
    if (!found) throw new Error(`the demo did not print the ${what}:\n${this.#said}`)
    return found
  }

  /** The process number of a hub, as the demo printed it last. */
  pid(unit: string): number {
    const again = [...this.#said.matchAll(new RegExp(`hub-${unit} 又启动了，进程号 (\\d+)`, 'g'))]
    const last = again.at(-1)?.[1]
    return Number(
      last ?? this.#found(new RegExp(`${unit}\\s+http.*?pid (\\d+)`), `process of ${unit}`),
    )
  }

  /** kill -9 of a hub; resolves when the demo has started it again and it is ready. */
  async killHub(unit: string): Promise<{ back: Promise<unknown> }> {
    const old = this.pid(unit)
    process.kill(old, 'SIGKILL')
    const back = until(`hub ${unit} is back`, async () => {
      if (this.pid(unit) === old) return false
      return fetch(`${this.hub(unit)}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      )
    })
    back.catch(() => {}) // told where it is awaited
    return { back }
  }

  /** kill -9 of a village's terminal; the demo starts it again after 3 s. */
  killKiosk(kiosk: string): void {
    const settings = join(this.data, kiosk, 'terminal.yaml')
    const terminal = processes().find((p) => p.command.includes(settings))
    if (!terminal) throw new Error(`no terminal runs with ${settings}`)
    process.kill(terminal.pid, 'SIGKILL')
  }

  /** Stops a hub's PostgreSQL and keeps it stopped. */
  async stopDatabase(unit: string): Promise<void> {
    await writeFile(join(this.data, unit, 'postgres', 'hold'), '')
  }

  async startDatabase(unit: string): Promise<void> {
    await rm(join(this.data, unit, 'postgres', 'hold'), { force: true })
  }

  /** Lines of the programs' logs that tell of a crash, each with its file. */
  async crashes(): Promise<string[]> {
    const found: string[] = []
    for (const file of (await readdir(this.data)).filter((name) => name.endsWith('.log'))) {
      const lines = (await readFile(join(this.data, file), 'utf8')).split('\n')
      const bad = lines.filter((line) => /^(panic|fatal error):|DATA RACE|"msg":"panic/.test(line))
      found.push(...bad.map((line) => `${file}: ${line}`))
    }
    return found
  }

  /** Ctrl-C; resolves when the demo has ended. */
  async stop(): Promise<void> {
    this.#demo.kill('SIGINT')
    await until('the demo has ended', () => this.#ended, stopWithin).catch((error) => {
      this.#demo.kill('SIGKILL')
      throw error
    })
  }

  async remove(): Promise<void> {
    await rm(this.data, { recursive: true, force: true })
  }
}
