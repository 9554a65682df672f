import { afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startI18n } from '../i18n/index.ts'
import { ask } from './client.ts'
import { isSignedOut, Problem, sentenceOf } from './problem.ts'

const sent: { url: string; init: RequestInit }[] = []

beforeAll(() => {
  startI18n(import.meta.glob('../i18n/locales/*/shared.json', { eager: true, import: 'default' }))
})
afterEach(() => {
  sent.length = 0
  vi.unstubAllGlobals()
})

function hubAnswers(answer: () => Response | Promise<Response>) {
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    sent.push({ url, init })
    return Promise.resolve().then(answer)
  })
}

const problemOf = (asking: Promise<unknown>) =>
  asking.then(
    () => expect.unreachable('it should have failed'),
    (error: Problem) => error,
  )

test('fills path, query and body', async () => {
  hubAnswers(() => Response.json({ calls: [] }))
  expect(await ask('GET', '/api/calls', { query: { limit: 5 } })).toEqual({ calls: [] })
  await ask('POST', '/api/calls/{id}/close', {
    path: { id: 'a/b.1.2' },
    body: { disposition: 'solved', note: '' },
  })
  expect(sent.map(({ url }) => url)).toEqual(['/api/calls?limit=5', '/api/calls/a%2Fb.1.2/close'])
  expect(sent[1]?.init.body).toBe('{"disposition":"solved","note":""}')
})

test('nothing comes back of 202 and 204 without a body', async () => {
  hubAnswers(() => new Response(null, { status: 204 }))
  expect(await ask('DELETE', '/api/session')).toBeUndefined()
  hubAnswers(() => new Response('', { status: 202 }))
  expect(await ask('POST', '/api/calls/{id}/hang-up', { path: { id: 'x' } })).toBeUndefined()
})

test("the hub's own sentence is what people read", async () => {
  const detail = '张三（接线员）已接听'
  hubAnswers(() => Response.json({ status: 409, code: 'call_taken', detail }, { status: 409 }))
  const problem = await problemOf(ask('POST', '/api/calls/{id}/answer', { path: { id: 'x' } }))
  expect(problem).toBeInstanceOf(Problem)
  expect([problem.message, problem.code, problem.status]).toEqual([detail, 'call_taken', 409])
})

test.each<[string, () => Response, string, string]>([
  ['a proxy page', () => new Response('<html>', { status: 502 }), 'http_502', '服务器出错（502）'],
  ['an empty 401', () => new Response('', { status: 401 }), 'http_401', '登录已失效'],
  ['a cut body', () => new Response('{"calls":', { status: 200 }), 'no_answer', '服务器没有应答'],
  [
    'no line',
    () => {
      throw new TypeError('failed to fetch')
    },
    'no_answer',
    '服务器没有应答',
  ],
])('%s has a sentence of ours', async (_, answer, code, words) => {
  hubAnswers(answer)
  const problem = await problemOf(ask('GET', '/api/session'))
  expect(problem.code).toBe(code)
  expect(problem.message).toContain(words)
  expect(isSignedOut(problem)).toBe(code === 'http_401')
})

test('what is no problem of the hub has a sentence too', () => {
  expect(sentenceOf(new RangeError('internal words'))).toBe('没有成功, 请再试一次。')
})

test('types refuse what the document does not know', () => {
  hubAnswers(() => new Response(null, { status: 204 }))
  const wrong = () => {
    // @ts-expect-error no such path
    void ask('GET', '/api/nothing')
    // @ts-expect-error the path has no such method
    void ask('DELETE', '/api/duty')
    // @ts-expect-error the call is missing
    void ask('POST', '/api/calls/{id}/hang-up')
    // @ts-expect-error no such outcome
    void ask('POST', '/api/calls/{id}/close', { path: { id: '' }, body: { disposition: 'gone' } })
    // @ts-expect-error the body is missing
    void ask('PUT', '/api/duty', {})
  }
  expect(wrong).toBeTypeOf('function')
})
