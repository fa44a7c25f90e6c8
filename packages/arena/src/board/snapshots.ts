import {
  type Board,
  type BoardQuery,
  boardQuerySchema,
  type KeptSnapshot,
  type ReportFormat,
  type ReportLocale,
  type Unified,
} from '@agon/contract';
import { ArenaError, contentHash, type SnapshotId } from '@agon/domain';
import { canonicalJson } from '@agon/judging';
import type { Actor } from '../actor.ts';
import { lookAtCampaign, requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { SnapshotRecord } from '../ports/board-store.ts';
import type { Ports } from '../ports/ports.ts';
import { type BoardPorts, readBoard } from './get-board.ts';
import { readUnified } from './get-unified.ts';
import { upgradeUnified } from './upgrade-snapshot.ts';

/** Of board and unified ranking; older ones are read through `upgradeUnified`. */
const SNAPSHOT_VERSION = 2;
const DEFAULT_WEIGHTS = { people: 50, judges: 20, benchmarks: 30 };

function present(record: SnapshotRecord) {
  return {
    id: record.id as string,
    campaign: record.campaign,
    title: record.title,
    at: new Date(record.atMs).toISOString(),
    votes: record.votes,
    verdicts: record.verdicts,
  };
}

/** Keeps the board as it is now, under a date and a link that never changes. */
export async function createSnapshot(
  command: { readonly actor: Actor; readonly campaign: string; readonly query: Partial<BoardQuery> },
  deps: BoardPorts & Pick<Ports, 'ids' | 'audit' | 'snapshotSigner'>,
) {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'editor', deps);
  const query = boardQuerySchema.parse(command.query);
  const id = deps.ids.next() as SnapshotId;
  const board: Board = { ...(await readBoard(campaign, query, deps)), snapshot: id };
  // shares of wins know no anchor, but beside an anchor model it would itself be without an error
  const unanchored = { ...query, anchor: undefined };
  const unified = {
    ...(await readUnified(campaign, { weights: DEFAULT_WEIGHTS }, deps, unanchored)),
    snapshot: id as string,
  };
  const record = {
    id,
    campaign: campaign.slug,
    title: campaign.title,
    atMs: deps.clock.now(),
    votes: board.counts.votes,
    verdicts: board.counts.verdicts,
  };
  const sha256 = hashOf(board, unified);
  const signature = deps.snapshotSigner.sign(signedText(id, sha256));
  const seal = { version: SNAPSHOT_VERSION, sha256, signature };
  await deps.boards.keep(
    { ...record, campaignId: campaign.id, by: command.actor.userId, seal },
    board,
    unified,
  );
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'keep_snapshot',
    campaignId: campaign.id,
    details: { snapshot: id },
    atMs: record.atMs,
  });
  return present(record);
}

/** Kept snapshots of a campaign, newest first. */
export async function listSnapshots(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly cursor?: string;
    readonly limit: number;
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'boards'>,
) {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const records = await deps.boards.listSnapshots(campaign.id, {
    after: (command.cursor as SnapshotId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = records.slice(0, command.limit);
  return {
    items: page.map(present),
    next_cursor: records.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** A kept snapshot, as it was; that of a draft for its members alone. @throws ArenaError('not_found') */
export async function getSnapshot(
  command: { readonly actor: Actor; readonly snapshot: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'boards' | 'snapshotSigner'>,
): Promise<KeptSnapshot> {
  const kept = await deps.boards.findSnapshot(command.snapshot as SnapshotId);
  const campaign =
    kept === null ? null : (await lookAtCampaign(command.actor, kept.snapshot.campaign, deps)).campaign;
  if (kept === null || campaign === null) {
    throw new ArenaError('not_found', 'There is no such snapshot.', {
      hint: 'See the campaign’s list of snapshots.',
    });
  }
  const { snapshot, board, unified, seal } = kept;
  // of what is stored: an upgrade of its shape must not change its identity
  const sha256 = hashOf(board, unified);
  const { snapshotSigner } = deps;
  return {
    snapshot: present(snapshot),
    seal: {
      version: seal?.version ?? 1,
      sha256,
      signature: seal?.signature ?? null,
      public_key: snapshotSigner.publicKey,
      intact:
        seal === null
          ? null
          : seal.sha256 === sha256 && snapshotSigner.verify(signedText(snapshot.id, sha256), seal.signature),
    },
    board,
    unified: upgradeUnified(unified),
  };
}

/** The report of a snapshot as a file. @throws ArenaError('not_found') */
export async function getReport(
  command: {
    readonly actor: Actor;
    readonly snapshot: string;
    readonly as: ReportFormat;
    readonly locale: ReportLocale;
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'boards' | 'snapshotSigner' | 'reports'>,
): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  const kept = await getSnapshot(command, deps);
  const bytes = await deps.reports.write(kept, command.as, command.locale);
  return { bytes, name: `${kept.snapshot.campaign}-${kept.snapshot.at.slice(0, 10)}.${command.as}` };
}

function hashOf(board: Board, unified: Unified): string {
  return contentHash(canonicalJson([board, unified]));
}

/** What is signed: the content under its own link, so that no signature serves another snapshot. */
function signedText(id: string, sha256: string): string {
  return `agon/snapshot/1\n${id}\n${sha256}`;
}
