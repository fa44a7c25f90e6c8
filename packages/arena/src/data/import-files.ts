import { type ImportResult, slugSchema } from '@agon/contract';
import { ArenaError, type CampaignId, type ImportId } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import {
  lookAtCampaign,
  refuseUnfit,
  requireCampaignRole,
  requireRoleBehind,
} from '../campaigns/campaign-access.ts';
import { createCampaign } from '../campaigns/create-campaign.ts';
import { requireCampaignById } from '../campaigns/require-campaign.ts';
import type { ImportJob, ImportProgress, ImportSource } from '../ports/import-store.ts';
import type { Ports } from '../ports/ports.ts';

export type ImportFiles = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly files: readonly ImportSource[];
  /** Make the campaign where there is none. */
  readonly create: boolean;
  /** Told how far it is. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Aborted: the import is taken back as a whole, unless it was committed already. */
  readonly signal?: AbortSignal;
} & Pick<ImportJob, 'onError' | 'dryRun' | 'unblinded' | 'oversampled'> &
  Partial<Pick<ImportJob, 'models' | 'shuffleSides'>>;

/**
 * Reads files and adds what they say to a campaign, in one transaction.
 * Importing the same file twice adds nothing. Every row is counted: imported, refused with its reason, or a duplicate.
 * @throws ArenaError unknown_format, invalid_file where a file cannot be read at all
 */
export async function importFiles(
  command: ImportFiles,
  deps: Pick<Ports, 'campaigns' | 'members' | 'importer' | 'audit' | 'feed' | 'clock' | 'ids'>,
): Promise<ImportResult> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const { actor, files, onError, dryRun, unblinded, oversampled, onProgress, signal } = command;
  const campaign = await campaignOf(command, deps);
  const nowMs = deps.clock.now();
  const id = deps.ids.next() as ImportId;
  const job: ImportJob = {
    id,
    campaignId: campaign.id,
    files,
    onError,
    dryRun,
    unblinded,
    oversampled,
    shuffleSides: command.shuffleSides ?? false,
    seed: campaign.seed,
    models: command.models ?? [],
    by: actor.userId,
    atMs: nowMs,
  };
  const { written, ...outcome } = await deps.importer.run(job, { onProgress, signal });
  const result = { campaign: command.campaign, ...outcome };
  if (!written || campaign.id === null) return { id: null, ...result };
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'import',
    campaignId: campaign.id,
    details: { import: id, format: result.format, rows: result.rows },
    atMs: nowMs,
  });
  deps.feed.changed(campaign.id);
  return { id, ...result };
}

type Target = { readonly id: CampaignId | null; readonly seed: number };

/** The campaign, made where it may be; a preview makes nothing. */
async function campaignOf(
  { actor, campaign: slug, create, dryRun }: ImportFiles,
  deps: Pick<Ports, 'campaigns' | 'members' | 'audit' | 'clock' | 'ids'>,
): Promise<Target> {
  if (create && (await deps.campaigns.find(slug)) === null) {
    const named = slugSchema.safeParse(slug);
    if (!named.success) {
      throw new ArenaError('invalid_request', `"${slug}" cannot name a campaign.`, {
        hint: 'Take small letters, digits and hyphens, such as spring-2026.',
        at: { column: 'campaign', value: slug },
      });
    }
    if (dryRun) return { id: null, seed: 0 };
    await createCampaign(
      { actor, slug, title: slug, description: '', attribution: null, settings: {} },
      deps,
    ).catch((error: unknown) => {
      // somebody else was quicker
      if (!(error instanceof ArenaError && error.code === 'already_exists')) throw error;
    });
  }
  if (create && (await lookAtCampaign(actor, slug, deps)).campaign === null) {
    throw new ArenaError('already_exists', `There is a campaign "${slug}" already, and it is not yours.`, {
      hint: 'Choose another name, or ask an admin of this arena who owns it.',
      at: { column: 'campaign', value: slug },
    });
  }
  const { id, settings } = await requireCampaignRole(actor, slug, 'editor', deps);
  return { id, seed: settings.sampling_seed };
}

/** What a file is, by its first rows. A file that no format fits is no fault here: its columns can be mapped. */
export async function inspectFile(
  { actor, file }: { readonly actor: Actor; readonly file: Pick<ImportSource, 'name' | 'path'> },
  deps: Pick<Ports, 'importer'>,
) {
  requireRole(actor, 'researcher');
  return deps.importer.inspect(file);
}

/** Takes a whole import back: its rows stay, and every reader leaves them out. */
export async function undoImport(
  command: { readonly actor: Actor; readonly import: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'imports' | 'audit' | 'feed' | 'clock'>,
) {
  refuseUnfit(command.actor, 'editor');
  const record = await deps.imports.find(command.import as ImportId);
  const absent = new ArenaError('not_found', 'There is no such import.', {
    hint: 'See the campaign’s list of imports.',
  });
  if (record === null) throw absent;
  const campaign = await requireCampaignById(record.campaignId, deps);
  await requireRoleBehind(command.actor, campaign, 'editor', absent, deps);
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
  deps: Pick<Ports, 'campaigns' | 'members' | 'imports'>,
) {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
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
