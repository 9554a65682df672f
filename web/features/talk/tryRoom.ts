/**
 * The self-test of the way of the voice: joins the room that the terminal
 * names, sends the microphone, and leaves. Nobody else is there.
 */
import { loadLiveKit } from './steadyRoom.ts'

export type RoomTried = { result: 'passed' | 'failed'; detail: string }

/** Longer than a slow line takes, shorter than the terminal waits (30 s), in milliseconds. */
export const joinWithin = 20_000

/** Resolves to null when it was given up. */
export async function tryRoom(
  { url, token }: { url: string; token: string },
  given: AbortSignal,
  load = loadLiveKit,
): Promise<RoomTried | null> {
  const began = performance.now()
  let room: Awaited<ReturnType<typeof load>>['Room']['prototype'] | undefined
  const leave = () => void room?.disconnect().catch(() => {})
  given.addEventListener('abort', leave)
  const late = setTimeout(leave, joinWithin)
  try {
    const lk = await load()
    if (given.aborted) return null
    room = new lk.Room()
    await room.connect(url, token)
    const joined = `joined in ${Math.round(performance.now() - began)} ms`
    const sent = await room.localParticipant.setMicrophoneEnabled(true).then(
      () => 'microphone sent',
      (error: Error) => `microphone: ${error.name}`, // the sound test judges it
    )
    return given.aborted ? null : { result: 'passed', detail: `${joined}, ${sent}` }
  } catch (error) {
    if (given.aborted) return null
    return { result: 'failed', detail: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(late)
    given.removeEventListener('abort', leave)
    leave()
  }
}
