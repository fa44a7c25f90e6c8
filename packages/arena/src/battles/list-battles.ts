import type { BattleListJson, BattleQueryJson, ListedBattleJson, ListedJudgeJson } from '@agon/contract';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { ListedBattle, ListedJudge } from '../ports/battle-browser.ts';
import type { Ports } from '../ports/ports.ts';
import { toBattleQuery } from './battle-query.ts';

/** Battles of a campaign that fit a filter, a page of them, with counts. Never for voters: it names models. */
export async function listBattles(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly query: BattleQueryJson;
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'battleBrowser'>,
): Promise<BattleListJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const query = toBattleQuery(command.query);
  const page = { after: command.cursor ?? null, limit: command.limit };
  // one after the other: what a text was found in is remembered
  const list = await deps.battleBrowser.list(campaign.id, query, page);
  const counts = await deps.battleBrowser.count(campaign.id, query);
  return {
    items: list.items.map(presentListedBattle),
    next_cursor: list.next,
    as_of: new Date(list.asOfMs).toISOString(),
    judges: list.judges.map(presentJudge),
    judge: list.judge === null ? null : presentJudge(list.judge),
    models: [...list.models],
    categories: [...list.categories],
    languages: [...list.languages],
    counts:
      counts === null
        ? null
        : {
            all: counts.all,
            found: counts.found,
            agreement: { ...counts.agreements },
            note: counts.withNote,
            quarantined: counts.quarantined,
          },
  };
}

function presentJudge({ name, identity, model, verdicts, isControl }: ListedJudge): ListedJudgeJson {
  return { name, identity, model, verdicts, control: isControl };
}

export function presentListedBattle(battle: ListedBattle): ListedBattleJson {
  return {
    id: battle.id,
    prompt_id: battle.promptKey,
    prompt: battle.promptHead,
    category: battle.category,
    language: battle.language,
    turns: battle.turns,
    models: battle.models,
    votes: battle.votes,
    outcome: battle.outcome,
    left_out: battle.excluded,
    notes: battle.notes,
    last_vote: battle.lastVoteMs === null ? null : new Date(battle.lastVoteMs).toISOString(),
    verdicts: battle.verdicts.map(({ judge, ...said }) => ({
      judge: judge.name,
      identity: judge.identity,
      model: judge.model,
      ...said,
    })),
  };
}
