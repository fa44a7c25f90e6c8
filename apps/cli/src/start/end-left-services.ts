import { lives } from '@agon/database/processes';
import { readServices } from './data-folder.ts';

/** They end by themselves when their supervisor is gone; what they do is safe under SIGKILL too. */
const PATIENCE_MS = 1000;
const STEP_MS = 20;

/** Waits for the services that a killed arena left on a data folder, and ends those that stay. */
export async function endLeftServices(folder: string): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const left = readServices(folder).filter(lives);
    if (left.length === 0) return;
    if (Date.now() > until) {
      for (const { pid, started } of left) {
        // where the machine does not say when a process started, the number may be somebody else's
        if (started !== null) process.kill(pid, 'SIGKILL');
      }
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
