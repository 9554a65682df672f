/** Small honest examples for tests. */
import type { Call, Person, Point, Snapshot, Ticket } from '../api/schema.ts'

export const zhang: Person = { id: 'p-zhang', name: '张三', post: '接线员', role: 'operator' }
export const li: Person = { id: 'p-li', name: '李四', post: '接线员', role: 'operator' }
export const wang: Person = { id: 'p-wang', name: '王五', post: '值守员', role: 'supervisor' }
export const niutian = { code: '361025105', name: '牛田镇' }
export const lean = { code: '361025', name: '乐安县' }

export function call(change: Partial<Call> = {}): Call {
  return {
    id: '361025105207-1.1.1',
    kiosk: '361025105207-1',
    point: { code: '361025105207', name: '流坑村' },
    township: niutian,
    key: 'urgent',
    phase: 'ringing',
    pressed_at: '2026-11-22T00:00:00Z',
    waiting_ms: 0,
    presses: 1,
    stored: true,
    requeued: 0,
    rings_me: true,
    rung: 0,
    rings: ['seats'],
    orphan: false,
    kiosk_online: true,
    spoke: false,
    may: ['answer'],
    ...change,
  }
}

export function point(change: Partial<Point> = {}): Point {
  return {
    kiosk: '361025105207-1',
    point: { code: '361025105207', name: '流坑村' },
    township: niutian,
    state: 'idle',
    since: '2026-11-22T00:00:00Z',
    since_ms: 0,
    ...change,
  }
}

export function ticket(change: Partial<Ticket> = {}): Ticket {
  return {
    id: '361025105207-1.361025105.t7',
    red: true,
    code: 'offline',
    title: '终端离线，听不到它的任何消息',
    kiosk: '361025105207-1',
    unit: { code: '361025105207', name: '流坑村' },
    township: niutian,
    site: niutian,
    phase: 'open',
    present: true,
    began_at: '2026-11-22T00:00:00Z',
    lasted_ms: 120_000,
    opened_at: '2026-11-22T00:01:50Z',
    open_ms: 10_000,
    due_ms: 7_190_000,
    stop_gap: false,
    steps: [],
    may: ['take', 'stop_gap', 'repaired', 'close'],
    ...change,
  }
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    session: 's1',
    seq: 10,
    me: zhang,
    on_duty: [],
    site: { unit: niutian, database: true, media: true, parent: true, children: [] },
    calls: [],
    points: [point()],
    ...change,
  }
}
