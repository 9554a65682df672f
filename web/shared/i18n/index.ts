/**
 * Words for people: zh-CN first, en second. One JSON file per namespace and
 * language under locales/; an app hands over only those that it shows, so the
 * kiosk does not carry the desk's words.
 */
import i18next, { type i18n } from 'i18next'
import { initReactI18next } from 'react-i18next'

export const locales = ['zh-CN', 'en'] as const
export type Locale = (typeof locales)[number]

const remembered = 'huying.locale'

/**
 * Starts i18next with the given files, keyed by path as import.meta.glob
 * returns them: .../locales/<locale>/<namespace>.json. The locale is the one
 * chosen last on this machine, otherwise zh-CN: the browser's own language says
 * nothing about who sits before it.
 */
export function startI18n(files: Record<string, unknown>, locale = lastLocale()): i18n {
  i18next.use(initReactI18next).init({
    lng: locale,
    fallbackLng: 'zh-CN',
    resources: resourcesOf(files),
    defaultNS: 'shared',
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
    initAsync: false, // the words are in the bundle: the first paint has them
  })
  document.documentElement.lang = locale
  return i18next
}

/** Changes the language of the page and remembers it on this machine. */
export function changeLocale(locale: Locale): void {
  localStorage.setItem(remembered, locale)
  document.documentElement.lang = locale
  void i18next.changeLanguage(locale)
}

/** The locale in use; anything unknown counts as zh-CN. */
export function currentLocale(): Locale {
  return i18next.language === 'en' ? 'en' : 'zh-CN'
}

function lastLocale(): Locale {
  return localStorage.getItem(remembered) === 'en' ? 'en' : 'zh-CN'
}

function resourcesOf(files: Record<string, unknown>) {
  const resources: Record<string, Record<string, Record<string, string>>> = {}
  for (const [path, words] of Object.entries(files)) {
    const match = /\/([^/]+)\/([^/]+)\.json$/.exec(path)
    const [, locale, namespace] = match ?? []
    if (!locale || !namespace) throw new Error(`not a file of words: ${path}`)
    resources[locale] ??= {}
    resources[locale][namespace] = words as Record<string, string>
  }
  return resources
}
