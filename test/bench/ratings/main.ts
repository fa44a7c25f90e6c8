/**
 * `npm run bench:ratings [-- --quick] [--sizes 20x33000,300x10000000] [--repeats 5] [--seconds 30]`: the rating engine
 * against its peers, on the same columns in the same run. Each task has a process of its own; medians of `--repeats`
 * calls, for a peer fewer where they would take longer than `--seconds` together (n says how many). `--quick` takes the
 * two small sizes, once. Peers are installed in AGON_BENCH_CACHE (a folder of the system's temporary one by default).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { arch, cpus, homedir, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchRow, type Measured, median, printRows } from './bench-report.ts';
import { generateVotes } from './generate-votes.ts';
import { type PeerEnvironment, preparePeers } from './peer-environment.ts';
import { writeColumns } from './write-columns.ts';
import { writeCounts } from './write-counts.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    repeats: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '30' },
  },
});
const SIZES =
  options.sizes ?? (options.quick ? '20x33000,100x1000000' : '20x33000,100x1000000,200x2000000,300x10000000');
const REPEATS = options.quick ? 1 : Number(options.repeats);
const SECONDS = options.quick ? 1 : Number(options.seconds);
const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The last lines of JSON that a process printed; none where it failed. */
function run(command: string, args: readonly string[], env: Record<string, string> = {}): Measured[] {
  process.stderr.write(`  ${args.map((arg) => arg.split('/').at(-1)).join(' ')}\n`);
  const one = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const { stdout, stderr, status } = spawnSync(command, [...args], {
    encoding: 'utf8',
    env: { ...process.env, ...one, ...env },
    maxBuffer: 1 << 28,
  });
  if (status !== 0) process.stderr.write(`${args[0]} failed:\n${stderr.split('\n').slice(-6).join('\n')}\n`);
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Measured);
}

/** Ours, warm: the calls of the first seconds, in which the engine still compiles, are left out. */
function ours(folder: string, task: string): Measured | null {
  const warmUpMs = 3000;
  return (
    run(process.execPath, [script('measure-agon.ts'), folder, task, String(REPEATS), String(warmUpMs)])[0] ??
    null
  );
}

/** The first call of a fresh process, over several processes. */
function firstCall(folder: string): Measured | null {
  const found = Array.from({ length: REPEATS }, () =>
    run(process.execPath, [script('measure-agon.ts'), folder, 'intervals', '1']),
  ).flat();
  return found[0] === undefined ? null : { ...found[0], times: found.map(({ times }) => times[0]!) };
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

/** Wall time and peak memory of `agon rank FILE --json`. */
function wholeProcess(file: string, ...more: readonly string[]): Measured | null {
  const times: number[] = [];
  let rss = 0;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const start = performance.now();
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        script('print-peak-memory.ts'),
        script('../../../apps/cli/src/main.ts'),
        'rank',
        file,
        '--json',
        ...more,
      ],
      // compiled code is kept between calls, as the first line of the command says
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: { ...process.env, NODE_COMPILE_CACHE: join(homedir(), '.cache/agon') },
      },
    );
    times.push(performance.now() - start);
    if (status !== 0) {
      process.stderr.write(`agon rank failed:\n${stderr.slice(-500)}\n`);
      return null;
    }
    rss = Math.max(rss, Number(/peak memory (\d+) KiB/.exec(stderr)?.[1] ?? 0) / 1024);
  }
  return { task: 'process', times, ratings: null, errors: null, rss };
}

