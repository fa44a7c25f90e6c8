import type { ImportJob, ImportOutcome, ImportWatch } from '@agon/arena';
import type { ImportResult } from '@agon/contract';
import type { CampaignId } from '@agon/domain';
import type { TransactionSql } from 'postgres';
import type { Sql } from '../connect.ts';
import { compareStaged } from './compare-staged.ts';
import { StagingSink } from './staging-sink.ts';
import { StagingTables } from './staging-tables.ts';
import { writeStaged } from './write-staged.ts';

/** What was found out about a file while it was read. */
export type FileSummary = ImportResult['files'][number];

/** Reads the job's files into the sink; awaits `flush` wherever rows may go to the database. */
export type ReadSource = (sink: StagingSink, flush: () => Promise<void>) => Promise<readonly FileSummary[]>;

const NO_CAMPAIGN = '00000000-0000-0000-0000-000000000000';
/** After so many new rows the planner must look at the tables again. */
const ANALYSED_FROM = 20_000;
const NOTHING = { models: 0, prompts: 0, answers: 0, votes: 0, verdicts: 0, scores: 0, material: 0 };

/** One import in one transaction: read, compared with what is there, written. */
export async function runImport(
  sql: Sql,
  job: ImportJob,
  read: ReadSource,
  watch: ImportWatch = {},
): Promise<ImportOutcome> {
  const outcome = (await sql.begin((tx) => importWithin(tx, job, read, watch))) as ImportOutcome;
  const added = outcome.votes + outcome.verdicts + outcome.answers;
  if (outcome.written && added >= ANALYSED_FROM)
    await sql`analyze battles, votes, verdicts, answers, prompts, raters`;
  return outcome;
}

async function importWithin(
  tx: TransactionSql,
  job: ImportJob,
  read: ReadSource,
  watch: ImportWatch,
): Promise<ImportOutcome> {
  const campaignId = job.campaignId ?? NO_CAMPAIGN;
  await tx`set local work_mem = '128MB'`;
  // a server that can ends the statement when this process is gone, not after it
  await tx.savepoint((within) => within`set local client_connection_check_interval = '1s'`).catch(() => {});
  const tables = new StagingTables(tx);
  await tables.create();
  const known = await tx<{ name: string; aliases: string[] }[]>`select name, aliases from models`;
  const sink = new StagingSink(tables, job, known);
  const files = await read(sink, () => tables.flush());
  sink.writeNames();
  await tables.finish(sink.rows);
  watch.signal?.throwIfAborted();
  if (!job.dryRun) await tx`select pg_advisory_xact_lock(hashtextextended(${`import/${campaignId}`}, 0))`;
  const { counts, imported, refused } = await compareStaged(tx, sink, {
    campaignId,
    files: job.files.map(({ name }) => name),
  });
  const stops = job.onError === 'none' && sink.refusals.total > 0;
  const rows = {
    read: sink.rowsRead,
    imported,
    refused,
    duplicates: sink.rowsRead - imported - refused,
  };
  const outcome: ImportOutcome = {
    written: false,
    format: [...new Set(files.map((file) => file.format))].join('+'),
    ...counts,
    rows,
    errors: sink.refusals.list(),
    errors_total: sink.refusals.total,
    warnings: warningsOf(sink, files, job),
    files: [...files],
    preview: job.dryRun ? sink.preview.present() : null,
  };
  if (job.dryRun) return outcome;
  if (stops) {
    // the rows that could have been taken are left with those that could not
    return { ...outcome, ...NOTHING, rows: { ...rows, imported: 0, refused: refused + imported } };
  }
  if (imported === 0) return outcome;
  await tx`insert into imports (id, campaign_id, format, files, rows, errors, votes, verdicts, by, at)
    values (${job.id}, ${campaignId}, ${outcome.format},
      ${tx.json(job.files.map(({ name, sha256 }) => ({ name, sha256 })))}, ${tx.json(rows)}, ${tx.json(outcome.errors)},
      ${counts.votes}, ${counts.verdicts}, ${job.by}, ${new Date(job.atMs)})`;
  await writeStaged({ tx, job: { ...job, campaignId: campaignId as CampaignId }, sink, counts }, watch);
  return { ...outcome, written: true };
}

function warningsOf(
  { counts, passed }: StagingSink,
  files: readonly FileSummary[],
  job: Pick<ImportJob, 'unblinded' | 'oversampled'>,
): ImportOutcome['warnings'] {
  const unused = files.filter((file) => file.unused.length > 0);
  return [
    ...unused.map(({ name, unused: columns }) => ({
      code: 'columns_unused',
      message: `Of ${name} nothing was read from: ${columns.join(', ')}.`,
    })),
    ...(counts.unblinded === 0
      ? []
      : [
          {
            code: 'not_blind',
            count: counts.unblinded,
            message:
              job.unblinded === 'drop'
                ? `${counts.unblinded} votes were not blind: they are kept in quarantine and do not count (--unblinded keep).`
                : `${counts.unblinded} votes were not blind, and count.`,
          },
        ]),
    ...(counts.oversampled === 0
      ? []
      : [
          {
            code: 'oversampled',
            count: counts.oversampled,
            message:
              job.oversampled === 'drop'
                ? `${counts.oversampled} votes are on prompts that came too often: they are kept in quarantine and do not count.`
                : `${counts.oversampled} votes are on prompts that came too often, and count (--oversampled drop).`,
          },
        ]),
    ...[...passed].map(([what, count]) => ({
      code: 'passed_over',
      count,
      what,
      message: `${count} rows say nothing to import: ${what}.`,
    })),
  ];
}
