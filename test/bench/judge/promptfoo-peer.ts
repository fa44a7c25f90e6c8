/**
 * The peer promptfoo (npm, 0.123.1): one evaluation that sends as many requests of the same size to the same server, with
 * as many at a time, no cache, no table, no assertion, and its results written once. Its clock starts with the first
 * request that the server sees and stops when its process has ended, so its start of some seconds is not counted.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ANSWER = 'A line of an answer. '.repeat(20);
const SAMPLE_MS = 200;

/** Calls a second, and the most resident memory in MB (0 where there is no /proc). */
export async function askPromptfoo(job: {
  readonly program: string;
  readonly url: string;
  readonly calls: number;
  readonly concurrency: number;
  /** A folder for its configuration, its database and its results. */
  readonly folder: string;
}): Promise<{ readonly callsASecond: number; readonly megabytes: number }> {
  const config = join(job.folder, 'promptfoo.json');
  const tests = Array.from({ length: job.calls }, (_, i) => ({
    vars: { nonce: `n${i}`, a: ANSWER, b: ANSWER },
  }));
  writeFileSync(
    config,
    JSON.stringify({
      prompts: ['Compare.\n{{a}}\n{{b}}\nEnd with <v-{{nonce}}>…</v-{{nonce}}>'],
      providers: [
        {
          id: 'openai:chat:slow',
          config: { apiBaseUrl: `${job.url}/v1`, apiKey: 'none', temperature: 0, max_tokens: 700 },
        },
      ],
      tests,
    }),
  );
  const args = [
    'eval',
    '-c',
    config,
    '-j',
    String(job.concurrency),
    '--no-cache',
    '--no-table',
    '--no-progress-bar',
  ];
  const child = spawn(
    process.execPath,
    [job.program, ...args, '-o', join(job.folder, 'promptfoo-out.json')],
    {
      env: {
        ...process.env,
        PROMPTFOO_CONFIG_DIR: join(job.folder, 'promptfoo'),
        PROMPTFOO_DISABLE_TELEMETRY: '1',
        PROMPTFOO_DISABLE_UPDATE: '1',
        PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => {
    complaint = (complaint + part.toString()).slice(-2000);
  });
  let megabytes = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      megabytes = Math.max(megabytes, Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // gone, or a system without /proc
    }
  }, SAMPLE_MS);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  const endMs = Date.now();
  const seen = (await (await fetch(`${job.url}/seen`)).json()) as { first: number | null; requests: number };
  if (seen.first === null || seen.requests < job.calls)
    throw new Error(`promptfoo asked ${seen.requests} of ${job.calls}: ${complaint}`);
  return { callsASecond: (1000 * job.calls) / (endMs - seen.first), megabytes };
}
