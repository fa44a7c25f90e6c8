/**
 * `npm run bench:first-vote [repeats]`: a stranger's first minutes, timed. Clones this repository (its last commit),
 * runs `npm ci && npm start` with the Node of this machine and hardly any environment, and votes through the HTTP API
 * as the booth does. The goal: from the clone to a stored vote ≤ 90 s, a restart ≤ 3 s (median).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, homedir, loadavg, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DEMO_SLUG } from '@agon/arena';
import { runVoter } from '../../crash/voter.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const repeats = Number(process.argv[2] ?? 5);

/** npm puts this checkout's own programs first on the path: a stranger does not have them. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules') && !folder.includes('node-gyp-bin'))
  .join(delimiter);
const environment = { HOME: homedir(), PATH, PORT: '0' };

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

type Started = { readonly child: ChildProcess; readonly url: string; readonly ms: number };

async function npmStart(folder: string): Promise<Started> {
  const asked = performance.now();
  const child = spawn('npm', ['start', '--silent', '--', '--json'], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const event = JSON.parse(line) as { event?: string; url?: string };
    if (event.event === 'ready' && event.url !== undefined) {
      child.stdout.resume();
      return { child, url: event.url, ms: performance.now() - asked };
    }
  }
  throw new Error('npm start ended before it was ready');
}

/** As Ctrl-C in a terminal: to the whole group. */
async function end({ child }: Started): Promise<number> {
  const asked = performance.now();
  process.kill(-child.pid!, 'SIGINT');
  await once(child, 'exit');
  return performance.now() - asked;
}

async function voteOnce(url: string): Promise<void> {
  let left = 1;
  const { acknowledged } = await runVoter({
    url,
    campaign: DEMO_SLUG,
    index: 0,
    claim: () => left-- > 0,
    onVote: () => {},
    signal: AbortSignal.timeout(30_000),
  });
  if (acknowledged.length !== 1) throw new Error('the vote was not counted');
}

const folder = mkdtempSync(join(tmpdir(), 'agon-first-vote-'));
try {
  const version = execFileSync('node', ['--version'], { env: environment, encoding: 'utf8' }).trim();
  console.log(
    `${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${version} of the machine`,
  );
  const t0 = performance.now();
  execFileSync('git', ['clone', '--quiet', ROOT, folder], { env: environment });
  const t1 = performance.now();
  execFileSync('npm', ['ci'], { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
  const t2 = performance.now();
  const first = await npmStart(folder);
  const t3 = performance.now();
  await voteOnce(first.url);
  const t4 = performance.now();
  console.log(`clone          ${seconds(t1 - t0)}`);
  console.log(`npm ci         ${seconds(t2 - t1)}`);
  console.log(`npm start      ${seconds(t3 - t2)}`);
  console.log(`consent, draw, vote ${seconds(t4 - t3)}`);
  console.log(`clone to first vote ${seconds(t4 - t0)} (goal: 90 s)`);
  console.log(`Ctrl-C         ${seconds(await end(first))}`);
  const restarts: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const again = await npmStart(folder);
    restarts.push(again.ms);
    await end(again);
  }
  restarts.sort((a, b) => a - b);
  const median = restarts[Math.floor(restarts.length / 2)] ?? Number.NaN;
  console.log(`restart        ${seconds(median)}, median of ${restarts.map(seconds).join(', ')} (goal: 3 s)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
