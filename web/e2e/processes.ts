import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A process as /proc shows it. `born` tells it from a later one with its number. */
export interface Process {
  pid: number
  parent: number
  born: string
  command: string
  folder: string
}

/** Every process of this machine that still runs; zombies have ended. */
export function processes(): Process[] {
  const found: Process[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (fields[0] === 'Z' || fields[0] === 'X') continue
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      found.push({
        pid: Number(name),
        parent: Number(fields[1]),
        born: fields[19] ?? '',
        command: command || stat,
        folder: folderOf(name),
      })
    } catch {
      // It ended while it was looked at.
    }
  }
  return found
}

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return '' // a process of the kernel, or one that is ending
  }
}

/** All that descends from this process. */
export function descendants(of = process.pid): Process[] {
  const all = processes()
  const mine = new Set([of])
  const found: Process[] = []
  for (let grown = true; grown; ) {
    grown = false
    for (const p of all) {
      if (mine.has(p.pid) || !mine.has(p.parent)) continue
      mine.add(p.pid)
      found.push(p)
      grown = true
    }
  }
  return found
}

/** Those of `started` that still run, and whatever works in or on `folder`. */
export function survivors(started: Process[], folder: string): Process[] {
  const born = new Set(started.map((p) => `${p.pid} ${p.born}`))
  return processes().filter(
    (p) =>
      p.pid !== process.pid &&
      (born.has(`${p.pid} ${p.born}`) || p.folder.startsWith(folder) || p.command.includes(folder)),
  )
}
