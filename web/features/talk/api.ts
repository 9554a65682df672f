import { ask } from '@/shared/api/client.ts'

/** Where to talk; only who was granted the call gets it. */
export const joinMedia = (call: string) =>
  ask('POST', '/api/calls/{id}/media', { path: { id: call } })

/** Proves that sound came from the villager. */
export const reportSpeech = (call: string, heard: { heard_ms: number; level_dbfs: number }) =>
  ask('POST', '/api/calls/{id}/speech', { path: { id: call }, body: heard })
