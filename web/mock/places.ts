import type { Person, Unit } from '../shared/api/schema.ts'

/** Real places of 乐安县, invented persons. */
export const niutian: Unit = { code: '361025105', name: '牛田镇' }
const aoxi: Unit = { code: '361025100', name: '鳌溪镇' }
const gongxi: Unit = { code: '361025101', name: '公溪镇' }
const shangluo: Unit = { code: '361025102', name: '山砀镇' }

export const sites = { county: { code: '361025', name: '乐安县' } satisfies Unit }
export const children: Unit[] = [aoxi, gongxi, shangluo, niutian]

const names: [Unit, string[]][] = [
  [niutian, ['流坑村', '水南村', '牛田村', '官溪村', '高坑村', '麻坑村', '孙家村', '黄泥村']],
  [
    aoxi,
    ['东坑村', '杨家村', '前坪村', '桥下村', '西坑村', '山下村', '罗家村', '石背村', '横坑村'],
  ],
  [gongxi, ['公溪村', '荷陂村', '坪上村', '古城村', '流溪村', '新塘村']],
  [shangluo, ['山砀村', '库前村', '邓坊村', '义溪村', '上元村', '稠溪村', '大坪村']],
]

export const villages = names.flatMap(([township, list]) =>
  list.map((name, i) => {
    const code = `${township.code}${String(200 + i)}`
    return { kiosk: `${code}-1`, point: { code, name }, township }
  }),
)

const person = (id: string, name: string, post: string, role: Person['role']): Person => ({
  id,
  name,
  post,
  ...(role ? { role } : {}),
})

/** By account. */
export const people: Record<string, Person> = {
  niu1: person('p1', '张三', '接线员', 'operator'),
  niu2: person('p2', '李四', '接线员', 'operator'),
  daiban: person('p3', '赵六', '带班领导', 'duty_leader'),
  guanli: person('p5', '钱七', '系统管理员', 'administrator'),
  xian: person('p4', '王五', '值守员', 'supervisor'),
}
