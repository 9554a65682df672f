// From what the terminal says, what was just pressed here, and whether the
// terminal is there at all, to the one screen that is shown. Pure: time comes
// in as events (`unheard`, `lost`), never from a clock.

import { keyFault } from './ailments.ts'
import type { Answerer, Key, Media, Phone, State, View } from './view.ts'

/**
 * What is on the glass. Besides the terminal's own states:
 * `starting` nothing is known yet; `cut` idle, but no site can be reached;
 * `broken` idle, but neither key works;
 * `unheard` a press here that the terminal did not take; `gone` the terminal
 * itself does not speak.
 */
export type ScreenName = State | 'starting' | 'cut' | 'broken' | 'unheard' | 'gone'

export type Model = {
  view: View | null
  /** The terminal has not spoken for longer than a hiccup. */
  lost: boolean
  /** A press on this page that no view has confirmed yet. */
  pressed: Key | null
  /** The last press on this page was not taken by the terminal. */
  unheard: boolean
  /** The last phones known, from this run or from an earlier one. */
  phones: Phone[]
}

export type PanelEvent =
  | { type: 'view'; view: View }
  | { type: 'lost' }
  | { type: 'press'; key: Key }
  | { type: 'unheard' }

export type Screen = {
  name: ScreenName
  key: Key | null
  held: boolean
  answerer: Answerer | null
  media: Media | null
  phones: Phone[]
  /** Neither tone nor word: a quiet call, or a key whose press is not decided. */
  silent: boolean
  /** A quiet call: the glass is black. It stays so while the terminal restarts. */
  dark: boolean
}

export function begin(phones: Phone[]): Model {
  return { view: null, lost: false, pressed: null, unheard: false, phones }
}

/** In these no call stands, whatever stood before: a press opens a new one. */
const between: ReadonlySet<State> = new Set([
  'idle',
  'ended',
  'rated',
  'practising',
  'practised',
  'unpractised',
])

/**
 * A call that somebody still has to end, or a talk that may be rated: there the
 * terminal says what a press is for, and shows it.
 */
export const isOpen = (view: View | null) => view !== null && !between.has(view.state)

/** Whether a press opens a call on this screen, instead of joining one that is open. */
export const takesPress = (model: Model) => !isOpen(model.view) && !model.lost

export function reduce(model: Model, event: PanelEvent): Model {
  switch (event.type) {
    case 'view':
      return onView(model, event.view)
    case 'lost':
      return { ...model, lost: true, pressed: null }
    case 'press':
      // During an open call the terminal already shows it; the key alone reacts.
      if (!takesPress(model)) return model
      return { ...model, pressed: event.key, unheard: false }
    case 'unheard':
      return { ...model, pressed: null, unheard: !isOpen(model.view) }
  }
}

function onView(model: Model, view: View): Model {
  const open = isOpen(view)
  return {
    view,
    lost: false,
    // An idle view may have been on its way when the key went down: the press
    // stands until a call shows it or `unheard` gives it up.
    pressed: open ? null : model.pressed,
    unheard: open || model.lost ? false : model.unheard,
    phones: view.phones.length > 0 ? view.phones : model.phones,
  }
}

export function screenOf(model: Model): Screen {
  const { view, phones } = model
  const name = nameOf(model)
  const live = name === view?.state
  return {
    name,
    key: model.pressed ?? (live && showsKey(view) ? (view?.key ?? null) : null),
    held: live && view?.held === true,
    answerer: live ? (view?.answerer ?? null) : null,
    // Talking goes on when only the terminal's page server is gone: the voice
    // does not pass through it.
    media: view?.media ?? null,
    phones,
    silent: isSilent(model),
    dark: view?.quiet === true,
  }
}

/**
 * A green press may turn out to be a quiet call, so nothing sounds until it is
 * decided; that begins before the terminal has answered.
 */
function isSilent({ view, lost, pressed }: Model): boolean {
  return view?.quiet === true || pressed === 'enquiry' || (view?.down === true && !lost)
}

/** Where the key of the view is one that somebody pressed and should see so. */
const showsKey = (view: View | null) =>
  (isOpen(view) && view?.state !== 'rating') || view?.state === 'rated'

function nameOf({ view, lost, pressed, unheard }: Model): ScreenName {
  if (lost) return 'gone'
  if (pressed) return 'sending'
  if (unheard) return 'unheard'
  if (!view) return 'starting'
  if (view.state === 'idle' && !view.home && !view.county) return 'cut'
  const fails = (key: Key) => keyFault(key, view.faults) !== null
  if (view.state === 'idle' && fails('urgent') && fails('enquiry')) return 'broken'
  return view.state
}

/** Screens that send the villager to a telephone. */
export const showsPhones = (name: ScreenName) =>
  name === 'no_line' ||
  name === 'gone' ||
  name === 'unheard' ||
  name === 'cut' ||
  name === 'broken' ||
  name === 'unpractised'
