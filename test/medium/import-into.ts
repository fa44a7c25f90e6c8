import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type ImportFiles, type ImportSource, importFiles, SYSTEM_ACTOR } from '@agon/arena';
import { campaignSettingsSchema, type ImportResult } from '@agon/contract';
import { createCampaignMemberStore, createCampaignStore, createIds, type Database } from '@agon/database';
import type { CampaignId } from '@agon/domain';
import { readFiles } from '../../packages/database/src/imports/read-files.ts';
import { runImport } from '../../packages/database/src/imports/run-import.ts';

const clock = { now: () => Date.now() };
const ids = createIds(clock);

export type Imported = { readonly campaignId: CampaignId; readonly result: ImportResult };

/** A campaign of its own, empty. */
export async function emptyCampaign(
  database: Database,
): Promise<{ readonly id: CampaignId; readonly slug: string }> {
  const id = ids.next() as CampaignId;
  const slug = `c-${id}`;
  const settings = campaignSettingsSchema.parse({});
  const texts = { slug, title: slug, description: '', attribution: null };
  await createCampaignStore(database, clock.now).create(
    { id, ...texts, state: 'draft', settings, createdAtMs: clock.now() },
    null,
  );
  return { id, slug };
}

/** Imports files through the use case; only the process around it is this one. */
export async function importInto(
  database: Database,
  campaign: string,
  paths: readonly (string | (Partial<ImportSource> & { readonly path: string }))[],
  options: Partial<Pick<ImportFiles, 'create' | 'onError' | 'dryRun' | 'unblinded' | 'oversampled'>> = {},
): Promise<ImportResult> {
  const files = paths.map((each) => {
    const given = typeof each === 'string' ? { path: each } : each;
    const sha256 = createHash('sha256').update(readFileSync(given.path)).digest('hex');
    return { name: basename(given.path), sha256, ...given };
  });
  return importFiles(
    {
      actor: SYSTEM_ACTOR,
      campaign,
      files,
      create: false,
      onError: 'none',
      dryRun: false,
      unblinded: 'drop',
      oversampled: 'keep',
      ...options,
    },
    {
      campaigns: createCampaignStore(database, clock.now),
      members: createCampaignMemberStore(database),
      importer: {
        run: (job, watch = {}) => runImport(database.sql, job, readFiles(job.files, watch), watch),
        inspect: () => Promise.reject(new Error('nobody asks')),
      },
      audit: { record: () => Promise.resolve(), list: () => Promise.resolve([]) } as never,
      feed: { changed() {} } as never,
      clock,
      ids,
    },
  );
}
