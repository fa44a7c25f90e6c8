/**
 * `npm run bench:ratings [-- --quick] [--sizes 20x33000,300x10000000] [--repeats 5] [--processes 3] [--seconds 30]`: the
 * rating engine against its peers, on the same columns in the same run. Each task has processes of its own: `--processes`
 * where it has a goal or a peer, one else, each of `--repeats` calls; for a peer fewer where they would take longer than
 * `--seconds` together (n says how many). Peers have one process, numpy as many as ours. `--quick` takes the two small
 * sizes, once. Peers are installed in AGON_BENCH_CACHE (a folder of the system's temporary one by default).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { arch, cpus, homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchRow, type Goal, joinProcesses, type Measured, printRows } from './bench-report.ts';
import { type PeerEnvironment, preparePeers } from './peer-environment.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    repeats: { type: 'string', default: '5' },
    processes: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '30' },
  },
});
const SIZES =
  options.sizes ?? (options.quick ? '20x33000,100x1000000' : '20x33000,100x1000000,200x2000000,300x10000000');
const REPEATS = options.quick ? 1 : Number(options.repeats);
const PROCESSES = options.quick ? 1 : Number(options.processes);
const SECONDS = options.quick ? 1 : Number(options.seconds);
const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Compiled code is kept between processes, as the first line of the command `agon` says. */
const COMPILED = { NODE_COMPILE_CACHE: join(homedir(), '.cache/agon') };

/** The last lines of JSON that a process printed; none where it failed. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}): Measured[] {
  process.stderr.write(`  ${args.map((arg) => arg.split('/').at(-1)).join(' ')}\n`);
  // with more threads for such small matrices numpy took 1.5 times as long, and FastChat's pool of processes twice
  const one = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const { stdout, stderr, status } = spawnSync(command, [...args], {
    encoding: 'utf8',
    env: { ...process.env, ...one, ...COMPILED, ...env },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) process.stderr.write(`${args[0]} failed:\n${stderr.split('\n').slice(-6).join('\n')}\n`);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Measured);
}

/** Ours, warm: the calls of the first seconds, in which the engine still compiles, are left out, as with the peers. */
function ours(folder: string, task: string, processes = PROCESSES): Measured | null {
  const args = [script('measure-agon.ts'), folder, task, String(REPEATS), String(WARM_UP_MS)];
  return joinProcesses(Array.from({ length: processes }, () => run(process.execPath, args)).flat());
}

const WARM_UP_MS = 2000;

/** The first call of a fresh process, over several processes. */
function firstCall(folder: string): Measured | null {
  const args = [script('measure-agon.ts'), folder, 'intervals', '1'];
  const found = Array.from({ length: REPEATS }, () => run(process.execPath, args)).flat();
  const joined = joinProcesses(found);
  return joined === null ? null : { ...joined, medians: undefined, threads: 1 };
}

function python(peers: PeerEnvironment, folder: string, name: string, ...more: string[]): Measured[] {
  const env: Record<string, string> =
    peers.fastchat === null ? {} : { FASTCHAT_RATING_SYSTEMS: peers.fastchat };
  return run(
    peers.python,
    [script(`../peers/${name}`), folder, String(REPEATS), String(SECONDS), ...more],
    env,
  );
}

/** Wall time and peak memory of whole processes, one after the other; each says its peak on stderr. */
function wholeProcesses(command: string, args: readonly string[]): Measured | null {
  const times: number[] = [];
  let rss = 0;
  let version: string | undefined;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const start = performance.now();
    const { status, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, ...COMPILED },
    });
    times.push(performance.now() - start);
    if (status !== 0) {
      process.stderr.write(`${args.join(' ')} failed:\n${stderr.slice(-500)}\n`);
      return null;
    }
    rss = Math.max(rss, Number(/peak memory (\d+) KiB/.exec(stderr)?.[1] ?? 0) / 1024);
    version = /^numpy .*/m.exec(stderr)?.[0];
  }
  return { task: 'process', times, ratings: null, errors: null, rss, ...(version ? { version } : {}) };
}

function agonRank(file: string, ...more: readonly string[]): Measured | null {
  const preload = ['--import', script('print-peak-memory.ts')];
  const agon = script('../../../apps/cli/src/main.ts');
  return wholeProcesses(process.execPath, [...preload, agon, 'rank', file, '--json', ...more]);
}