function benchSize(models: number, length: number, peers: PeerEnvironment | null): BenchRow[] {
  const folder = mkdtempSync(join(tmpdir(), 'agon-ratings-'));
  try {
    process.stderr.write(`${models} models × ${length} votes\n`);
    const votes = generateVotes(models, length, 1);
    writeColumns(folder, votes);
    writeCounts(folder, votes);
    const rows: BenchRow[] = [];
    const add = (
      what: string,
      own: Measured | null,
      peer: Measured | null | undefined,
      goal?: number,
    ): void => {
      rows.push({ what, own, peer: peer ?? null, goal: goal ?? null });
    };
    const large = length >= 1_000_000;
    const intervals = ours(folder, 'intervals');
    const first = firstCall(folder);
    const bootstrap100 = ours(folder, 'bootstrap100');
    const contextual = ours(folder, 'contextual');
    if (peers !== null) {
      const arenaRank = python(peers, folder, 'arena_rank_peer.py')[0];
      add(
        'ratings + 95 % intervals, warm',
        intervals,
        arenaRank,
        length >= 1e7 ? 400 : large ? 200 : undefined,
      );
      add('the same, first call of a process', first, arenaRank, length >= 1e7 ? 100 : undefined);
      add(
        'the same, against a fit without intervals',
        intervals,
        python(peers, folder, 'evalica_peer.py')[0],
        large ? 30 : undefined,
      );
      add(
        'the same, against the best numpy rewrite',
        intervals,
        python(peers, folder, 'numpy_rewrite.py')[0],
        length >= 1e7 ? 10 : undefined,
      );
      add('the same, against a fit without intervals', intervals, python(peers, folder, 'choix_peer.py')[0]);
      const online = run(process.execPath, [
        script('online-elo-peer.ts'),
        folder,
        String(REPEATS),
        peers.packages,
      ])[0];
      add('the same, against online Elo', intervals, online);
      if (peers.fastchat !== null) {
        const found = python(peers, folder, 'fastchat_peer.py', 'fit,bootstrap,contextual');
        const of = (task: string) => found.find((one) => one.task === task);
        add('the same, against a fit without intervals', intervals, of('fit'));
        add('bootstrap, 100 rounds', bootstrap100, of('bootstrap'), large ? 150 : undefined);
        add(
          'ratings at equal style, 4 features',
          contextual,
          of('contextual'),
          length >= 1e7 ? 150 : undefined,
        );
      }
    }
    if (peers === null || peers.fastchat === null) {
      if (peers === null) {
        add('ratings + 95 % intervals, warm', intervals, null);
        add('the same, first call of a process', first, null);
      }
      add('bootstrap, 100 rounds', bootstrap100, null);
      add('ratings at equal style, 4 features', contextual, null);
    }
    add('ratings at equal style, from counts of the answers', ours(folder, 'style'), null);
    add('bootstrap, 1,000 rounds', ours(folder, 'bootstrap1000'), null);
    add('the same, one thread', ours(folder, 'bootstrap1000alone'), null);
    add('bootstrap by rater, 100 rounds', ours(folder, 'bootstrapRaters'), null);
    add('intervals by rater', ours(folder, 'raters'), null);
    add('intervals by prompt', ours(folder, 'prompts'), null);
    add('intervals by rater and prompt', ours(folder, 'both'), null);
    add('board refreshed after 1,000 more votes', ours(folder, 'refresh'), null);
    add('ratings + 95 % intervals, without WebAssembly', ours(folder, 'intervals:plain'), null);
    if (peers !== null && spawnSync(peers.python, [script('../peers/write_arrow.py'), folder]).status === 0) {
      add('whole process: agon rank votes.arrow --json', wholeProcess(join(folder, 'votes.arrow')), null);
      add(
        'whole process, --method contextual, from counts of the answers',
        wholeProcess(join(folder, 'styled.arrow'), '--method', 'contextual'),
        null,
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
  `${cpus()[0]?.model.trim()} × ${cpus().length}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}, Node ${process.version}; n calls each, milliseconds\n`,
);
if (peers?.fastchat === null)
  process.stdout.write('FastChat is missing: see test/bench/peers/fastchat_peer.py\n');
for (const [models, length] of sizes) printRows(models, length, benchSize(models, length, peers));
process.stdout.write(`medians of ${median([REPEATS])} calls\n`);
