import type { LiveMessage } from '../api/schema.ts'
import { type Book, enter, type Refusal } from './book.ts'

/** The hub beats every 5 s; two missed and some slack make a dead line. */
export const silenceMs = 12_000
/** Duty ends 3 s after the socket is lost, so the first tries are quick. */
export const backOffBaseMs = 200
/** A page is few bytes for a hub; a blind page may cost a call. */
export const backOffCapMs = 5_000

/** Why a page is blind. */
export type LostReason = 'closed' | 'silence' | 'no_ticket' | Refusal

/**
 * What a page knows. `book` stays when the line is lost: the page goes on
 * ringing what it knows, and says since when it is blind.
 */
export interface Live {
  state: 'connecting' | 'live' | 'blind' | 'signed_out'
  book: Book | null
  /** Wall time in milliseconds since when nothing is heard, for people. */
  blindSince: number | null
  lost: LostReason | null
}

/** The socket as this module uses it; the browser's WebSocket is one. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
  close(): void
}

export interface LineOptions {
  /** Fetches a one-time ticket; throws when that fails. */
  ticket: () => Promise<string>
  /** Opens the socket for a ticket. */
  open: (ticket: string) => Socket
  /** Whether an error of `ticket` means that nobody is signed in. */
  isSignedOut: (error: unknown) => boolean
  /** Monotonic milliseconds; performance.now by default. */
  now?: () => number
  /** Wall milliseconds; Date.now by default. */
  wall?: () => number
  /** From 0 to 1; Math.random by default. */
  random?: () => number
}

/** Full-jitter back-off before try number `attempt`, from 0, in milliseconds. */
export function backOffMs(attempt: number, random: number): number {
  return random * Math.min(backOffCapMs, backOffBaseMs * 2 ** Math.min(attempt, 16))
}

/**
 * The page's one live line to its hub. start() returns at once and keeps the
 * line up until stop(); subscribe() tells of every change of current().
 */
export class Line {
  #live: Live = { state: 'connecting', book: null, blindSince: null, lost: null }
  #listeners = new Set<() => void>()
  #socket: Socket | null = null
  /** The book of this socket; null until its snapshot came. */
  #fresh: Book | null = null
  #silence: ReturnType<typeof setTimeout> | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #attempt = 0
  #running = false
  /** Tells the answers of an abandoned try from those of the present one. */
  #generation = 0
  readonly #options: Required<LineOptions>

  constructor(options: LineOptions) {
    this.#options = {
      now: () => performance.now(),
      wall: () => Date.now(),
      random: () => Math.random(),
      ...options,
    }
  }

  current = (): Live => this.#live

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    void this.#connect()
  }

  stop(): void {
    this.#running = false
    this.#abandon()
  }

  /** Tries at once if the line is down: the network came back, say. */
  hurry(): void {
    if (!this.#running || this.#live.state === 'live' || this.#socket) return
    this.#attempt = 0
    clearTimeout(this.#retry)
    void this.#connect()
  }

  async #connect(): Promise<void> {
    this.#abandon()
    const generation = this.#generation
    this.#listenFor(generation)
    let ticket: string
    try {
      ticket = await this.#options.ticket()
    } catch (error) {
      if (generation !== this.#generation) return
      if (this.#options.isSignedOut(error)) return this.#signedOut()
      return this.#lose('no_ticket')
    }
    if (generation !== this.#generation) return
    const socket = this.#options.open(ticket)
    this.#socket = socket
    socket.onmessage = (event) => {
      if (generation === this.#generation) this.#hear(event.data, generation)
    }
    socket.onclose = () => {
      if (generation === this.#generation) this.#lose('closed')
    }
  }

  #hear(data: unknown, generation: number): void {
    this.#listenFor(generation)
    const message = parse(data)
    if (!message) {
      this.#lose('not_understood')
      return
    }
    const entry = enter(this.#fresh, message, this.#options.now())
    if ('refused' in entry) {
      this.#lose(entry.refused)
      return
    }
    // Not at the snapshot: a line that breaks right after each must slow down.
    if (message.type === 'beat') this.#attempt = 0
    if (entry.book === this.#fresh) return
    this.#fresh = entry.book
    this.#set({ state: 'live', book: entry.book, blindSince: null, lost: null })
  }

  /** Starts the time of silence anew. */
  #listenFor(generation: number): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      if (generation === this.#generation) this.#lose('silence')
    }, silenceMs)
  }

  #lose(reason: LostReason): void {
    this.#abandon()
    if (!this.#running) return
    const blindSince = this.#live.blindSince ?? this.#options.wall()
    this.#set({ ...this.#live, state: 'blind', blindSince, lost: reason })
    const wait = backOffMs(this.#attempt++, this.#options.random())
    this.#retry = setTimeout(() => void this.#connect(), wait)
  }

  #signedOut(): void {
    this.#running = false
    this.#abandon()
    this.#set({ state: 'signed_out', book: null, blindSince: null, lost: null })
  }

  #abandon(): void {
    this.#generation++
    clearTimeout(this.#silence)
    clearTimeout(this.#retry)
    this.#fresh = null
    const socket = this.#socket
    this.#socket = null
    if (!socket) return
    socket.onmessage = null
    socket.onclose = null
    socket.close()
  }

  #set(live: Live): void {
    this.#live = live
    for (const listener of this.#listeners) listener()
  }
}

function parse(data: unknown): LiveMessage | null {
  try {
    const message = JSON.parse(String(data))
    return typeof message?.type === 'string' ? message : null
  } catch {
    return null
  }
}