function benchSize(models: number, length: number, peers: PeerEnvironment | null): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'agon-ratings-'));
  try {
    process.stderr.write(`${models} models × ${length} votes\n`);
    run(process.execPath, [script('make-columns.ts'), folder, String(models), String(length)]);
    const rows: BenchRow[] = [];
    const add = (
      what: string,
      own: Measured | null,
      peer: Measured | null | undefined = null,
      goal: Goal | null = null,
    ): void => {
      rows.push({ what, own, peer: peer ?? null, goal });
    };
    const large = length >= 1_000_000;
    const largest = length >= 10_000_000;
    const ratio = (value: number, isAsked = true): Goal | null => (isAsked ? { ratio: value } : null);
    const within = (ms: number): Goal | null => (largest ? { ms } : null);
    /** A row for one thread too, where there were more. */
    const addAlone = (own: Measured | null, peer: Measured | null | undefined, goal: Goal | null): void => {
      if (own === null || own.threads === 1) return;
      const processes = goal === null ? 1 : PROCESSES;
      add('the same, one thread', ours(folder, `${own.task}:alone`, processes), peer, goal);
    };
    const addTask = (
      what: string,
      own: Measured | null,
      peer: Measured | null | undefined = null,
      goal: Goal | null = null,
    ): void => {
      add(what, own, peer, goal);
      addAlone(own, peer, goal);
    };
    const intervals = ours(folder, 'intervals');
    const arenaRank = peers && python(peers, folder, 'arena_rank_peer.py')[0];
    const numpy =
      peers &&
      joinProcesses(
        Array.from({ length: PROCESSES }, () => python(peers, folder, 'numpy_rewrite.py')).flat(),
      );
    const online =
      peers &&
      run(process.execPath, [script('online-elo-peer.ts'), folder, String(REPEATS), peers.packages])[0];
    const fastchat =
      peers === null || peers.fastchat === null
        ? []
        : python(peers, folder, 'fastchat_peer.py', 'fit,bootstrap,contextual');
    const fastchatOf = (task: string) => fastchat.find((one) => one.task === task);
    const goal = ratio(largest ? 400 : 200, large);
    addTask('ratings + 95 % intervals, warm', intervals, arenaRank, goal);
    add('the same, first call of a process', firstCall(folder), arenaRank, ratio(100, largest));
    if (peers !== null) {
      const fitAlone = 'ratings + 95 % intervals, against a fit without intervals';
      add(fitAlone, intervals, python(peers, folder, 'evalica_peer.py')[0], ratio(30, large));
      add('the same, against the best numpy rewrite', intervals, numpy, ratio(10, largest));
      add(fitAlone, intervals, python(peers, folder, 'choix_peer.py')[0]);
      add('the same, against online Elo', intervals, online);
      if (fastchat.length > 0) add(fitAlone, intervals, fastchatOf('fit'));
    }
    addTask(
      'bootstrap, 100 rounds',
      ours(folder, 'bootstrap100'),
      fastchatOf('bootstrap'),
      ratio(150, large),
    );
    const style = 'ratings at equal style, 4 features, from counts of the answers';
    addTask(style, ours(folder, 'style'), fastchatOf('contextual'), ratio(150, largest));
    // at the largest size several processes for what else has a goal, and one where a range would say little
    const some = largest ? PROCESSES : 1;
    addTask('bootstrap, 1,000 rounds', ours(folder, 'bootstrap1000', some), null, within(500));
    addTask('bootstrap by rater, 100 rounds', ours(folder, 'bootstrapRaters', 1));
    add('intervals by rater', ours(folder, 'raters', some), null, within(500));
    add('intervals by prompt', ours(folder, 'prompts', some), null, within(500));
    add('intervals by rater and prompt', ours(folder, 'both', 1));
    add('board refreshed after 1,000 more votes', ours(folder, 'refresh', some), null, { ms: 20 });
    add('ratings + 95 % intervals, without WebAssembly', ours(folder, 'intervals:plain', 1));
    if (peers !== null && spawnSync(peers.python, [script('../peers/write_arrow.py'), folder]).status === 0) {
      const goals = largest ? { ms: 250, mib: 143 } : null;
      const [plain, styled, text] = ['votes.arrow', 'styled.arrow', 'votes.csv'].map((name) =>
        join(folder, name),
      ) as [string, string, string];
      const peer = (file: string) =>
        wholeProcesses(peers.python, [script('../peers/numpy_whole_process.py'), file]);
      add('whole process: agon rank votes.arrow --json', agonRank(plain), peer(plain), goals);
      if (existsSync(text)) {
        const goal = length === 1_000_000 ? { ms: 1000 } : null;
        add('whole process: agon rank votes.csv --json', agonRank(text), peer(text), goal);
      }
      add(
        'whole process, --method contextual, from counts of the answers',
        agonRank(styled, '--method', 'contextual'),
      );
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const peers = preparePeers();
const sizes = SIZES.split(',').map((size) => size.split('x').map(Number) as [number, number]);
process.stdout.write(
  `${cpus()[0]?.model.trim()} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}, Node ${process.version}; n calls each in several processes, milliseconds\n`,
);
if (peers?.fastchat === null)
  process.stdout.write('FastChat is missing: see test/bench/peers/fastchat_peer.py\n');
for (const [models, length] of sizes) printRows(models, length, benchSize(models, length, peers));
process.stdout.write(`medians of ${REPEATS} calls in each of ${PROCESSES} processes\n`);
