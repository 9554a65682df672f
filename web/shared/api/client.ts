import { Problem } from './problem.ts'
import type { ProblemDetails, paths } from './schema.ts'

/** A hub answers within milliseconds; what takes 10 s will not come. */
const patienceMs = 10_000

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The paths that know a method, and the operation behind both. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][Lowercase<M>] extends object ? P : never
}[keyof paths]
type Operation<M extends Method, P extends keyof paths> = paths[P][Lowercase<M>]

/** What an operation takes: path and query values, and a JSON body. */
type Given<O> = Values<O, 'path'> & Values<O, 'query'> & Body<O>
type Values<O, Where extends string> = O extends {
  parameters: { [W in Where]: infer V extends object }
}
  ? { [W in Where]: V }
  : { [W in Where]?: O extends { parameters: { [W in Where]?: infer V } } ? V : never }
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } }
  ? { body: B }
  : { body?: never }

/** What an operation answers when all is well. */
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: { content: { 'application/json': infer A } } }
    ? A
    : R extends { 201: { content: { 'application/json': infer A } } }
      ? A
      : R extends { 202: { content: { 'application/json': infer A } } }
        ? A
        : undefined
  : never

/**
 * Asks the hub that served this page; the session is a cookie. Method, path and
 * values are those of the hub's OpenAPI document. Resolves with the JSON body,
 * or undefined where there is none. Throws a Problem, and nothing else,
 * whatever goes wrong.
 */
export async function ask<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  ...[given]: Record<string, never> extends Given<Operation<M, P>>
    ? [Given<Operation<M, P>>?]
    : [Given<Operation<M, P>>]
): Promise<Answer<Operation<M, P>>> {
  // Told the compiler in two steps: the union over all routes is too large for one.
  const { path: segments, query, body } = ((given as unknown) ?? {}) as Loose
  let response: Response
  try {
    response = await fetch(address(path, segments, query), {
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
  return json as Answer<Operation<M, P>>
}

interface Loose {
  path?: Record<string, string | number>
  query?: Record<string, string | number>
  body?: unknown
}

function address(path: string, segments: Loose['path'] = {}, query: Loose['query'] = {}): string {
  const filled = path.replace(/{(\w+)}/g, (_, name: string) =>
    encodeURIComponent(String(segments[name] ?? '')),
  )
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  ).toString()
  return search ? `${filled}?${search}` : filled
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
