/** Releases in the mock county: a rollout that the mock's driver moves. */
import type {
  Person,
  ReleasePackage,
  Rollout,
  RolloutKiosk,
  RolloutOutputBody,
} from '../shared/api/schema.ts'
import { villages } from './places.ts'

const minute = 60_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()

const pack = (version: string, arch: string, hours: number): ReleasePackage => ({
  version,
  arch,
  size: 20_480_113,
  sha256: '9f2c61d07be44c5d8a3cf16a8f0b6f1f3cf2c0a77d19d9b5a9c3f1b0f6f0a123',
  uploaded_by: '钱七',
  uploaded_at: ago(hours * 60 * minute),
})

export class Releases {
  packages = [pack('0.4.0', 'arm64', 1), pack('0.4.0', 'amd64', 1), pack('0.3.2', 'arm64', 900)]
  rollout: Rollout | null = null
  change: Record<string, Partial<RolloutKiosk>> = {}

  list() {
    return { releases: this.packages, most: 10, signed: true }
  }

  show(): RolloutOutputBody {
    const kiosks = villages.map((v, n): RolloutKiosk => {
      const old = n % 11 === 7
      return {
        kiosk: v.kiosk,
        point: v.point,
        township: v.township,
        online: n % 9 !== 5,
        version: old ? '0.2.1' : '0.3.2',
        ...(old ? {} : { arch: n % 5 === 4 ? 'amd64' : 'arm64' }),
        updatable: !old,
        member: this.rollout?.stage === 'all' && !old,
        ...this.change[v.kiosk],
      }
    })
    const rollout = this.rollout
    if (!rollout) return { kiosks, below: [] }
    const members = kiosks.filter((k) => k.member)
    const of = (...phases: string[]) => members.filter((k) => phases.includes(k.phase ?? '')).length
    return {
      kiosks,
      below: [],
      rollout: {
        ...rollout,
        waits: members.filter((k) => k.missing).length,
        counts: {
          members: members.length,
          offered: of('offered'),
          fetching: of('fetching'),
          waiting: of('waiting'),
          installing: of('installing', 'trying'),
          installed: of('installed'),
          proven: members.filter((k) => k.proven).length,
          failed: of('refused', 'rolled_back', 'lost'),
          unreachable: members.filter((k) => !k.online).length,
          unable: kiosks.filter((k) => !k.updatable).length,
        },
      },
    }
  }

  begin(version: string, trial: string[], me: Person) {
    this.rollout = {
      id: 1,
      version,
      stage: 'trial',
      state: 'running',
      since: ago(0),
      waits: 0,
      can_begin: false,
      may: ['advance', 'pause', 'withdraw'],
      counts: {} as Rollout['counts'],
      steps: [],
    }
    for (const id of trial) {
      this.change[id] = {
        member: true,
        trial: true,
        phase: 'offered',
        since: ago(0),
        missing: 'offered',
      }
    }
    this.#step('started', me, '', trial)
  }

  do(act: string, note: string, me: Person) {
    const r = this.rollout
    if (!r) return
    const did = { advance: 'advanced', pause: 'paused', resume: 'resumed', withdraw: 'withdrawn' }
    if (act === 'advance') r.stage = r.stage === 'trial' ? 'tenth' : 'all'
    if (act === 'pause') r.state = 'paused'
    if (act === 'resume') r.state = 'running'
    if (act === 'withdraw') r.state = 'withdrawn'
    r.can_begin = r.state === 'withdrawn'
    r.may =
      r.state === 'running'
        ? r.stage === 'all'
          ? ['pause', 'withdraw']
          : ['advance', 'pause', 'withdraw']
        : r.state === 'paused'
          ? ['resume', 'withdraw']
          : []
    this.#step(did[act as 'pause'], me, note)
  }

  /** The mock's driver lets kiosks go on, or fail. */
  steer(kiosks: Record<string, Partial<RolloutKiosk>>, halt: string[]) {
    for (const [id, k] of Object.entries(kiosks)) {
      this.change[id] = { ...this.change[id], since: ago(7 * minute), ...k }
    }
    if (halt.length > 0 && this.rollout) {
      this.rollout.state = 'halted'
      this.rollout.may = ['resume', 'withdraw']
      this.#step('halted', null, '', halt)
    }
  }

  #step(what: string, me: Person | null, note: string, kiosks?: string[]) {
    this.rollout?.steps.push({
      at: ago(0),
      what: what as 'started',
      ...(me ? { person: me.name } : {}),
      ...(what === 'advanced' ? { stage: this.rollout.stage } : {}),
      ...(kiosks ? { kiosks } : {}),
      ...(note ? { note } : {}),
    })
  }
}
