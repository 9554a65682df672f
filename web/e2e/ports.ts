import { createServer } from 'node:net'

/** Offsets that the demo uses: pages of the hubs, kiosks, metrics of the hubs. */
const used = [0, 1, 2, 11, 12, 13, 14, 15, 16, 100, 101, 102]

/** A first port from which on all the demo's ports are free, below those of outgoing connections. */
export async function freePorts(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const first = 20_000 + Math.floor(Math.random() * 12_000)
    if ((await Promise.all(used.map((offset) => free(first + offset)))).every(Boolean)) return first
  }
  throw new Error('no free ports on 127.0.0.1')
}

function free(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
