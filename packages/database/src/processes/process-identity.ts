import { readFileSync } from 'node:fs';

/**
 * A process, told apart from a later one with the same number. `started`: clock ticks from boot to its start, where
 * the machine says so (Linux), else null.
 */
export type ProcessIdentity = { readonly pid: number; readonly started: number | null };

export function ownIdentity(): ProcessIdentity {
  return identityOf(process.pid);
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: readStat(pid)?.started ?? null };
}

/** Whether that very process lives. A number that went to another process does not count where that can be seen. */
export function lives(identity: ProcessIdentity): boolean {
  if (!pidLives(identity.pid)) return false;
  const { started } = identityOf(identity.pid);
  return started === null || identity.started === null || started === identity.started;
}

/** Whether a process with this number lives; one that ended and that nobody has waited for does not. */
export function pidLives(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return readStat(pid)?.state !== 'Z';
}

/** Fields 3 and 22 of /proc/PID/stat (Linux); the name before them may hold spaces and brackets. */
function readStat(pid: number): { readonly state: string; readonly started: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: Number(fields[19]) };
  } catch {
    return null;
  }
}
