import { queryOptions } from '@tanstack/react-query'
import { ask } from '@/shared/api/client.ts'
import type { Me } from '@/shared/api/schema.ts'

/** Who is signed in here; a 401 Problem when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['session'],
  queryFn: () => ask<Me>('GET', '/api/session'),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
})

export function signIn(words: { account: string; password: string }): Promise<Me> {
  return ask<Me>('POST', '/api/session', words)
}

export function signOut(): Promise<void> {
  return ask<void>('DELETE', '/api/session')
}
