import { useState } from 'react'
import { keepStep, loudnessOf, recallStep, steps } from './volume.ts'

export type Volume = {
  /** 0 is the softest. */
  step: number
  steps: number
  loudness: number
  /** Louder by 1, softer by -1. */
  change: (by: 1 | -1) => void
}

export function useVolume(): Volume {
  const [step, setStep] = useState(recallStep)
  return {
    step,
    steps: steps.length,
    loudness: loudnessOf(step),
    change: (by) => setStep((now) => keepStep(now + by)),
  }
}
