import { pidLives } from '../processes/process-identity.ts';
import { readPostmasterFile, servesFolder } from './find-server.ts';

const FAST_MS = 20_000;
const IMMEDIATE_MS = 8_000;
const STEP_MS = 10;

/** PostgreSQL's fast shutdown, and its immediate one where that takes too long; returns when the server is down. */
export async function stopServer(folder: string, pid: number): Promise<void> {
  if (await endsBy('SIGINT', FAST_MS, folder, pid)) return;
  // the next start recovers: nothing that was committed is lost
  await endsBy('SIGQUIT', IMMEDIATE_MS, folder, pid);
}

async function endsBy(
  signal: NodeJS.Signals,
  withinMs: number,
  folder: string,
  pid: number,
): Promise<boolean> {
  // a server that was killed may have left its number to a process of somebody else
  if (!pidLives(pid) || servesFolder(pid, folder) === 'no') return true;
  try {
    process.kill(pid, signal);
  } catch {
    return true;
  }
  const deadline = performance.now() + withinMs;
  // its file goes last; a process that nobody has waited for keeps its number for longer
  while (pidLives(pid) && readPostmasterFile(folder)?.pid === pid) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  return true;
}
