/** A hub of a few lines and a person before a page, for tests of whole pages. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { act, render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { vi } from 'vitest'
import type { LiveMessage, Me, ProblemDetails, Snapshot } from '@/shared/api/schema.ts'
import { startI18n } from '@/shared/i18n/index.ts'
import { niutian, snapshot, zhang } from '@/shared/live/fixtures.ts'
import { Frame } from '@/shared/ui/Frame.tsx'
import { type Audience, makeRouter } from './router.tsx'

type Delta = LiveMessage extends infer M
  ? M extends { seq: number }
    ? Omit<M, 'seq'>
    : never
  : never

class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  close() {}
}

/** Sources that play now, by fake AudioContext; what can be heard. */
export const playing = new Set<object>()

class FakeAudio extends EventTarget {
  state = 'suspended'
  sampleRate = 8_000
  destination = {}
  async resume() {
    this.state = 'running'
    this.dispatchEvent(new Event('statechange'))
  }
  createBuffer = () => ({ copyToChannel() {} })
  createGain = () => ({ gain: { value: 1 }, connect: () => {}, disconnect() {} })
  createBufferSource() {
    const source = {
      loop: false,
      buffer: null,
      connect: (to: object) => to,
      start: () => void playing.add(source),
      stop: () => void playing.delete(source),
    }
    return source
  }
}

export class TestHub {
  me: Me = { person: zhang, site: niutian, demo: true, pages: ['desk'] }
  signedIn = false
  first: Snapshot = snapshot({ points: [] })
  /** What the page asked for, as "POST /api/...", with the body where there is one. */
  asked: string[] = []
  /** Problems by "POST /api/...". */
  problems = new Map<string, ProblemDetails>()
  /** Answers by "GET /api/...", before those that are known here. */
  answers = new Map<string, unknown>()
  #socket: FakeSocket | null = null
  #seq = 0
  #cut = false

  constructor() {
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => this.#answer(url, init))
    vi.stubGlobal('AudioContext', FakeAudio)
    const open = () => {
      const socket = new FakeSocket()
      this.#socket = socket
      this.#seq = this.first.seq
      if (!this.#cut) queueMicrotask(() => this.#say(this.first))
      return socket
    }
    vi.stubGlobal(
      'WebSocket',
      vi.fn(function WebSocket() {
        return open()
      }),
    )
  }

  /** Tells the page, in order. */
  async tells(...deltas: Delta[]) {
    await act(async () => {
      for (const delta of deltas) this.#say({ ...delta, seq: ++this.#seq } as LiveMessage)
    })
  }

  /** The line breaks and none comes back. */
  async cutsTheLine() {
    this.#cut = true
    await act(async () => this.#socket?.onclose?.())
  }

  #say(message: LiveMessage) {
    act(() => this.#socket?.onmessage?.({ data: JSON.stringify(message) }))
  }

  async #answer(url: string, { method, body }: RequestInit): Promise<Response> {
    const route = `${method} ${url}`
    this.asked.push(body ? `${route} ${body}` : route)
    const problem = this.problems.get(route)
    if (problem) return Response.json(problem, { status: problem.status ?? 500 })
    if (route === 'POST /api/session') this.signedIn = true
    if (!this.signedIn) return Response.json({ status: 401 }, { status: 401 })
    if (url === '/api/session') return Response.json(this.me)
    if (this.answers.has(route)) return Response.json(this.answers.get(route))
    if (url === '/api/ticket') return Response.json({ ticket: 't', expires_in_ms: 1 })
    if (route.startsWith('PUT /api/duty')) {
      queueMicrotask(() => this.#say(this.#duty(String(body))))
      return Response.json(JSON.parse(String(body)))
    }
    if (route.startsWith('GET /api/calls')) return Response.json({ calls: [] })
    return new Response(null, { status: 202 })
  }

  #duty(body: string): LiveMessage {
    const on_duty = JSON.parse(body).on ? [this.me.person] : []
    return { type: 'duty', seq: ++this.#seq, on_duty }
  }
}

/** Opens a page before a hub; resolves once the person can act. */
export async function open(audience: Audience) {
  location.hash = ''
  startI18n(
    import.meta.glob(
      '/shared/i18n/locales/*/{shared,session,duty,calls,points,talk,devices,enrolment,releases}.json',
      { eager: true, import: 'default' },
    ),
    'zh-CN',
  )
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <QueryClientProvider client={queries}>
      <Frame>
        <RouterProvider router={makeRouter(audience, queries)} />
      </Frame>
    </QueryClientProvider>,
  )
  return userEvent.setup()
}
