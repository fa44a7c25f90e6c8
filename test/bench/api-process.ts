import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const API = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));

export type BenchedApi = {
  readonly url: string;
  readonly pid: number;
  /** MiB of memory, now or at most. */
  memory(when: 'now' | 'at most'): number;
  stop(): Promise<void>;
};

/** An api process as it runs in production, without pages and without limits of rates. */
export async function startBenchedApi(
  databaseUrl: string,
  options: { readonly ownerKey?: string; readonly nodeArguments?: readonly string[] } = {},
): Promise<BenchedApi> {
  const child = spawn(process.execPath, [...(options.nodeArguments ?? []), API], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      AGON_DATABASE_URL: databaseUrl,
      AGON_SECRET: 'bench-secret-bench-secret-bench-secret',
      AGON_OWNER_KEY: options.ownerKey ?? '',
      AGON_RATE_LIMITS: 'off',
      AGON_WEB: '0',
      AGON_DEMO: '0',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { event: string; url: string };
      if (event.event === 'ready') resolve(event.url);
      else reject(new Error(line));
    });
  });
  const pid = child.pid!;
  return {
    url,
    pid,
    memory(when) {
      const name = when === 'now' ? 'VmRSS' : 'VmHWM';
      const line = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      return Number(line?.[1] ?? 0) / 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
