import { ask } from '@/shared/api/client.ts'

/** Takes or leaves duty at this site. Taking it needs the page's live line. */
export function setDuty(on: boolean): Promise<{ on: boolean }> {
  return ask('PUT', '/api/duty', { body: { on } })
}
