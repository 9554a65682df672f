import type { EnrolmentOutputBody } from '@/shared/api/schema.ts'

/** What is typed at the kiosk, as docs/manual/kiosk.zh-CN.md has it. */
export function enrolCommand(
  { address, code }: Pick<EnrolmentOutputBody, 'address' | 'code'>,
  addressHere: string,
): string {
  const hub = address || addressHere
  return `huying-terminal enrol --hub ${hub} --code ${code}\nsystemctl restart huying-terminal`
}

/** A code without its last four letters tells the kiosk nothing of the hub's root. */
export function lacksCheck({ address, code }: Pick<EnrolmentOutputBody, 'address' | 'code'>) {
  return address.startsWith('https:') && code.replace(/[\s-]/g, '').length <= 8
}
