import i18next from 'i18next'
import { beforeAll, expect, test } from 'vitest'
import { startI18n } from '@/shared/i18n/index.ts'
import { niutian, ticket } from '@/shared/live/fixtures.ts'
import {
  adviceOn,
  alarmSentence,
  faultName,
  faultOf,
  lasting,
  pressNames,
  type T,
} from './words.ts'

let t: T
beforeAll(() => {
  startI18n(
    import.meta.glob('/shared/i18n/locales/*/devices.json', { eager: true, import: 'default' }),
    'zh-CN',
  )
  t = i18next.getFixedT('zh-CN', 'devices')
})

test('a fault is named with its part in words', () => {
  expect(faultName(t, faultOf('key_stuck:green'))).toBe('按键卡住：绿键')
  expect(faultName(t, faultOf('lamp_failed:line'))).toBe('灯或蜂鸣器坏了：线路灯')
  expect(faultName(t, faultOf('test_failed:sound'))).toBe('自检没有通过：喇叭和话筒')
  expect(faultName(t, faultOf('refused_by:361025'))).toBe('被站点拒绝连接：361025')
})

test('a fault of a newer kiosk keeps the hub’s own words', () => {
  expect(faultName(t, { code: 'flooded' }, '进水')).toBe('进水')
  expect(faultName(t, { code: 'flooded' })).toBe('终端报告故障 flooded')
  expect(adviceOn(t, { code: 'flooded' })).toBe('请把这一行报给管理员。')
})

test('a failed test has its own advice', () => {
  const disk = adviceOn(t, faultOf('test_failed:disk'))
  expect(disk).toContain('存储卡')
  expect(adviceOn(t, faultOf('test_failed:other'))).not.toBe(disk)
})

test('alarms say where, what and how many', () => {
  const members = Array.from({ length: 12 }, (_, i) => `k${i}`)
  expect(alarmSentence(t, ticket({ code: 'outage', unit: niutian, members }))).toBe(
    '牛田镇停网：12 个点同时失联',
  )
  const presses = ['361025105207-1.3.17', '361025105207-1.?.19', '+4']
  expect(alarmSentence(t, ticket({ code: 'ledger', presses }))).toBe(
    '流坑村：按键账目差 6 次，可能丢了按键（第 17 号、第 19 号、另有 4 次）',
  )
  expect(alarmSentence(t, ticket({ code: 'offline' }))).toBe('流坑村：终端失联')
})

test('many presses are counted, not listed', () => {
  const names = Array.from({ length: 9 }, (_, i) => `k.1.${i + 1}`)
  expect(pressNames(t, names)).toBe('第 1 号、第 2 号、第 3 号、第 4 号、第 5 号、另有 4 次')
})

test('a length of time grows coarser', () => {
  const minute = 60_000
  expect([20_000, 12 * minute, 83 * minute, 49 * 60 * minute].map((ms) => lasting(t, ms))).toEqual([
    '不到 1 分钟',
    '12 分钟',
    '1 小时 23 分',
    '2 天 1 小时',
  ])
})
