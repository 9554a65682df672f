import { ask, segment } from '@/shared/api/client.ts'

/** Where to talk; only who was granted the call gets it. */
export const joinMedia = (call: string) =>
  ask<{ url: string; token: string }>('POST', `/api/calls/${segment(call)}/media`)

/** Proves that sound came from the villager. */
export const reportSpeech = (call: string, heard: { heard_ms: number; level_dbfs: number }) =>
  ask<void>('POST', `/api/calls/${segment(call)}/speech`, heard)
