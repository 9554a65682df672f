/** Makes an unknown key a compile error: zh-CN is the list of keys. */
import type calls from './locales/zh-CN/calls.json'
import type devices from './locales/zh-CN/devices.json'
import type duty from './locales/zh-CN/duty.json'
import type enrolment from './locales/zh-CN/enrolment.json'
import type kiosk from './locales/zh-CN/kiosk.json'
import type points from './locales/zh-CN/points.json'
import type releases from './locales/zh-CN/releases.json'
import type session from './locales/zh-CN/session.json'
import type shared from './locales/zh-CN/shared.json'
import type talk from './locales/zh-CN/talk.json'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shared'
    resources: {
      calls: typeof calls
      devices: typeof devices
      duty: typeof duty
      enrolment: typeof enrolment
      kiosk: typeof kiosk
      points: typeof points
      releases: typeof releases
      session: typeof session
      shared: typeof shared
      talk: typeof talk
    }
  }
}
