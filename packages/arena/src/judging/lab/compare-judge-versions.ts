import type { JudgeComparisonJson } from '@agon/contract';
import { ArenaError, type BattleId, type CampaignId } from '@agon/domain';
import { compareJudges, type Estimate } from '@agon/rating';
import type { Actor } from '../../actor.ts';
import { requireCampaignRole } from '../../campaigns/campaign-access.ts';
import type { LastReading, TriedBattle } from '../../ports/lab-store.ts';
import type { Ports } from '../../ports/ports.ts';
import { type FoundJudge, findJudge, noSuchJudge } from '../list-judges.ts';
import { asJudged, changedByOrder, outcomesOf } from './trial-totals.ts';

/** Battles with another verdict that are listed. */
const MAX_CHANGED = 200;
const PROMPT_HEAD = 200;
const SEED = 1;

export type CompareJudgeVersions = {
  readonly actor: Actor;
  readonly judge: string;
  /** Identities; a judge’s id alone is its newest version. */
  readonly left: string;
  readonly right: string;
  readonly campaign: string;
  readonly model?: string | undefined;
};

type Side = {
  readonly found: FoundJudge;
  readonly readings: readonly LastReading[];
  readonly byBattle: ReadonlyMap<BattleId, readonly LastReading[]>;
};

/**
 * Two versions of a judge, or two judges, on the battles of a campaign that both were asked about with one model, in runs
 * and dry runs.
 */
export async function compareJudgeVersions(
  command: CompareJudgeVersions,
  deps: Pick<Ports, 'campaigns' | 'members' | 'judges' | 'judgeStore' | 'lab'>,
): Promise<JudgeComparisonJson> {
  const { actor } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'viewer', deps);
  const require = async (id: string) => {
    const found = await findJudge(id, deps);
    if (found !== null) return found;
    throw await noSuchJudge(id, actor, deps);
  };
  const [leftJudge, rightJudge] = await Promise.all([require(command.left), require(command.right)]);
  if (leftJudge.judge.id !== command.judge && rightJudge.judge.id !== command.judge) {
    throw new ArenaError('invalid_request', `Neither side is a version of "${command.judge}".`, {
      hint: 'Give identities from its list of versions.',
      at: { column: 'left', value: command.left },
    });
  }
  const models = await modelsOfBoth(campaign.id, leftJudge, rightJudge, deps);
  const model = command.model ?? models[0] ?? null;
  const read = async (found: FoundJudge): Promise<Side> => {
    const readings =
      model === null ? [] : await deps.lab.readings(campaign.id, found.judge.identity, model, null);
    return { found, readings, byBattle: Map.groupBy(readings, ({ battleId }) => battleId) };
  };
  const [left, right] = await Promise.all([read(leftJudge), read(rightJudge)]);
  const both = [...left.byBattle.keys()].filter((battle) => right.byBattle.has(battle));
  const battles = new Map((await deps.lab.battles(campaign.id, both)).map((battle) => [battle.id, battle]));
  const items = both.flatMap((id) => {
    const battle = battles.get(id);
    if (battle === undefined) return [];
    const [before, after] = [judged(left, id), judged(right, id)];
    const { people } = battle;
    if (people.a + people.b + people.tie === 0 || before.length === 0 || after.length === 0) return [];
    return [{ prompt: battle.promptId, people, left: before, right: after }];
  });
  const compared = compareJudges(items, { seed: SEED });
  const { pairs, changes, changedBattles } = countChanges(both, left, right);
  return {
    judge: command.judge,
    campaign: campaign.slug,
    model,
    models,
    left: presentSide(left, compared?.left ?? null),
    right: presentSide(right, compared?.right ?? null),
    items: compared?.items ?? 0,
    kappa_change: presentEstimate(compared?.kappaChange ?? null),
    agreement_change: presentEstimate(compared?.agreementChange ?? null),
    mcnemar:
      compared === null
        ? null
        : {
            only_left: compared.mcnemar.onlyLeft,
            only_right: compared.mcnemar.onlyRight,
            p: compared.mcnemar.p,
          },
    verdict_changes: changes,
    verdict_pairs: pairs,
    changed: changedBattles
      .flatMap((id) => {
        const battle = battles.get(id);
        return battle === undefined ? [] : [presentChanged(battle, left, right)];
      })
      .slice(0, MAX_CHANGED),
  };
}

