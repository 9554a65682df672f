import { expect, test } from 'vitest'
import type { ReleasePackage, RolloutKiosk } from '@/shared/api/schema.ts'
import { hindrance, versionsOf } from './api.ts'
import { inOrder } from './order.ts'

const unit = { code: '361025105207', name: '流坑村' }
const kiosk = (id: string, change: Partial<RolloutKiosk> = {}): RolloutKiosk => ({
  kiosk: id,
  point: unit,
  township: unit,
  online: true,
  updatable: true,
  member: true,
  version: '0.3.2',
  arch: 'arm64',
  ...change,
})
const pack = (version: string, arch: string): ReleasePackage => ({
  version,
  arch,
  size: 1,
  sha256: '',
  uploaded_by: '',
  uploaded_at: '',
})

test('who needs a person stands first', () => {
  const ids = inOrder([
    kiosk('later', { member: false }),
    kiosk('installed', { phase: 'installed', proven: true }),
    kiosk('excused', { phase: 'refused', excuse: '换机' }),
    kiosk('unproven', { phase: 'installed', missing: 'not_proven' }),
    kiosk('trying', { phase: 'trying', missing: 'trying' }),
    kiosk('failed', { phase: 'rolled_back', missing: 'rolled_back' }),
  ]).map((k) => k.kiosk)
  expect(ids).toEqual(['failed', 'trying', 'unproven', 'excused', 'installed', 'later'])
})

test('why a kiosk cannot be given a version is said', () => {
  const packages = [pack('0.4.0', 'arm64'), pack('0.3.2', 'amd64'), pack('0.3.2', 'arm64')]
  const { arch: _, ...old } = kiosk('a')
  const { version: __, ...silent } = kiosk('a')
  expect(hindrance(kiosk('a'), '0.4.0', packages)).toBeNull()
  expect(hindrance(kiosk('a', { arch: 'amd64' }), '0.4.0', packages)).toBe('no_package')
  expect(hindrance(kiosk('a'), '0.3.2', packages)).toBe('has_it')
  expect(hindrance(old, '0.4.0', packages)).toBe('too_old')
  expect(hindrance(silent, '0.4.0', packages)).toBe('never_heard')
  expect(versionsOf(packages)).toEqual(['0.4.0', '0.3.2'])
})
