/** How long something may take to come about on a busy machine, in milliseconds. */
export const patience = 20_000

/** How often a condition outside a page is looked at, in milliseconds. */
const lookEvery = 50

/**
 * Says in the users' words what was waited for when it did not come about.
 */
export async function told<T>(what: string, coming: Promise<T>): Promise<T> {
  try {
    return await coming
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Waits until `look` gives something; its last answer is told if it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  within = patience,
): Promise<T> {
  const end = Date.now() + within
  for (;;) {
    const seen = await look()
    if (seen) return seen
    if (Date.now() > end) throw new Error(`${what}: not within ${within / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, lookEvery))
  }
}
