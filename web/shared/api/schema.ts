/**
 * The shapes that hub and pages agree on. Written by hand after hub/view until
 * the hub's OpenAPI document is committed beside this file; then this file
 * re-exports schema.gen.ts (`npm run generate`).
 *
 * Times are RFC 3339 wall times, for people to read; what pages count with are
 * the *_ms fields, durations in milliseconds at the moment of sending.
 */
export type Phase = 'ringing' | 'claiming' | 'talking' | 'wrap_up' | 'closed'
export type Key = 'urgent' | 'enquiry'
export type Action = 'answer' | 'hang_up' | 'attended' | 'close'
export type PointState = 'idle' | 'ringing' | 'talking' | 'wrap_up' | 'offline'
export type Role = 'administrator' | 'operator' | 'duty_leader' | 'supervisor' | 'cadre' | 'window'

export interface Person {
  id: string
  name: string
  post: string
  role?: Role
}

export interface Unit {
  code: string
  name: string
}

export interface Answerer {
  person: Person
  site: Unit
}

export interface Closing {
  person: Person
  site: Unit
  disposition: string
  note: string
  at: string
}

export interface Call {
  id: string
  kiosk: string
  point: Unit
  township: Unit
  key: Key
  phase: Phase
  pressed_at: string
  waiting_ms: number
  presses: number
  stored: boolean
  requeued: number
  rings_me: boolean
  rung: number
  rings: string[]
  orphan: boolean
  kiosk_online: boolean
  claimer?: Person
  answerer?: Answerer
  spoke: boolean
  attended_by?: string
  may: Action[]
  closing?: Closing
}

export interface Point {
  kiosk: string
  point: Unit
  township: Unit
  state: PointState
  since: string
  since_ms: number
  call?: string
}

export interface ChildSite {
  unit: Unit
  online: boolean
}

export interface Site {
  unit: Unit
  database: boolean
  media: boolean
  parent?: boolean
  children: ChildSite[]
}

export interface LiveMessageSnapshot {
  type: 'snapshot'
  session: string
  seq: number
  me: Person
  on_duty: Person[]
  site: Site
  calls: Call[]
  points: Point[]
}
export type LiveMessageCall = { type: 'call'; seq: number; call: Call }
export type LiveMessagePoint = { type: 'point'; seq: number; point: Point }
export type LiveMessageSite = { type: 'site'; seq: number; site: Site }
export type LiveMessageDuty = { type: 'duty'; seq: number; on_duty: Person[] }
export type LiveMessageBeat = { type: 'beat'; seq: number }
export type LiveMessage =
  | LiveMessageSnapshot
  | LiveMessageCall
  | LiveMessagePoint
  | LiveMessageSite
  | LiveMessageDuty
  | LiveMessageBeat

export interface Me {
  person: Person
  site: Unit
  demo: boolean
  pages: string[]
}

export interface CallEvent {
  seq: number
  at: string
  kind: string
  text: string
  person?: Person
  site?: Unit
}

/** RFC 9457, with the hub's stable code for programs. */
export interface ProblemDetails {
  type?: string
  title?: string
  status?: number
  detail?: string
  code?: string
  errors?: { location?: string; message?: string }[]
}
