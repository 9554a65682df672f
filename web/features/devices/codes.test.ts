/** What can go wrong is listed in Go; each of it must be said in plain words here. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import en from '@/shared/i18n/locales/en/devices.json'
import zh from '@/shared/i18n/locales/zh-CN/devices.json'
import { faultCodes, parts, testNames } from './codes.ts'

const root = join(import.meta.dirname, '../../..')
const source = (file: string) => readFileSync(join(root, file), 'utf8')
const named = (file: string, pattern: RegExp) =>
  [...source(file).matchAll(pattern)].map(([, code = '']) => code)

const ofKiosk = named('terminal/faults.go', /^\tFault\w+\s*= "(\w+)"/gm)
const ofHub = named('internal/life/fault.go', /^\tCode\w+\s*= "(\w+)"/gm)
const atDesk = named('hub/desk/lifeview.go', /^const noLineHome = "(\w+)"/gm)
const tests = named('terminal/selftest/selftest.go', /^\t\w+\s+Name = "(\w+)"/gm)
const locales: Record<string, Record<string, string>> = { zh, en }

test('the lists in Go were read', () => {
  expect(ofKiosk).toContain('key_stuck')
  expect(ofHub).toContain('ledger')
  expect(atDesk).toEqual(['no_line_home'])
  expect(tests).toContain('key_path')
})

test('every fault that there is has a name and an advice', () => {
  const codes: readonly string[] = faultCodes
  for (const code of [...ofKiosk, ...ofHub, ...atDesk]) expect(codes, code).toContain(code)
  for (const [locale, words] of Object.entries(locales)) {
    for (const code of codes) {
      expect(words[`fault_${code}`], `${locale} fault_${code}`).toBeTruthy()
      expect(words[`do_${code}`], `${locale} do_${code}`).toBeTruthy()
    }
  }
})

test('every self-test has a name, and an advice of its own', () => {
  expect([...testNames].sort()).toEqual([...tests].sort())
  for (const [locale, words] of Object.entries(locales)) {
    for (const name of tests) {
      expect(words[`test_${name}`], `${locale} test_${name}`).toBeTruthy()
      expect(words[`do_test_failed_${name}`], `${locale} do_test_failed_${name}`).toBeTruthy()
    }
    for (const part of parts) expect(words[`part_${part}`], `${locale} ${part}`).toBeTruthy()
  }
})
