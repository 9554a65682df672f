import { useEffect, useState, useSyncExternalStore } from 'react'
import { useSoundUnlocked } from '@/shared/ui/sound.ts'
import { reportSpeech } from './api.ts'
import { hear, isSpeech, nothingHeard } from './meter.ts'
import { TalkRoom } from './room.ts'

/** How often the villager's level is read. */
const readMs = 50

/** A report that failed is tried again after this long. */
const reportAgainMs = 1_000

/**
 * Joins the room of a call while the caller is shown. `grant` changes when the
 * call was granted anew, which makes a new room. Until `spoke` is true it
 * listens for speech and reports it.
 */
export function useTalk(call: string, grant: number, spoke: boolean): TalkRoom {
  const [room, setRoom] = useState(() => new TalkRoom(call))
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new grant is a new room
  useEffect(() => {
    const fresh = new TalkRoom(call)
    setRoom(fresh)
    fresh.start()
    return () => fresh.stop()
  }, [call, grant])
  useEffect(() => {
    if (spoke) return
    return listenForSpeech(call, () => room.level())
  }, [call, room, spoke])
  const unlocked = useSoundUnlocked()
  useEffect(() => {
    if (unlocked) void room.unlock()
  }, [room, unlocked])
  return room
}

/** What the room shows now. */
export function useTalking(room: TalkRoom) {
  return useSyncExternalStore(room.subscribe, room.current)
}

/** Reports speech as often as needed until one report was taken. */
export function listenForSpeech(call: string, level: () => number): () => void {
  let heard = nothingHeard
  let last = performance.now()
  let free = 0 // not before this moment
  let taken = false
  const timer = setInterval(() => {
    const now = performance.now()
    // A timer that was held back must not turn one loud sample into seconds.
    heard = hear(heard, level(), Math.min(now - last, 2 * readMs))
    last = now
    if (taken || now < free || !isSpeech(heard)) return
    free = Number.POSITIVE_INFINITY
    const report = { heard_ms: Math.round(heard.heardMs), level_dbfs: Math.round(heard.peakDbfs) }
    reportSpeech(call, report).then(
      () => {
        taken = true
      },
      () => {
        free = performance.now() + reportAgainMs
      },
    )
  }, readMs)
  return () => clearInterval(timer)
}
