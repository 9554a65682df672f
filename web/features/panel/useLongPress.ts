import { useEffect, useRef } from 'react'
import { usePress } from './usePress.ts'

/** Long enough that no sleeve and no child opens it, in milliseconds. */
export const longPress = 3000

/** A button that does something only when it has been held for 3 s. */
export function useLongPress(act: () => void) {
  const latest = useRef(act)
  latest.current = act
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return usePress({
    onDown: () => {
      timer.current = setTimeout(() => latest.current(), longPress)
    },
    onUp: () => clearTimeout(timer.current),
  })
}
