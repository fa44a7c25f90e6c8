import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { workRun } from '@agon/arena';
import { judgeCardSchema, judgeRunSchema, providerListSchema, runSchema } from '@agon/contract';
import {
  nonceOf,
  type ScriptedOpenAiServer,
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from '@agon/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../../apps/api/src/server.ts';
import { type Ran, runVerb } from '../../apps/cli/src/verbs/run-verb.ts';
import { compose as composeWorker } from '../../apps/judge/src/compose.ts';
import { type ArenaUnderTest, ENCRYPTION_KEY, OWNER_KEY, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';

const MAIN = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const KEY = 'sk-from-stdin-0123456789';

let arena: ArenaUnderTest;
let server: RunningServer;
let model: ScriptedOpenAiServer;
let worker: Awaited<ReturnType<typeof composeWorker>>;
let slug: string;
let folder: string;
/** What the model does next. */
let script: (request: ScriptedRequest) => ScriptedReply;
const abort = new AbortController();
const works: Promise<void>[] = [];

const says = (reply: string): ScriptedReply => ({ kind: 'text', text: reply });
/** No two alike: of equal answers no judge is asked. */
const answers = ({ index }: ScriptedRequest) => says(`It is heron number ${index}.`);
const judges = (request: ScriptedRequest) => says(`<v-${nonceOf(request)}>A</v-${nonceOf(request)}>`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agon-command-line-'));
  model = await startScriptedOpenAiServer((request) => script(request));
  arena = await openArena({
    adapt: (composed) => ({
      ...composed,
      // runs are worked on in this process, as the judge service does
      ports: { ...composed.ports, runQueue: { announce: async (run) => void works.push(work(run)) } },
    }),
  });
  worker = await composeWorker(
    arena.databaseUrl,
    { AGON_PROVIDER_HOSTS: 'loopback', AGON_ENCRYPTION_KEY: ENCRYPTION_KEY },
    { readKey: async () => null, ownPorts: async () => [] },
  );
  ({ slug } = await seedCampaign(arena));
  server = await startServer({ api: arena.api, host: '127.0.0.1', port: 0, pages: null, isHttps: false });
  vi.stubEnv('AGON_URL', server.url);
  vi.stubEnv('AGON_API_KEY', OWNER_KEY);
});

afterAll(async () => {
  abort.abort();
  await Promise.all(works);
  vi.unstubAllEnvs();
  await server.stop();
  await worker.close();
  await model.stop();
  await arena.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  script = answers;
});

async function work(run: Parameters<typeof workRun>[0]): Promise<void> {
  while (!abort.signal.aborted) {
    const result = await workRun(run, worker.ports, abort.signal);
    if (result.kind === 'finished') return;
    await worker.ports.timers.after(50, abort.signal);
  }
}

/** The one JSON document on stdout. */
function documentOf({ out }: Ran): unknown {
  expect(out.split('\n')).toHaveLength(2);
  return JSON.parse(out);
}
const errorIn = (ran: Ran) => (documentOf(ran) as { error: unknown }).error;
const providersIn = (ran: Ran) => providerListSchema.parse(documentOf(ran)).providers;
const runIn = (ran: Ran) => runSchema.parse(documentOf(ran));
const provider = (...args: string[]) => runVerb('provider', [...args, '--json']);
const runs = (...args: string[]) => runVerb('runs', [...args, '--json']);
const answerRun = (...args: string[]) => runVerb('answer', ['run', '--campaign', slug, ...args, '--json']);
const judgeRun = (...args: string[]) =>
  runVerb('judge', ['run', 'pair-explain', '--campaign', slug, ...args, '--json']);

describe('agon provider', () => {
  it('adds, lists, changes and removes, each with the document of the list', async () => {
    const added = await provider('add', 'scripted', '--base-url', model.baseUrl, '--timeout', '2.5');
    const [one] = providersIn(added);
    expect([added.code, one]).toMatchObject([
      0,
      { name: 'scripted', base_url: model.baseUrl, key: 'none', limits: { timeout_seconds: 2.5 } },
    ]);
    expect(providersIn(await provider('list'))).toEqual([one]);
    const changed = await provider('change', 'scripted', '--concurrency', '9', '--preset', 'vllm');
    expect(providersIn(changed)).toMatchObject([
      { preset: 'vllm', limits: { concurrency: 9, timeout_seconds: 2.5, calls_per_minute: null } },
    ]);
    await provider('add', 'gone', '--preset', 'groq', '--api-key-env', 'GROQ_API_KEY');
    const keyless = await provider('change', 'gone', '--no-key');
    expect(providersIn(keyless)).toMatchObject([{ name: 'gone', preset: 'groq', key: 'none' }]);
    expect(providersIn(await provider('remove', 'gone'))).toMatchObject([{ name: 'gone' }]);
    expect(providersIn(await provider('list')).map(({ name }) => name)).toEqual(['scripted']);
    expect((await runVerb('provider', ['list'])).out).toContain('scripted');
  });

  it('checks: probes it, follows them, and shows what they found', async () => {
    const checked = await provider('check', 'scripted');
    expect(checked.err).toMatch(/asked/);
    expect(providersIn(checked)).toMatchObject([
      {
        name: 'scripted',
        checked_at: expect.any(String),
        capabilities: { models: ['scripted'], chat: true },
      },
    ]);
  });

  it('tells by its exit code and on stderr that a check failed', async () => {
    script = () => ({ kind: 'status', status: 401 });
    const checked = await provider('check', 'scripted', '--model', 'locked');
    expect(checked.code).toBeGreaterThan(0);
    expect(checked.err).toMatch(/denied|401/);
    expect(providersIn(checked)).toMatchObject([{ name: 'scripted' }]);
  });

  it('reads a key from stdin, and shows its end alone', async () => {
    const withKey = async (input: string, ...args: string[]) => {
      const child = spawn(process.execPath, [MAIN, 'provider', ...args, '--api-key-stdin', '--json']);
      const [out, err] = [text(child.stdout), text(child.stderr)];
      child.stdin.end(input);
      const [code] = await once(child, 'close');
      return { code, out: await out, err: await err } as Ran;
    };
    const added = await withKey(`${KEY}\n`, 'add', 'keyed', '--base-url', 'https://keyed.example/v1');
    expect([added.code, providersIn(added)]).toMatchObject([0, [{ key: 'set', key_end: '6789' }]]);
    expect(added.out + added.err).not.toContain(KEY);
    const empty = await withKey(' \n', 'change', 'keyed');
    expect([empty.code, errorIn(empty)]).toMatchObject([2, { code: 'unknown_option' }]);
    const two = await withKey(KEY, 'change', 'keyed', '--api-key-env', 'GROQ_API_KEY');
    expect([two.code, errorIn(two)]).toMatchObject([2, { code: 'unknown_option' }]);
  });

  it('says what is wrong, and ends with 2', async () => {
    for (const [args, code] of [
      [['add', 'x'], 'invalid_request'],
      [['add', 'x', '--base-url', 'ftp://x'], 'invalid_request'],
      [['add', 'scripted', '--base-url', model.baseUrl], 'already_exists'],
      [['add', 'x', '--base-url', model.baseUrl, '--api-key-env', 'AGON_OWNER_KEY'], 'provider_forbidden'],
      [['add', 'x', '--preset', 'openal'], 'unknown_option'],
      [['add', 'x', '--timeout', '0'], 'unknown_option'],
      [['change', 'scripted', '--no-key', '--api-key-env', 'GROQ_API_KEY'], 'unknown_option'],
      [['check', 'lost'], 'not_found'],
      [['remove', 'lost'], 'not_found'],
    ] as const) {
      const ran = await provider(...args);
      expect([args, ran.code, errorIn(ran)]).toMatchObject([args, 2, { code }]);
    }
  });
});

describe('agon answer run', () => {
  it('asks every prompt, follows the run and prints its document', async () => {
    const ran = await answerRun('--model', 'scripted', '--as', 'gnu', '--provider', 'scripted');
    const run = runIn(ran);
    expect([ran.code, run]).toMatchObject([
      0,
      { kind: 'answers', subject: 'gnu', state: 'done', calls: { total: 6, done: 6, failed: 0 } },
    ]);
    expect(ran.err).toMatch(/^done: 6 of 6 asked/m);
    const { sql } = arena.database;
    const rows = await sql`select distinct a.turns from answers a join models m on m.id = a.model_id
      where m.name = 'gnu'`;
    expect(rows).toHaveLength(6);
    for (const { turns } of rows)
      expect(turns).toEqual([expect.stringMatching(/^It is heron number \d+\.$/)]);
    // what is answered is not asked again
    const again = runIn(await answerRun('--model', 'scripted', '--as', 'gnu', '--provider', 'scripted'));
    expect(again).toMatchObject({ state: 'done', calls: { total: 0 } });
  });

  it('imports prompts first, and asks several models at once', async () => {
    const path = join(folder, 'prompts.jsonl');
    writeFileSync(path, '{"prompt_id":"new-1","prompt":"Which bird?"}\n');
    const ran = await answerRun(
      ...['--model', 'first', 'second', '--base-url', model.baseUrl, '--prompts', path],
      ...['--system', 'Be short.', '--temperature', '0', '--max-tokens', '16'],
    );
    const document = documentOf(ran) as { runs: unknown[] };
    expect(document.runs.map((run) => runSchema.parse(run))).toMatchObject([
      { model: 'first', provider: 'scripted', state: 'done', calls: { total: 7 } },
      { model: 'second', state: 'done', calls: { total: 7 } },
    ]);
    expect(ran.err).toMatch(/^first: /m);
    expect(ran.err).toMatch(/^second: /m);
    const asked = model.requests.filter((request) => request.model === 'second');
    expect(asked.every(({ messages }) => messages[0]?.content === 'Be short.')).toBe(true);
    expect(asked.map(({ messages }) => messages[1]?.content)).toContain('Which bird?');
  });

  it('asks nothing where a file of prompts is refused', async () => {
    const path = join(folder, 'broken.jsonl');
    writeFileSync(path, '{"prompt_id":"x","prompt":"Good?"}\n{"prompt_id":"y"}\n');
    const before = model.requests.length;
    const ran = await answerRun('--model', 'm', '--provider', 'scripted', '--prompts', path);
    expect([ran.code, errorIn(ran)]).toMatchObject([
      2,
      { code: 'invalid_file', at: { file: path, line: 2 }, hint: expect.stringContaining('--on-error good') },
    ]);
    const lost = await answerRun('--model', 'm', '--provider', 'scripted', '--prompts', join(folder, 'no'));
    expect([lost.code, errorIn(lost)]).toMatchObject([2, { code: 'invalid_file' }]);
    expect(model.requests).toHaveLength(before);
  });

  it('ends with 1 where answers were lost, and `runs retry` asks for them again', async () => {
    script = ({ messages, index }) =>
      messages.at(-1)?.content.includes('Question 1')
        ? { kind: 'status', status: 400 }
        : says(`Answer ${index}.`);
    const ran = await answerRun('--model', 'lossy', '--provider', 'scripted');
    const run = runIn(ran);
    expect([ran.code, run]).toMatchObject([1, { state: 'done', calls: { failed: 1, done: 6 } }]);
    expect(run.errors).toMatchObject([{ reason: 'refused', count: 1 }]);
    script = answers;
    const retried = await runs('retry', run.run, '--follow');
    expect([retried.code, runIn(retried)]).toMatchObject([
      0,
      { state: 'done', calls: { done: 7, failed: 0 } },
    ]);
    expect(retried.err).not.toContain('nothing is asked again');
    expect((await runs('retry', run.run)).err).toContain('nothing is asked again');
  });

  it('pauses at its budget with 2, and `runs resume` goes on with a larger one', async () => {
    script = () => ({ kind: 'text', text: 'Dear.', costUsd: 1 });
    const free = ['--price-in', '0', '--price-out', '0'];
    const args = ['--model', 'dear', '--provider', 'scripted', '--concurrency', '1', ...free];
    const ran = await answerRun(...args, '--budget', '2');
    const run = runIn(ran);
    expect([ran.code, run]).toMatchObject([
      2,
      { state: 'paused', budget: 2, error: expect.stringContaining('budget') },
    ]);
    expect(run.cost).toBeLessThanOrEqual(2);
    const resumed = await runs('resume', run.run, '--budget', '100', '--follow');
    expect([resumed.code, runIn(resumed)]).toMatchObject([0, { state: 'done', budget: 100, cost: 7 }]);
  });

  it('is cancelled by Ctrl-C; answers that came stay', async () => {
    let asked = 0;
    script = ({ index }) => {
      asked += 1;
      if (asked === 2) process.listeners('SIGINT').at(-1)?.('SIGINT');
      return { kind: 'text', text: `Slowly ${index}.`, delayMs: 300 };
    };
    const ran = await answerRun('--model', 'slow', '--provider', 'scripted', '--concurrency', '1');
    const run = runIn(ran);
    expect([ran.code, run.state]).toEqual([1, 'cancelled']);
    expect(ran.err).toContain('Cancelling');
    // the reply that was in flight is waited for, and nothing is asked after it
    expect(run.calls).toMatchObject({ done: 2, in_flight: 0 });
    expect(asked).toBe(2);
  });

  it('says what is wrong before anything is asked', async () => {
    for (const [args, code] of [
      [['--model', 'm'], 'unknown_option'],
      [['--provider', 'scripted'], 'unknown_option'],
      [['--model', 'm', '--provider', 'scripted', '--batch'], 'invalid_request'],
      [['--model', 'm', '--provider', 'scripted', '--price-in', '1'], 'unknown_option'],
      [['--model', 'm', 'n', '--provider', 'scripted', '--as', 'x'], 'unknown_option'],
      [['--model', 'm', '--provider', 'scripted', '--temperature', '2.1'], 'unknown_option'],
      [['--model', 'm', '--provider', 'scripted', '--base-url', model.baseUrl], 'invalid_request'],
      [['--model', 'm', '--provider', 'lost'], 'not_found'],
    ] as const) {
      const ran = await answerRun(...args);
      expect([args, ran.code, errorIn(ran)]).toMatchObject([args, 2, { code }]);
    }
  });
});

describe('agon runs', () => {
  it('lists, shows, and moves runs', async () => {
    const listed = documentOf(await runs('list', '--limit', '3')) as { runs: { run: string }[] };
    expect(listed.runs).toHaveLength(3);
    const [newest] = listed.runs;
    expect(runIn(await runs('show', newest!.run))).toEqual(newest);
    const probes = documentOf(await runs('list', '--kind', 'probe')) as { runs: { kind: string }[] };
    expect(new Set(probes.runs.map(({ kind }) => kind))).toEqual(new Set(['probe']));
    expect(documentOf(await runs('list', '--open', '--campaign', slug))).toEqual({ runs: [] });
    expect((await runVerb('runs', ['list'])).out).toMatch(/^run +kind/);
    expect((await runVerb('runs', ['show', newest!.run])).out).toContain(newest!.run);
    const none = await runs('show', 'no-run');
    expect([none.code, errorIn(none)]).toMatchObject([2, { code: 'not_found' }]);
  });

  it('pauses and cancels one that is asked', async () => {
    script = ({ index }) => ({ kind: 'text', text: `Slowly ${index}.`, delayMs: 200 });
    const started = await arena.owner().call('startAnswerRun', {
      params: { campaign: slug },
      body: { model: 'held', provider: 'scripted', concurrency: 1 },
    });
    expect(runIn(await runs('pause', started.run))).toMatchObject({ state: 'paused' });
    expect(runIn(await runs('cancel', started.run))).toMatchObject({ state: 'cancelled' });
    const over = await runs('resume', started.run);
    expect([over.code, errorIn(over)]).toMatchObject([2, { code: 'invalid_request' }]);
  });

  it('reads stored replies again', async () => {
    const { runs: all } = documentOf(await runs('list', '--kind', 'answers')) as {
      runs: { run: string; subject: string }[];
    };
    const gnu = all.findLast(({ subject }) => subject === 'gnu')!;
    expect(documentOf(await runs('reread', gnu.run))).toEqual({
      read: 6,
      changed: 0,
      parser: expect.any(String),
    });
  });
});

describe('agon judge run', () => {
  it('asks at a provider by its name', async () => {
    script = judges;
    const ran = await judgeRun('--model', 'scripted', '--provider', 'scripted', '--limit', '3');
    expect([ran.code, judgeRunSchema.parse(documentOf(ran))]).toMatchObject([
      0,
      { provider: 'scripted', base_url: model.baseUrl, state: 'done', battles: 3, calls: { done: 6 } },
    ]);
  });

  it('ends with 1 where verdicts are unscored, and goes on with --resume', async () => {
    script = () => says('I cannot tell.');
    const ran = await judgeRun('--model', 'mute', '--base-url', model.baseUrl, '--limit', '2');
    const run = judgeRunSchema.parse(documentOf(ran));
    expect([ran.code, run]).toMatchObject([1, { state: 'done', verdicts: { unscored: { unparseable: 4 } } }]);
    script = () => ({ kind: 'status', status: 401 });
    const stopped = await judgeRun('--model', 'denied', '--provider', 'scripted', '--limit', '2');
    const failed = judgeRunSchema.parse(documentOf(stopped));
    expect([stopped.code, failed.state]).toEqual([2, expect.stringMatching(/failed|paused/)]);
    script = judges;
    const resumed = await judgeRun('--resume', failed.run);
    expect([resumed.code, judgeRunSchema.parse(documentOf(resumed))]).toMatchObject([
      0,
      { run: failed.run, state: 'done', calls: { done: 4 } },
    ]);
  });

  it('says that it is not told where to ask', async () => {
    for (const args of [
      ['--model', 'm'],
      ['--provider', 'scripted'],
    ]) {
      const ran = await judgeRun(...args);
      expect([ran.code, errorIn(ran)]).toMatchObject([2, { code: 'unknown_option' }]);
    }
  });
});

describe('agon judge report', () => {
  const report = (...args: string[]) => runVerb('judge', ['report', ...args]);

  it('is of a run, or of a judge in a campaign, as a document and for people', async () => {
    script = judges;
    const ran = await judgeRun('--model', 'reported', '--base-url', model.baseUrl, '--limit', '3');
    const { run, identity } = judgeRunSchema.parse(documentOf(ran));
    const card = judgeCardSchema.parse(documentOf(await report(run, '--json')));
    expect(card).toMatchObject({ run, identity, judge: 'pair-explain', model: 'reported' });
    const named = await report('pair-explain', '--campaign', slug, '--model', 'reported', '--json');
    expect(judgeCardSchema.parse(documentOf(named))).toMatchObject({ run: null, identity });
    const read = await report(run);
    expect(read.code).toBe(0);
    expect(read.out).toMatch(/^pair-explain with reported \(pair-explain@[0-9a-f]{12}\)\n/);
    for (const line of ['control-longest', 'this judge', 'same in both orders', 'unscored'])
      expect(read.out).toContain(line);
  });

  it('says which judges there are, and that a run has given nothing', async () => {
    const unknown = await report('nobody', '--campaign', slug, '--json');
    expect([unknown.code, errorIn(unknown)]).toMatchObject([
      2,
      { code: 'not_found', hint: expect.stringContaining('pair-explain') },
    ]);
    const nowhere = await report('pair-explain', '--json');
    expect([nowhere.code, errorIn(nowhere)]).toMatchObject([2, { code: 'unknown_option' }]);
    script = () => ({ kind: 'status', status: 401 });
    const ran = await judgeRun('--model', 'shut', '--base-url', model.baseUrl, '--limit', '1');
    const { run } = judgeRunSchema.parse(documentOf(ran));
    const empty = await report(run, '--json');
    expect([empty.code, errorIn(empty)]).toMatchObject([
      2,
      {
        message: expect.stringContaining('no verdicts'),
        hint: expect.stringContaining(`agon runs show ${run}`),
      },
    ]);
  });
});
