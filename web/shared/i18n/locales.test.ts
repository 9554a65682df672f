import { expect, test } from 'vitest'
import { locales } from './index.ts'

const files = import.meta.glob<Record<string, string>>('./locales/*/*.json', {
  eager: true,
  import: 'default',
})

function words(locale: string): Map<string, string> {
  const all = new Map<string, string>()
  for (const [path, file] of Object.entries(files)) {
    if (!path.includes(`/${locale}/`)) continue
    const namespace = path.replace(/^.*\/|\.json$/g, '')
    for (const [key, text] of Object.entries(file)) {
      // English has a plural form where Chinese has one form only.
      const stem = key.replace(/_(one|other)$/, '')
      const plural = `${stem}_one` in file && `${stem}_other` in file
      all.set(`${namespace}:${plural ? stem : key}`, text)
    }
  }
  return all
}

test('every key stands in both languages', () => {
  const [zh, en] = locales.map((locale) => [...words(locale).keys()].sort())
  expect(zh?.length).toBeGreaterThan(0)
  expect(en).toEqual(zh)
})

test('both languages fill in the same values', () => {
  const values = (text: string) => [...new Set(text.match(/{{\s*\w+\s*}}/g))].sort()
  const en = words('en')
  for (const [key, text] of words('zh-CN')) {
    const other = values(en.get(key) ?? '').filter((v) => !/count/.test(v))
    expect(other, key).toEqual(values(text).filter((v) => !/count/.test(v)))
  }
})

test('no text is empty and none holds an emoji', () => {
  for (const locale of locales) {
    for (const [key, text] of words(locale)) {
      expect(text.trim(), `${locale} ${key}`).not.toBe('')
      expect(text, `${locale} ${key}`).not.toMatch(/\p{Extended_Pictographic}/u)
    }
  }
})
