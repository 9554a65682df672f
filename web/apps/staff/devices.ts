import { createContext, useContext } from 'react'

/** Opens all that is known of a kiosk, from wherever somebody looks. */
export const DetailsContext = createContext<(kiosk: string) => void>(() => {})

export function useDetails(): (kiosk: string) => void {
  return useContext(DetailsContext)
}
