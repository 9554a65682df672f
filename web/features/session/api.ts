import { queryOptions } from '@tanstack/react-query'
import { ask } from '@/shared/api/client.ts'
import type { Me } from '@/shared/api/schema.ts'

/** Who is signed in here; a 401 Problem when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => ask('GET', '/api/session'),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
})

export function signIn(words: { account: string; password: string }): Promise<Me> {
  return ask('POST', '/api/session', { body: words })
}

export function signOut(): Promise<undefined> {
  return ask('DELETE', '/api/session')
}
