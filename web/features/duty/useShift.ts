import { useCallback, useEffect, useState } from 'react'
import { sentenceOf } from '@/shared/api/problem.ts'
import { useLive } from '@/shared/live/index.ts'
import { unlockSound } from '@/shared/ui/sound.ts'
import { setDuty } from './api.ts'
import { askForDevices, type Devices } from './devices.ts'

/** A reload within the same tab goes on with the shift. */
const remembered = 'huying.shift'

/** How long until duty that could not be taken is tried again. */
const againMs = 3_000

export interface Shift {
  /** The hub counts this person as on duty. */
  onDuty: boolean
  /** This person wants to be: the page takes duty again whenever it was lost. */
  wanted: boolean
  devices: Devices | null
  problem: string | null
  busy: boolean
  start: () => Promise<void>
  end: () => Promise<void>
}

/**
 * A person's shift on this page. Duty ends at the hub when the line is lost for
 * some seconds; the person still sits there, so it is taken again by itself as
 * soon as the line is back.
 */
export function useShift(): Shift {
  const { state, book } = useLive()
  const [wanted, setWanted] = useState(() => sessionStorage.getItem(remembered) === 'on')
  const [devices, setDevices] = useState<Devices | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const onDuty = book?.onDuty.some((person) => person.id === book.me.id) ?? false

  useEffect(() => {
    if (!wanted || onDuty || state !== 'live') return
    let timer: ReturnType<typeof setTimeout> | undefined
    const done = () => setProblem(null)
    const failed = (error: unknown) => {
      setProblem(sentenceOf(error))
      timer = setTimeout(() => setAttempt(attempt + 1), againMs)
    }
    setDuty(true).then(done, failed)
    return () => clearTimeout(timer)
  }, [wanted, onDuty, state, attempt])

  const start = useCallback(async () => {
    setBusy(true)
    const sound = unlockSound() // first, while the click still counts as one
    sessionStorage.setItem(remembered, 'on')
    setWanted(true) // ringing must not wait for somebody's answer about the camera
    setDevices(await askForDevices())
    await sound
    setBusy(false)
  }, [])

  const end = useCallback(async () => {
    sessionStorage.removeItem(remembered)
    setWanted(false)
    try {
      await setDuty(false)
      setProblem(null)
    } catch (error) {
      setProblem(sentenceOf(error))
    }
  }, [])

  return { onDuty, wanted, devices, problem, busy, start, end }
}
