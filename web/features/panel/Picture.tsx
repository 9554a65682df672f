// One picture for each screen, drawn so that its outline alone tells it apart:
// for somebody who does not read, or reads without glasses. Lines are thick,
// because thin ones vanish for an eye with cataract.

import type { ReactNode } from 'react'
import type { ScreenName } from './screen'

const handset = (
  <path d="M24 20c-6 2-9 8-8 15 3 21 18 40 40 47 7 2 13 0 16-6l2-7-17-11-8 6c-8-5-13-12-16-20l7-7-8-18z" />
)
const rings = (
  <g className="beat" fill="none">
    <path d="M62 36a16 16 0 0 1 9 14" />
    <path d="M66 20a33 33 0 0 1 21 29" />
  </g>
)
const head = <circle cx="50" cy="30" r="15" />
const shoulders = <path d="M16 90c0-24 14-37 34-37s34 13 34 37z" />

const drawings: Record<ScreenName, ReactNode> = {
  starting: (
    <g fill="none" className="beat">
      <circle cx="20" cy="50" r="6" />
      <circle cx="50" cy="50" r="6" />
      <circle cx="80" cy="50" r="6" />
    </g>
  ),
  idle: (
    // A hand whose finger presses a key.
    <>
      <path d="M12 88h76" />
      <path d="M30 88v-8h40v8z" className="solid" />
      <path
        className="press"
        d="M45 74V36a6 6 0 0 0-12 0v10c-8-2-13 3-12 10l3 6M45 36V20a6 6 0 0 1 12 0v20M57 38h8a6 6 0 0 1 6 6v2h4a6 6 0 0 1 6 6v6c0 6-2 11-6 16"
        fill="none"
      />
    </>
  ),
  sending: (
    // A bell that swings.
    <>
      <g className="swing">
        <path d="M50 14c-17 0-25 12-25 28 0 18-5 24-11 30h72c-6-6-11-12-11-30 0-16-8-28-25-28z" />
        <path d="M41 80a9 9 0 0 0 18 0z" className="solid" />
      </g>
      <path d="M10 22c-4 6-6 12-6 20M90 22c4 6 6 12 6 20" fill="none" className="beat" />
    </>
  ),
  received: (
    <>
      {handset}
      {rings}
    </>
  ),
  answered: (
    // A face with headphones.
    <>
      {shoulders}
      {head}
      <path d="M32 32a18 18 0 0 1 36 0" fill="none" />
      <path d="M30 28v10M70 28v10M70 38c0 8-6 10-14 10" fill="none" />
    </>
  ),
  requeued: (
    // A telephone inside an arrow that comes round again.
    <>
      <g transform="translate(27 27) scale(.46)">{handset}</g>
      <path d="M88 50a38 38 0 1 1-11-27" fill="none" />
      <path d="M82 6v20H62z" className="solid" />
    </>
  ),
  on_the_way: (
    // Somebody walks towards a house.
    <>
      <circle cx="32" cy="17" r="9" className="solid" />
      <path
        d="M31 32l-4 26 12 13 3 19M27 58l-5 16-12 14M31 34l12 11 12 2M30 36l-14 8-2 14"
        fill="none"
      />
      <path d="M58 52l19-17 19 17M63 49v41h28V49M73 90V68h9v22" fill="none" />
    </>
  ),
  wrap_up: (
    // A page and a pen.
    <>
      <path d="M18 10h50v80H18z" />
      <path d="M30 30h26M30 46h26M30 62h14" fill="none" />
      <path d="M88 36L62 70l-5 14 13-7 26-34z" className="solid" />
    </>
  ),
  ended: (
    <>
      <circle cx="50" cy="50" r="40" />
      <path d="M29 51l15 16 28-32" fill="none" className="bold" />
    </>
  ),
  no_line: (
    // A telephone that is to be lifted; the line above it is broken.
    <>
      <path d="M6 14h30M64 14h30M42 4l16 20M58 4L42 24" fill="none" />
      <path d="M8 52c0-10 18-18 42-18s42 8 42 18v8H70V50H30v10H8z" className="solid" />
      <path d="M32 58h36l14 34H18z" />
      <circle cx="50" cy="75" r="8" fill="none" />
    </>
  ),
  cut: null,
  unheard: null,
  gone: (
    // A screen with a cross.
    <>
      <path d="M8 14h84v58H8z" />
      <path d="M36 28l28 30M64 28L36 58M32 90h36" fill="none" className="bold" />
    </>
  ),
}
drawings.cut = drawings.no_line
drawings.unheard = drawings.no_line

export function Picture({ name }: { name: ScreenName }) {
  return (
    <svg className="picture" viewBox="0 0 100 100" aria-hidden="true" data-picture={name}>
      {drawings[name]}
    </svg>
  )
}

/** Stands where a face would be when there is no camera at the other end. */
export function Portrait() {
  return (
    <svg className="portrait" viewBox="0 0 100 100" aria-hidden="true">
      {drawings.answered}
    </svg>
  )
}
