import type { ImportResult } from '@agon/contract';
import { ArenaError, contentHash, type ImportId } from '@agon/domain';
import { type ReadFile, readFile } from '@agon/formats';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { ImportedModel } from '../ports/import-store.ts';
import type { Ports } from '../ports/ports.ts';
import { buildBundle } from './build-bundle.ts';
import { mergeFiles } from './merge-files.ts';
import { previewImport } from './preview-import.ts';

export type ImportFiles = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly files: readonly ImportedFile[];
  readonly format?: string;
  readonly map: Readonly<Record<string, string>>;
  readonly scale?: 1 | 100;
  /** Rows with faults: take the good ones, or nothing at all. */
  readonly onError: 'good' | 'none';
  readonly dryRun: boolean;
  /** Exchange the slots of imported battles by a seeded coin: for sources whose side order is confounded with the model. */
  readonly shuffleSides?: boolean;
  /** What is known of models beyond their names. */
  readonly models?: readonly ImportedModel[];
  /** Told how far it is. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Aborted: the import is taken back as a whole, unless it was committed already. */
  readonly signal?: AbortSignal;
};

export type ImportedFile = {
  readonly name: string;
  readonly text: string;
  readonly format?: string;
  readonly map?: Readonly<Record<string, string>>;
  readonly scale?: 1 | 100;
};

/** Files read of all files, then rows written of all rows. */
export type ImportProgress = {
  readonly stage: 'reading' | 'writing';
  readonly done: number;
  readonly total: number;
};

/** How many bad rows a result lists. */
const LISTED_ERRORS = 1000;

/**
 * Reads files and adds what they say to a campaign, in one transaction.
 * Importing the same file twice adds nothing. Every row is counted: imported or refused with its reason.
 * @throws ArenaError unknown_format, invalid_file where a file cannot be read at all
 */
export async function importFiles(
  command: ImportFiles,
  deps: Pick<Ports, 'campaigns' | 'content' | 'imports' | 'audit' | 'feed' | 'clock' | 'ids'>,
): Promise<ImportResult> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const campaign = await requireCampaign(command.campaign, deps);
  const read = await readFiles(command);
  const known = await deps.content.content(campaign.id);
  const knownKeys = await deps.content.promptKeys(campaign.id);
  const merged = mergeFiles(read, command.files, knownKeys);
  const nowMs = deps.clock.now();
  const rows = {
    read: merged.rowsRead,
    imported: merged.rowsRead - merged.refused.length,
    refused: merged.refused.length,
  };
  const errors = merged.refused.slice(0, LISTED_ERRORS).map((row) => ({ ...row }));
  const result = {
    campaign: campaign.slug,
    format: [...new Set(read.map((file) => file.format))].join('+'),
    rows,
    errors,
    errors_total: merged.refused.length,
  };
  const bundle = buildBundle(merged, {
    id: deps.ids.next() as ImportId,
    campaignId: campaign.id,
    format: result.format,
    files: command.files.map((file) => ({ name: file.name, sha256: contentHash(file.text) })),
    rows,
    errors,
    by: command.actor.userId,
    atMs: nowMs,
    knownModels: known.models,
    describedModels: command.models ?? [],
    shuffleSides: command.shuffleSides ?? false,
    seed: campaign.settings.sampling_seed,
  });
  const found = {
    models: bundle.models.length,
    prompts: bundle.prompts.length,
    answers: bundle.answers.length,
    votes: bundle.votes.length,
    verdicts: bundle.verdicts.length,
    scores: bundle.scores.length,
  };
  if (command.dryRun) return { id: null, ...result, ...found, preview: previewImport(command.files, merged) };
  if (rows.imported === 0 || (command.onError === 'none' && rows.refused > 0)) {
    return {
      id: null,
      ...result,
      rows: { ...rows, imported: 0 },
      models: 0,
      prompts: 0,
      answers: 0,
      votes: 0,
      verdicts: 0,
      scores: 0,
      preview: null,
    };
  }
  const added = await deps.imports.write(bundle, {
    signal: command.signal,
    onRows: (done, total) => command.onProgress?.({ stage: 'writing', done, total }),
  });
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'import',
    campaignId: campaign.id,
    details: { import: bundle.id, format: result.format, rows },
    atMs: nowMs,
  });
  deps.feed.changed(campaign.id);
  return { id: bundle.id, ...result, ...added, preview: null };
}

async function readFiles(command: ImportFiles): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = [];
  for (const file of command.files) {
    command.onProgress?.({ stage: 'reading', done: read.length, total: command.files.length });
    // reading does not pause by itself: here a listener hears of it, or calls it off
    await Promise.resolve();
    command.signal?.throwIfAborted();
    const format = file.format ?? command.format;
    const scale = file.scale ?? command.scale;
    read.push(
      readFile(file, {
        ...(format === undefined ? {} : { format }),
        map: file.map ?? command.map,
        ...(scale === undefined ? {} : { scale }),
      }),
    );
  }
  return read;
}

/** Takes a whole import back: its rows stay, and every reader leaves them out. */
export async function undoImport(
  command: { readonly actor: Actor; readonly import: string },
  deps: Pick<Ports, 'imports' | 'audit' | 'feed' | 'clock'>,
) {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const record = await deps.imports.find(command.import as ImportId);
  if (record === null) {
    throw new ArenaError('not_found', 'There is no such import.', {
      hint: 'See the campaign’s list of imports.',
    });
  }
  const nowMs = deps.clock.now();
  const undone = await deps.imports.undo(record.id, nowMs);
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'undo_import',
    campaignId: record.campaignId,
    details: { import: record.id },
    atMs: nowMs,
  });
  deps.feed.changed(record.campaignId);
  return presentImport(undone);
}

/** Imports of a campaign, newest first. */
export async function listImports(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly cursor?: string;
    readonly limit: number;
  },
  deps: Pick<Ports, 'campaigns' | 'imports'>,
) {
  requireRole(command.actor, 'researcher');
  const campaign = await requireCampaign(command.campaign, deps);
  const records = await deps.imports.list(campaign.id, {
    after: (command.cursor as ImportId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = records.slice(0, command.limit);
  return {
    items: page.map(presentImport),
    next_cursor: records.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function presentImport(record: Awaited<ReturnType<Ports['imports']['undo']>>) {
  return {
    id: record.id as string,
    at: new Date(record.atMs).toISOString(),
    format: record.format,
    files: [...record.files],
    rows: record.rows,
    undone_at: record.undoneAtMs === null ? null : new Date(record.undoneAtMs).toISOString(),
  };
}
