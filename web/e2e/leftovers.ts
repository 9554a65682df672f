import { password } from './county.ts'

interface OpenCall {
  id: string
  phase: string
  point: { name: string }
}

/**
 * Closes what a test left open, so that the next one starts with a quiet
 * county. Returns what was found; after a test that passed that is a fault.
 */
export async function closeOpenCalls(hub: string, account: string): Promise<string[]> {
  const desk = await signIn(hub, account)
  const { calls } = (await desk('GET', '/api/calls?limit=100')) as { calls: OpenCall[] }
  const open = calls.filter((call) => call.phase !== 'closed')
  for (const call of open) {
    const path = `/api/calls/${call.id}`
    await desk('POST', `${path}/hang-up`).catch(() => {}) // only who talks may, and need
    await desk('POST', `${path}/attended`, { who: '端到端测试', note: '' }).catch(() => {})
    await desk('POST', `${path}/close`, { disposition: 'practice', note: '' }).catch(() => {})
  }
  await desk('DELETE', '/api/session')
  return open.map((call) => `${call.point.name} is ${call.phase} at ${hub}`)
}

async function signIn(hub: string, account: string) {
  const answer = await fetch(`${hub}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account, password }),
  })
  if (!answer.ok) throw new Error(`${account} cannot sign in at ${hub}: ${await answer.text()}`)
  const cookie = answer.headers
    .getSetCookie()
    .map((c) => c.split(';')[0])
    .join('; ')
  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const reply = await fetch(hub + path, {
      method,
      headers: { cookie, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
    return text ? JSON.parse(text) : null
  }
}
