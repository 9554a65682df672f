/**
 * The shapes that hub and pages agree on, generated from the hub's OpenAPI
 * document (`npm run generate`), under the names that the pages use.
 *
 * Times are RFC 3339 wall times, for people to read; what pages count with are
 * the *_ms fields, durations in milliseconds at the moment of sending.
 */
import type { Call, Health, Person, Point, Problem, Ticket } from './schema.gen.ts'

export type {
  Answerer,
  Call,
  CallDelta,
  ChildSite,
  CloseInputBody,
  ConfigOutputBody,
  EnrolmentOutputBody,
  Event as CallEvent,
  Health,
  KioskFault,
  Ledger,
  LiveMessage,
  Me,
  Person,
  Phone,
  Point,
  PointHealth,
  PointLife,
  Power,
  paths,
  ReleasePackage,
  ReleasesOutputBody,
  Rollout,
  RolloutKiosk,
  RolloutOutputBody,
  SelfTest,
  Site,
  Snapshot,
  Ticket,
  TicketDelta,
  Unit,
  Values as KioskSettings,
} from './schema.gen.ts'

export type Phase = Call['phase']
export type Key = Call['key']
export type Action = Call['may'][number]
export type PointState = Point['state']
export type HealthState = Health['state']
export type ProvenBy = NonNullable<Health['proven_by']>
export type TicketAction = Ticket['may'][number]
export type Role = NonNullable<Person['role']>

/** RFC 9457 as the hub sends it; a proxy in between may send less. */
export type ProblemDetails = Partial<Problem>
