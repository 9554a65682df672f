import { queryOptions } from '@tanstack/react-query'
import { ask } from '@/shared/api/client.ts'
import { Problem } from '@/shared/api/problem.ts'
import type { KioskSettings, PointHealth, ProblemDetails, Unit } from '@/shared/api/schema.ts'

/** A kiosk as the administrator's list shows it. */
export type Kiosk = Pick<
  PointHealth,
  'kiosk' | 'point' | 'township' | 'health' | 'version' | 'config_rev'
>

export interface NewPoint {
  point: Unit
  kiosk: string
}

export const addPoint = (body: NewPoint) => ask('POST', '/api/points', { body })

/** A one-time code; the answer is the only time that it is shown. */
export const issueCode = (kiosk: string) =>
  ask('POST', '/api/points/{kiosk}/enrolment', { path: { kiosk } })

export const revoke = (kiosk: string) =>
  ask('POST', '/api/points/{kiosk}/revocation', { path: { kiosk } })

/** A kiosk takes settings within a heartbeat once no call is open. */
const againMs = 5_000

export const configQuery = (kiosk: string) =>
  queryOptions({
    queryKey: ['config', kiosk],
    queryFn: () => ask('GET', '/api/points/{kiosk}/config', { path: { kiosk } }),
    refetchInterval: againMs,
  })

export const putConfig = (kiosk: string, body: KioskSettings) =>
  ask('PUT', '/api/points/{kiosk}/config', { path: { kiosk }, body })

export const commonQuery = queryOptions({
  queryKey: ['config'],
  queryFn: () => ask('GET', '/api/config'),
})

export const putCommon = (body: KioskSettings) => ask('PUT', '/api/config', { body })

export const rootFiles = { crt: '/api/authority/root.crt', pem: '/api/authority/root.pem' }

/** Whether the hub has a root of its own; a Problem says why not. */
export const rootQuery = queryOptions({
  queryKey: ['root'],
  queryFn: async () => {
    const response = await fetch(rootFiles.pem, { method: 'GET' }).catch(() => null)
    if (response?.ok) return true
    const details = await response?.json().catch(() => ({}))
    throw new Problem(response?.status ?? 0, (details ?? {}) as ProblemDetails)
  },
  retry: false,
  staleTime: Number.POSITIVE_INFINITY,
})