async function modelsOfBoth(
  campaign: CampaignId,
  left: FoundJudge,
  right: FoundJudge,
  deps: Pick<Ports, 'lab'>,
): Promise<string[]> {
  const [one, other] = await Promise.all(
    [left, right].map(({ judge }) => deps.lab.modelsAsked(campaign, judge.identity)),
  );
  const calls = new Map(other?.map((each) => [each.model, each.calls]));
  return (one ?? [])
    .flatMap((each) => {
      const others = calls.get(each.model);
      return others === undefined ? [] : [{ model: each.model, calls: Math.min(each.calls, others) }];
    })
    .sort((x, y) => y.calls - x.calls || (x.model < y.model ? -1 : 1))
    .map((each) => each.model);
}

function judged(side: Side, battle: BattleId) {
  return outcomesOf((side.byBattle.get(battle) ?? []).map(({ label }) => ({ outcome: asJudged(label) })));
}

/** Verdicts in one order that both gave, how many of them differ, and in which battles. */
function countChanges(battles: readonly BattleId[], left: Side, right: Side) {
  let [pairs, changes] = [0, 0];
  const changedBattles: BattleId[] = [];
  for (const id of battles) {
    let isChanged = false;
    for (const before of left.byBattle.get(id) ?? []) {
      const after = right.byBattle.get(id)?.find((each) => each.order === before.order);
      if (after === undefined) continue;
      pairs += 1;
      if (after.label === before.label) continue;
      changes += 1;
      isChanged = true;
    }
    if (isChanged) changedBattles.push(id);
  }
  return { pairs, changes, changedBattles };
}

function presentSide(
  { found, readings, byBattle }: Side,
  compared: { readonly agreement: number; readonly kappa: Estimate | null } | null,
): JudgeComparisonJson['left'] {
  const orders = [...byBattle.values()].flatMap((all) => {
    const changed = changedByOrder(all.map(({ order, label }) => ({ order, outcome: asJudged(label) })));
    return changed === null ? [] : [Number(changed)];
  });
  const costs = readings.map(({ costUsd }) => costUsd).filter((cost) => cost !== null);
  const scored = readings.filter(({ label }) => asJudged(label) !== null).length;
  const share = (values: readonly number[]) =>
    values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length;
  const cost = share(costs);
  return {
    identity: found.judge.identity,
    version: found.version?.version ?? null,
    template: found.judge.source,
    verdicts: readings.length,
    unscored: readings.length === 0 ? null : 1 - scored / readings.length,
    agreement: compared?.agreement ?? null,
    kappa: compared?.kappa?.value ?? null,
    kappa_low: compared?.kappa?.low ?? null,
    kappa_high: compared?.kappa?.high ?? null,
    changed_by_order: share(orders),
    both_orders: orders.length,
    cost_per_1000: cost === null ? null : cost * 1000,
  };
}

function presentEstimate(estimate: Estimate | null): JudgeComparisonJson['kappa_change'] {
  return estimate === null ? null : { value: estimate.value, low: estimate.low, high: estimate.high };
}

function presentChanged(
  battle: TriedBattle,
  left: Side,
  right: Side,
): JudgeComparisonJson['changed'][number] {
  const said = (side: Side) =>
    Object.fromEntries((side.byBattle.get(battle.id) ?? []).map(({ order, label }) => [order, label]));
  return {
    battle: battle.id,
    prompt_key: battle.promptKey,
    prompt: battle.prompt.slice(0, PROMPT_HEAD),
    category: battle.category,
    model_a: battle.models.a,
    model_b: battle.models.b,
    people: { ...battle.people },
    left: said(left),
    right: said(right),
  };
}
