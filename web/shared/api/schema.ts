/**
 * The shapes that hub and pages agree on, generated from the hub's OpenAPI
 * document (`npm run generate`), under the names that the pages use.
 *
 * Times are RFC 3339 wall times, for people to read; what pages count with are
 * the *_ms fields, durations in milliseconds at the moment of sending.
 */
import type { Call, Person, Point, Problem } from './schema.gen.ts'

export type {
  Answerer,
  Call,
  CallDelta,
  ChildSite,
  CloseInputBody,
  Event as CallEvent,
  LiveMessage,
  Me,
  Person,
  Point,
  paths,
  Site,
  Snapshot,
  Ticket,
  TicketDelta,
  Unit,
} from './schema.gen.ts'

export type Phase = Call['phase']
export type Key = Call['key']
export type Action = Call['may'][number]
export type PointState = Point['state']
export type Role = NonNullable<Person['role']>

/** RFC 9457 as the hub sends it; a proxy in between may send less. */
export type ProblemDetails = Partial<Problem>
