import { queryOptions } from '@tanstack/react-query'
import { ask } from '@/shared/api/client.ts'
import { Problem } from '@/shared/api/problem.ts'
import type { ProblemDetails, ReleasePackage, RolloutKiosk } from '@/shared/api/schema.ts'

/** Kiosks take minutes; five seconds show a person that things move. */
const againMs = 5_000

export const releasesQuery = queryOptions({
  queryKey: ['releases'],
  queryFn: () => ask('GET', '/api/releases'),
})

export const rolloutQuery = queryOptions({
  queryKey: ['rollout'],
  queryFn: () => ask('GET', '/api/rollout'),
  refetchInterval: againMs,
})

/** A package of 20 MB from an office takes seconds; from afar it may take half an hour. */
const uploadMs = 30 * 60_000

/** Sends the manifest first: a wrong one is refused before the package has gone. */
export async function upload(manifest: File, file: File): Promise<ReleasePackage> {
  const body = new FormData()
  body.append('manifest', manifest)
  body.append('package', file)
  let response: Response
  try {
    response = await fetch('/api/releases', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { Accept: 'application/json, application/problem+json' },
      body,
      signal: AbortSignal.timeout(uploadMs),
    })
  } catch {
    throw new Problem(0)
  }
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw new Problem(response.status, answer as ProblemDetails)
  return answer as ReleasePackage
}

export const drop = ({ version, arch }: Pick<ReleasePackage, 'version' | 'arch'>) =>
  ask('DELETE', '/api/releases/{version}/{arch}', { path: { version, arch } })

export const begin = (version: string, trial: string[]) =>
  ask('POST', '/api/rollout', { body: { version, trial } })

export type Act = 'advance' | 'pause' | 'resume' | 'withdraw'

/** Reasons are by kiosk; `from` is the stage that the person sees. */
export interface Doing {
  act: Act
  from: 'trial' | 'tenth' | 'all'
  note: string
  reasons: Record<string, string>
}

export function lead({ act, from, note, reasons }: Doing) {
  if (act === 'advance') {
    const excuses = Object.entries(reasons).map(([kiosk, reason]) => ({ kiosk, reason }))
    return ask('POST', '/api/rollout/advance', { body: { from, excuses } })
  }
  const body = note ? { note } : {}
  if (act === 'pause') return ask('POST', '/api/rollout/pause', { body })
  if (act === 'resume') return ask('POST', '/api/rollout/resume', { body })
  return ask('POST', '/api/rollout/withdraw', { body })
}

/** Why a kiosk cannot be given a version, or null. */
export function hindrance(
  kiosk: RolloutKiosk,
  version: string,
  packages: readonly ReleasePackage[],
): 'never_heard' | 'too_old' | 'no_package' | 'has_it' | null {
  if (!kiosk.version) return 'never_heard'
  if (!kiosk.arch) return 'too_old'
  if (!packages.some((p) => p.version === version && p.arch === kiosk.arch)) return 'no_package'
  return kiosk.version === version ? 'has_it' : null
}

/** The versions that there are, the one that came last in front. */
export function versionsOf(packages: readonly ReleasePackage[]): string[] {
  return [...new Set(packages.map((p) => p.version))]
}
