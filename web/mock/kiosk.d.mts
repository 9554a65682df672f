// What kiosk.mjs gives to tests that are written in TypeScript.
type Bag = Record<string, unknown>

/** A quiet kiosk with both lines up, as the terminal would tell it. */
export const quiet: Bag
/** An invented operator. */
export const zhang: { name: string; post: string; site: string }

/** Starts on a port (0: any free one); `plays`: a press plays a whole call. */
export function startMock(
  port?: number,
  options?: { plays?: boolean },
): Promise<{
  url: string
  port: number
  /** Shows `base`, or the last view, with a change. */
  show: (change: Bag, base?: Bag) => void
  heard: { key: string; down: boolean }[]
  media: boolean[]
  tested: { name: string; result: string; detail: string }[]
  /** When the page said that it lives, in milliseconds. */
  beats: number[]
  practised: true[]
  stop: () => Promise<unknown>
}>
