// Who answers, for somebody who does not read: the person's photo where there is
// one, otherwise a drawing of the post. The drawings have no age and no sex; what
// tells them apart is what one wears or holds, large enough for weak eyes.

import { type ReactNode, useState } from 'react'
import type { Answerer } from './view.ts'

const head = <circle cx="50" cy="32" r="18" />
const shoulders = <path d="M12 96c0-24 15-38 38-38s38 14 38 38z" />

/** Eyes in line `eyes`, a mouth from `mouth` that bends to `bend`. */
export const face = (eyes: number, mouth: number, bend: number) => (
  <path
    d={`M34 ${eyes + 8}v8M66 ${eyes + 8}v8M28 ${mouth}Q50 ${bend} 72 ${mouth}`}
    fill="none"
    className="bold"
  />
)
const smile = <path d="M43 28v2M57 28v2M41 38q9 7 18 0" fill="none" className="thin" />

export type Post =
  | 'person'
  | 'operator'
  | 'duty_leader'
  | 'cadre'
  | 'county'
  | 'doctor'
  | 'helper'
  | 'grid_member'
  | 'window'
  | 'neighbour'

const headset = (
  <>
    <path d="M28 34a22 22 0 0 1 44 0" fill="none" />
    <path d="M28 30v10M72 30v10" fill="none" className="bold" />
    <path d="M72 42c0 8-7 10-15 10" fill="none" />
  </>
)
const house = <path d="M64 84V68l14-11 14 11v16z" className="badge" />

export const portraits: Record<Post, ReactNode> = {
  person: (
    <>
      {shoulders}
      {head}
      {smile}
    </>
  ),
  operator: (
    <>
      {shoulders}
      {head}
      {smile}
      {headset}
    </>
  ),
  duty_leader: (
    // Collar and tie.
    <>
      {shoulders}
      {head}
      {smile}
      <path d="M38 59l12 14 12-14" fill="none" />
      <path d="M46 72h8l4 20H42z" className="solid" />
    </>
  ),
  cadre: (
    // A badge at the chest.
    <>
      {shoulders}
      {head}
      {smile}
      <path d="M38 59l12 14 12-14" fill="none" />
      <path d="M60 76h20v12H60z" className="badge" />
    </>
  ),
  county: (
    // Headset, and a star: the county.
    <>
      {shoulders}
      {head}
      {smile}
      {headset}
      <path d="M50 66l4 9 10 1-8 6 3 10-9-5-9 5 3-10-8-6 10-1z" className="badge" />
    </>
  ),
  doctor: (
    // A cap with a cross, and a stethoscope.
    <>
      {shoulders}
      {head}
      {smile}
      <path d="M30 24l3-17h34l3 17z" />
      <path d="M50 10v10M45 15h10" fill="none" />
      <path d="M36 60v12a14 14 0 0 0 28 0V60M50 86v8" fill="none" />
    </>
  ),
  helper: (
    // A vest with a heart.
    <>
      {shoulders}
      {head}
      {smile}
      <path
        d="M50 92c-12-8-17-13-17-19 0-5 4-8 8-8 4 0 7 2 9 6 2-4 5-6 9-6 4 0 8 3 8 8 0 6-5 11-17 19z"
        className="badge thin"
      />
    </>
  ),
  grid_member: (
    // A card on a ribbon, with a grid on it.
    <>
      {shoulders}
      {head}
      {smile}
      <path d="M38 59l12 10 12-10" fill="none" />
      <path d="M37 70h26v22H37z" className="badge" />
      <path d="M50 71v20M38 81h24" fill="none" className="thin" />
    </>
  ),
  window: (
    // Behind a counter.
    <>
      {shoulders}
      {head}
      {smile}
      <path d="M2 80h96v16H2z" className="badge" />
      <path d="M4 96V6h92v90" fill="none" />
    </>
  ),
  neighbour: (
    // Headset, and a house: from the next township.
    <>
      {shoulders}
      {head}
      {smile}
      {headset}
      {house}
    </>
  ),
}

/** Words of a post's name; the first that occurs decides, so the more special come first. */
const words: [string, Post][] = [
  ['邻', 'neighbour'],
  ['带班', 'duty_leader'],
  ['窗口', 'window'],
  ['医', 'doctor'],
  ['帮办', 'helper'],
  ['代办', 'helper'],
  ['网格', 'grid_member'],
  ['县', 'county'],
  ['指挥', 'county'],
  ['接线', 'operator'],
  ['坐席', 'operator'],
  ['干部', 'cadre'],
  ['书记', 'cadre'],
  ['镇长', 'cadre'],
  ['乡长', 'cadre'],
  ['主任', 'cadre'],
]

/** The same choice as the voice makes in terminal/prompt/answerer.go. */
export const postOf = (name: string): Post =>
  words.find(([word]) => name.includes(word))?.[1] ?? 'person'

type Props = {
  answerer: Answerer | null
  /** In the corner of another picture, which shows the face itself. */
  small?: boolean
}

/** Stands where a face would be when there is no camera at the other end, or beside it. */
export function Portrait({ answerer, small = false }: Props) {
  const size = small ? 'portrait small' : 'portrait'
  const drawing = <Drawing answerer={answerer} size={size} />
  const photo = answerer?.photo
  return photo ? <Photo key={photo} src={photo} size={size} instead={drawing} /> : drawing
}

/** A photo that cannot be shown is none. */
function Photo({ src, size, instead }: { src: string; size: string; instead: ReactNode }) {
  const [broken, setBroken] = useState(false)
  if (broken) return instead
  return <img className={`${size} photo`} src={src} alt="" onError={() => setBroken(true)} />
}

function Drawing({ answerer, size }: { answerer: Answerer | null; size: string }) {
  const post = postOf(answerer?.post ?? '')
  return (
    <svg className={size} viewBox="0 0 100 100" aria-hidden="true" data-post={post}>
      {portraits[post]}
    </svg>
  )
}
