import type { BattleQueryJson, ListedBattleJson } from '@agon/contract';
import { writeCsv, writeJsonl } from '@agon/formats';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import { begun, type Exported, writtenRows } from '../data/streamed-export.ts';
import type { ListedBattle } from '../ports/battle-browser.ts';
import type { ExportedParts } from '../ports/export-store.ts';
import type { Ports } from '../ports/ports.ts';
import { toBattleQuery } from './battle-query.ts';
import { presentListedBattle } from './list-battles.ts';

/** What the list shows, all pages of it, as a file. */
export async function exportBattles(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly query: BattleQueryJson;
    readonly as: 'csv' | 'jsonl';
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'battleBrowser'>,
): Promise<Exported> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const rows = presented(deps.battleBrowser.rows(campaign.id, toBattleQuery(command.query)));
  const [write, mediaType] =
    command.as === 'csv'
      ? ([writeCsv, 'text/csv; charset=utf-8'] as const)
      : ([writeJsonl, 'application/x-ndjson'] as const);
  return {
    body: await begun(writtenRows(rows, write)),
    byteLength: null,
    fileName: `${campaign.slug}-battle-list.${command.as}`,
    mediaType,
  };
}

async function* presented(parts: ExportedParts<ListedBattle>) {
  for await (const part of parts) yield part.map((battle) => flat(presentListedBattle(battle)));
}

/** One table row: votes in columns of their own, verdicts as they are. */
function flat({ models, votes, ...battle }: ListedBattleJson) {
  return {
    ...battle,
    model_a: models.a,
    model_b: models.b,
    votes_a: votes.a,
    votes_b: votes.b,
    votes_tie: votes.tie,
    votes_both_bad: votes.both_bad,
  };
}
