/**
 * `npm run bench:import [votes]`: a CSV file of votes into a campaign of a running api, while people vote in it; then the
 * same file again, and undone; and psql doing the same `\copy` and inserts into the same tables of another database on the
 * same server, in the same run.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, openAsBlob, rmSync, statSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@agon/client';
import { connect, migrateDatabase } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { seedCampaign } from '../../crash/seed-campaign.ts';
import { startBenchedApi } from '../api-process.ts';
import { makeVotes } from './make-votes.ts';
import { startVoters } from './paced-voters.ts';
import { importByPsql } from './psql-import.ts';

const votes = Number(process.argv[2] ?? 1_000_000);
/** Twenty people who vote twice a second. */
const PACE = { voters: 20, everyMs: 500 };
const OWNER_KEY = 'agon_owner_of-this-bench';
const say = (line: string) => process.stdout.write(`${line}\n`);

const p95 = (values: readonly number[]) =>
  values.toSorted((x, y) => x - y)[Math.floor(0.95 * (values.length - 1))] ?? Number.NaN;

async function seconds<Result>(work: () => Promise<Result>): Promise<readonly [number, Result]> {
  const startMs = performance.now();
  const result = await work();
  return [(performance.now() - startMs) / 1000, result];
}

const folder = mkdtempSync(join(tmpdir(), 'agon-bench-'));
const csv = join(folder, 'votes.csv');
await makeVotes(csv, votes);
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
try {
  const database = connect(postgres.url, { connections: 2 });
  await database.sql.unsafe('create database by_psql');
  const peerUrl = new URL(postgres.url);
  peerUrl.pathname = '/by_psql';
  await migrateDatabase(postgres.url);
  await migrateDatabase(peerUrl.href);
  await seedCampaign(database, { slug: 'bench', models: 12, prompts: 200 });
  const api = await startBenchedApi(postgres.url, { ownerKey: OWNER_KEY });
  try {
    const { url } = api;
    const client = createClient({ baseUrl: url, apiKey: OWNER_KEY });
    const bring = async () => {
      const form = new FormData();
      form.set('options', '{}');
      form.append('file', await openAsBlob(csv), 'votes.csv');
      return client('createImport', { params: { campaign: 'bench' }, form });
    };
    say(
      `machine: ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]!.toFixed(1)} before; ` +
        `Node ${process.versions.node}; ${votes} votes, ${(statSync(csv).size / 1e6).toFixed(0)} MB`,
    );
    const [alone, first] = await seconds(bring);
    const [undone] = await seconds(() => client('undoImport', { params: { import: first.id! } }));
    say(
      `imported ${first.rows.imported} of ${first.rows.read} rows in ${alone.toFixed(1)} s; undone in ${undone.toFixed(2)} s (goal 5)`,
    );
    const before = startVoters(url, 'bench', PACE);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const quiet = p95(await before.stop());
    const voters = startVoters(url, 'bench', PACE);
    const [took] = await seconds(bring);
    const latencies = await voters.stop();
    say(
      `with people voting in ${took.toFixed(1)} s (goal 30 a million): ${latencies.length} votes meanwhile, p95 ${p95(latencies).toFixed(0)} ms ` +
        `(goal 150), at most ${Math.max(...latencies).toFixed(0)}; p95 without an import ${quiet.toFixed(0)} ms`,
    );
    const [again, second] = await seconds(bring);
    say(`the same file again: ${second.rows.duplicates} duplicates in ${again.toFixed(1)} s`);
    say(`memory of the api: ${api.memory('at most').toFixed(0)} MiB at most (goal 400)`);
    const peer = connect(peerUrl.href, { connections: 1 });
    const campaign = await seedCampaign(peer, { slug: 'bench', models: 12, prompts: 200 });
    await peer.close();
    const psql = importByPsql(peerUrl.href, csv, campaign, randomUUID());
    if (psql === null) say('psql: not on this machine, so there is nothing to compare with');
    else say(`psql: ${psql.toFixed(1)} s; ours ${(alone / psql).toFixed(2)} times that (goal 1.5)`);
  } finally {
    await api.stop();
    await database.close();
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
