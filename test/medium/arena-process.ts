import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));

export type Said = Readonly<Record<string, unknown>>;

export type ArenaProcess = {
  readonly child: ChildProcess;
  readonly events: readonly Said[];
  /** What it wrote to stderr so far. */
  errors(): string;
  /** The first event of that name, seen or to come. Rejects where the process ends without it. */
  event(name: string): Promise<Said>;
  /** Exit code, or the signal that ended it, once all its output is read. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
};

/** Runs `agon` as a person would, and reads the JSON lines that it prints. */
export function runAgon(
  args: readonly string[],
  options: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly uid?: number;
    readonly cwd?: string;
  } = {},
): ArenaProcess {
  const events: Said[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  const child = spawn(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production', DATABASE_URL: '', AGON_URL: '', ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    events.push(JSON.parse(line) as Said);
    for (const look of waiting) look();
  });
  let isOver = false;
  const ended = once(child, 'close').then(([code, signal]) => {
    isOver = true;
    for (const look of waiting) look();
    return (code ?? signal) as number | NodeJS.Signals | null;
  });
  return {
    child,
    events,
    errors: () => stderr,
    ended,
    event: (name) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find((event) => event.event === name);
          if (found === undefined && !isOver) return;
          waiting.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`no ${name}: ${JSON.stringify(events)} ${stderr}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Numbers of the processes that an arena on this folder started, in the order in which it started them. */
export function servicesOf(data: string): readonly number[] {
  const services = JSON.parse(readFileSync(join(data, 'services.json'), 'utf8')) as { pid: number }[];
  return services.map((service) => service.pid);
}

export function postgresOf(data: string): number {
  return Number(readFileSync(join(data, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Asks until the answer has this status. @throws Error after `withinMs` */
export async function until(url: string, status: number, withinMs = 30_000): Promise<Said> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const reply = await fetch(url).catch(() => null);
    if (reply?.status === status) return (await reply.json().catch(() => ({}))) as Said;
    if (Date.now() > deadline) throw new Error(`${url}: ${reply?.status ?? 'no answer'}, not ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
