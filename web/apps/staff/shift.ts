import { createContext, useContext } from 'react'
import type { Shift } from '@/features/duty/useShift.ts'

/** The one shift of the page, kept above the routes. */
export const ShiftContext = createContext<Shift | null>(null)

export function useTheShift(): Shift {
  const shift = useContext(ShiftContext)
  if (!shift) throw new Error('useTheShift stands outside of a ShiftContext')
  return shift
}
