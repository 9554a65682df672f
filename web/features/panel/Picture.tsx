// One picture for each screen, drawn so that its outline alone tells it apart:
// for somebody who does not read, or reads without glasses. Lines are thick,
// because thin ones vanish for an eye with cataract.

import type { ReactNode } from 'react'
import { crossed, deadMicrophone } from './Ailments.tsx'
import { face, portraits } from './Portrait.tsx'
import type { ScreenName } from './screen.ts'

/** A bad rating is thanked for in another way than a good one. */
export type PictureName = ScreenName | 'rated_bad'

const handset = (
  <path d="M24 20c-6 2-9 8-8 15 3 21 18 40 40 47 7 2 13 0 16-6l2-7-17-11-8 6c-8-5-13-12-16-20l7-7-8-18z" />
)
const rings = (
  <g className="beat" fill="none">
    <path d="M62 36a16 16 0 0 1 9 14" />
    <path d="M66 20a33 33 0 0 1 21 29" />
  </g>
)
/** A telephone on its rest: what to reach for. */
const telephone = (
  <>
    <path d="M8 56c0-9 18-16 42-16s42 7 42 16v7H70v-9H30v9H8z" className="solid" />
    <path d="M32 62h36l14 34H18z" />
    <circle cx="50" cy="79" r="8" fill="none" />
  </>
)
/** The two keys as they are on the wall, small, red left. */
const bothKeys = (
  <>
    <path d="M16 52h17l12 12v17L33 93H16L4 81V64z" className="red" />
    <circle cx="75" cy="72.5" r="21" className="green" />
  </>
)

const drawings: Record<PictureName, ReactNode> = {
  starting: (
    <g fill="none" className="beat">
      <circle cx="20" cy="50" r="6" />
      <circle cx="50" cy="50" r="6" />
      <circle cx="80" cy="50" r="6" />
    </g>
  ),
  idle: (
    // A hand whose finger comes down on a key.
    <>
      <path d="M8 92h72" />
      <path d="M24 92v-8h40v8z" className="solid" />
      <path
        className="press"
        d="M37 70V22c0-8 6-14 14-14h22c8 0 14 6 14 14v14c0 7-5 12-11 12H51v22a7 7 0 0 1-14 0zM51 48V34M65 48V36M77 47V38"
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
    // It has arrived at the hall; nobody has heard it yet.
    <>
      <path d="M6 50l44-38 44 38M16 44v48h68V44" fill="none" />
      <path d="M33 66l13 14 23-27" fill="none" className="bold" />
    </>
  ),
  ringing: (
    <>
      {handset}
      {rings}
    </>
  ),
  answered: portraits.person,
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
    // The line above the telephone is broken.
    <>
      <path d="M4 16h30M66 16h30M41 4l18 24M59 4L41 28" fill="none" />
      {telephone}
    </>
  ),
  rating: (
    // Two people who talked, and a question between them.
    <>
      <path d="M8 12h84v50H56L40 80V62H8z" />
      <path d="M39 30c0-8 5-12 11-12s11 4 11 11c0 8-11 8-11 16" fill="none" />
      <circle cx="50" cy="54" r="2" className="solid" />
    </>
  ),
  rated: (
    // A face that smiles.
    <>
      <circle cx="50" cy="50" r="42" className="green" />
      {face(26, 62, 80)}
    </>
  ),
  rated_bad: (
    // What was said is written down.
    <>
      <path d="M12 10h52v80H12z" />
      <circle cx="38" cy="36" r="16" fill="none" />
      <path d="M31 33v1M45 33v1M31 44q7-7 14 0" fill="none" />
      <path d="M22 64h30M22 78h16" fill="none" />
      <path d="M90 36L64 70l-5 14 13-7 26-34z" className="solid" />
    </>
  ),
  practising: (
    // The two keys, and a bell that does not ring.
    <>
      <path d="M50 4c-11 0-16 8-16 18 0 11-3 15-7 19h46c-4-4-7-8-7-19 0-10-5-18-16-18z" />
      <path d="M26 6l48 38" fill="none" />
      {bothKeys}
    </>
  ),
  practised: (
    // The two keys, and a tick.
    <>
      <path d="M28 24l16 18 30-36" fill="none" className="bold" />
      {bothKeys}
    </>
  ),
  unpractised: (
    // The two keys, and a cross.
    <>
      <path d="M34 8l32 34M66 8L34 42" fill="none" className="bold" />
      {bothKeys}
    </>
  ),
  cut: null,
  broken: null,
  unheard: (
    // The key above the telephone is crossed out.
    <>
      <path d="M16 30h68M30 30V18h40v12" className="solid" />
      <path d="M36 2l28 28M64 2L36 30" fill="none" />
      {telephone}
    </>
  ),
  gone: (
    // The screen above the telephone is crossed out.
    <>
      <path d="M20 2h60v32H20z" />
      <path d="M40 9l20 18M60 9L40 27" fill="none" />
      {telephone}
    </>
  ),
}
drawings.cut = drawings.no_line
drawings.broken = drawings.unheard

export function Picture({ name }: { name: PictureName }) {
  return (
    <svg className="picture" viewBox="0 0 100 100" aria-hidden="true" data-picture={name}>
      {drawings[name]}
    </svg>
  )
}

/** What is wrong with the voice, for somebody who does not read the sentence. */
export type VoiceFault = 'no_sound' | 'no_mic' | 'tap'

const faults: Record<VoiceFault, ReactNode> = {
  no_sound: (
    // A loudspeaker, crossed out.
    <>
      <path d="M12 38h20l26-22v68L32 62H12z" />
      <path d="M72 34c8 9 8 23 0 32" fill="none" />
      {crossed}
    </>
  ),
  no_mic: deadMicrophone,
  tap: drawings.idle,
}

export function FaultMark({ fault }: { fault: VoiceFault }) {
  return (
    <svg className="fault" viewBox="0 0 100 100" aria-hidden="true" data-fault={fault}>
      {faults[fault]}
    </svg>
  )
}
