import { useEffect } from 'react'

/** A tab in the background may be woken only once a second. */
const flashMs = 1_000

/** Shows `calm` as the page's title, in turn with `alarm` while there is one. */
export function useTitle(calm: string, alarm: string | null): void {
  useEffect(() => {
    document.title = alarm ?? calm
    if (!alarm) return
    let loud = true
    const timer = setInterval(() => {
      loud = !loud
      document.title = loud ? alarm : calm
    }, flashMs)
    return () => {
      clearInterval(timer)
      document.title = calm
    }
  }, [calm, alarm])
}
