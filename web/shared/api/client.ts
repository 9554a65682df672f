import { Problem } from './problem.ts'
import type { ProblemDetails } from './schema.ts'

/** A hub answers within milliseconds; what takes 10 s will not come. */
const patienceMs = 10_000

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * Asks the hub that served this page; the session is a cookie. Resolves with
 * the JSON body, or undefined for 204 and empty bodies. Throws a Problem, and
 * nothing else, whatever goes wrong.
 */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json, application/problem+json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patienceMs),
    })
  } catch {
    throw new Problem(0)
  }
  const json = await jsonOf(response)
  if (!response.ok) throw new Problem(response.status, (json ?? {}) as ProblemDetails)
  return json as T
}

/** A path segment that holds whatever an id holds. */
export function segment(id: string): string {
  return encodeURIComponent(id)
}

async function jsonOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined
  try {
    const text = await response.text()
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    // A proxy's HTML page, or a line that broke in mid-body.
    if (response.ok) throw new Problem(0)
    return undefined
  }
}
