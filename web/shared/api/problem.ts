import i18next from 'i18next'
import type { ProblemDetails } from './schema.ts'

/**
 * What went wrong, as a sentence for people in `message` and as a stable
 * `code` for programs. The sentence is the server's own `detail` wherever
 * there is one; otherwise one of ours, by status.
 */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly fields: { location: string; message: string }[]

  /** status 0 means that no answer came at all. */
  constructor(status: number, details: ProblemDetails = {}) {
    super(details.detail?.trim() || fallback(status))
    this.name = 'Problem'
    this.status = status
    this.code = details.code ?? (status === 0 ? 'no_answer' : `http_${status}`)
    this.fields = (details.errors ?? []).map((e) => ({
      location: e.location ?? '',
      message: e.message ?? '',
    }))
  }
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Problem ? error.message : fallback(-1)
}

/** Whether an error says that nobody is signed in (any more). */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Problem && error.status === 401
}

function fallback(status: number): string {
  if (status === 0) return i18next.t('shared:problem_no_answer')
  if (status === 401) return i18next.t('shared:problem_signed_out')
  if (status === 403) return i18next.t('shared:problem_not_allowed')
  if (status === 404) return i18next.t('shared:problem_not_found')
  if (status >= 500) return i18next.t('shared:problem_server', { status })
  return i18next.t('shared:problem_unknown')
}
