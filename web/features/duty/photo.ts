// One's own photo at the hub. Not by `ask`: a picture is no JSON, and a phone's
// takes longer than ten seconds on a village's line.

import { queryOptions } from '@tanstack/react-query'
import { Problem } from '@/shared/api/problem.ts'
import type { ProblemDetails } from '@/shared/api/schema.ts'

const path = '/api/session/photo'
const patienceMs = 70_000

/** The largest file that the hub takes, in octets. */
export const largest = 10 * 1024 * 1024

async function send(method: 'GET' | 'PUT' | 'DELETE', file?: Blob): Promise<Response> {
  let response: Response
  try {
    const body = file ? { body: file } : {}
    const signal = AbortSignal.timeout(patienceMs)
    response = await fetch(path, { method, credentials: 'same-origin', signal, ...body })
  } catch {
    throw new Problem(0)
  }
  if (!response.ok) {
    const details = (await response.json().catch(() => ({}))) as ProblemDetails
    throw new Problem(response.status, details)
  }
  return response
}

/** One's own photo; null: there is none. */
export const ownPhotoQuery = queryOptions({
  queryKey: ['photo'],
  queryFn: async () => {
    const response = await send('GET')
    return response.status === 200 ? await response.blob() : null
  },
})

/** Gives a file as it came from a camera; the hub makes the photo of it. */
export const putPhoto = (file: Blob) => send('PUT', file)

export const dropPhoto = () => send('DELETE')
