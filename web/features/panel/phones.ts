// The telephone numbers outlive the terminal: they are what is left when it
// does not answer, so each list it sends is kept in the browser.

import { type Phone, phonesOf } from './view.ts'

const shelf = 'huying.kiosk.phones'

/** The last list kept, or none; a damaged one counts as none. */
export function recallPhones(store: Pick<Storage, 'getItem'> = localStorage): Phone[] {
  try {
    return phonesOf(JSON.parse(store.getItem(shelf) ?? '[]'))
  } catch {
    return []
  }
}

/** Keeps a list. An empty list never overwrites numbers that somebody may need. */
export function keepPhones(phones: Phone[], store: Pick<Storage, 'setItem'> = localStorage) {
  if (phones.length === 0) return
  try {
    store.setItem(shelf, JSON.stringify(phones))
  } catch {
    // A full or forbidden store costs only the memory across restarts.
  }
}
