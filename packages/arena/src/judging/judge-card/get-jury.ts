import type { JuryJson } from '@agon/contract';
import {
  calibrated,
  calibrateJudge,
  type Estimate,
  effectiveJudges,
  fitJury,
  type JuryStatement,
  orderFigures,
  peopleOf,
  preferenceOf,
  winnerAgreement,
} from '@agon/rating/judge-card';
import type { Actor } from '../../actor.ts';
import { requireCampaignRole } from '../../campaigns/campaign-access.ts';
import type { Ports } from '../../ports/ports.ts';
import { worstStates } from '../drift/evaluate-checks.ts';
import { SHOWN_CHECKS } from '../drift/present-drift.ts';
import { agreementMap, nameOf, speakerOf, speakersOf } from './agreement-map.ts';
import { controlsOf, presentSubject, presentWinners } from './get-judge-card.ts';
import { JURY_WAYS, juryLabels } from './jury-labels.ts';
import { type HeldItem, lengthRatio, readHeldItems, swapOf } from './read-cells.ts';

/** Judges of one jury at most, those with most verdicts: each two are compared. */
const MAX_JUDGES = 12;
const NONE: Estimate = { value: null, low: null, high: null };

/**
 * The judges of a campaign beside each other: how often each repeats people's winners, how well it tells models apart in
 * one model with people as the measure, how far their errors are the same errors, and what a jury of them says.
 */
export async function getJury(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'content' | 'judgeCards' | 'drift' | 'clock'>,
): Promise<JuryJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const [{ items, subjects, of }, watched] = await Promise.all([
    readHeldItems(campaign.id, null, deps),
    deps.drift.watched({ campaignId: campaign.id }, SHOWN_CHECKS),
  ]);
  const drifts = worstStates(watched);
  const judges = subjects
    .map((subject, at) => ({ subject, at }))
    .filter(({ subject }) => subject.origin !== 'control')
    .slice(0, MAX_JUDGES);
  const details = await Promise.all(
    judges.map(async ({ subject }) => {
      const filter = { judgeId: subject.judgeId, model: subject.model, run: null };
      const [costs, runs] = await Promise.all([
        deps.judgeCards.costs(campaign.id, filter),
        deps.judgeCards.runs(campaign.id, filter),
      ]);
      return { costs, runs };
    }),
  );
  const own = judges.map(({ at }) =>
    items.map((item) => ({ ...item, verdicts: item.said[at]!, swap: swapOf(item.said[at]!) })),
  );
  const fits = own.map((each) => calibrateJudge(each));
  const preferences = items.map((item) =>
    judges.map(({ at }, k) => {
      const share = preferenceOf({ verdicts: item.said[at]! });
      return share === null ? null : calibrated(fits[k]!, share);
    }),
  );
  const errors = effectiveJudges(
    items.map((item, k) => ({ ...item, preferences: preferences[k]! })),
    judges.length,
  );
  const joint = fitTogether(
    items,
    judges.map(({ at }) => at),
  );
  const everybody = judges.map((_, k) => k);
  const verdictsOf = (chosen: readonly number[], way: (typeof JURY_WAYS)[number]) => {
    const labels = juryLabels(
      way,
      items,
      preferences,
      judges.map(({ at }) => at),
      chosen,
    );
    return winnerAgreement(items, peopleOf, (item) => labels.get(item) ?? []);
  };
  return {
    campaign: { slug: campaign.slug, title: campaign.title },
    at: new Date(deps.clock.now()).toISOString(),
    battles: items.length,
    of,
    people: presentWinners(winnerAgreement(items, peopleOf, peopleOf)),
    controls: controlsOf(items),
    judges: judges.map(({ subject, at }, k) => {
      const orders = orderFigures(own[k]!, () => null);
      const { costs, runs } = details[k]!;
      const scored = items.reduce((sum, item) => sum + item.said[at]!.length, 0);
      const fitted = joint?.judges[k];
      return {
        ...presentSubject(subject),
        name: nameOf(subject),
        verdicts: subject.verdicts,
        unscored: Math.max(0, subject.verdicts - scored),
        agreement: presentWinners(winnerAgreement(items, peopleOf, speakerOf(at))),
        consistency: orders.consistency,
        first_slot: orders.firstSlot,
        discrimination: fitted?.discrimination ?? NONE,
        slot_bias: fitted?.slotBias ?? NONE,
        length: fitted?.length ?? NONE,
        without:
          judges.length < 2
            ? NONE
            : verdictsOf(
                everybody.filter((each) => each !== k),
                'mean',
              ).agreement,
        usd_per_1000:
          costs.costUsd === null || costs.replies === 0 ? null : (1000 * costs.costUsd) / costs.replies,
        suspect: runs.some(({ standing }) => standing === 'suspect'),
        drift: drifts(subject),
      };
    }),
    map: agreementMap(items, speakersOf(subjects, null)),
    errors: errors.correlation.map((row) => [...row]),
    error_correlation: errors.mean,
    effective: judges.length === 0 ? null : errors.effective,
    juries:
      judges.length < 2
        ? []
        : JURY_WAYS.map((way) => ({ way, agreement: presentWinners(verdictsOf(everybody, way)) })),
  };
}

/** The joint model of people and judges; null where it has no finite maximum. */
function fitTogether(items: readonly HeldItem[], judges: readonly number[]) {
  const codes = new Map<string, number>();
  const codeOf = (model: string) => {
    const code = codes.get(model) ?? codes.size;
    codes.set(model, code);
    return code;
  };
  const points = { a: 1, b: 0, tie: 0.5 } as const;
  const statements = items.flatMap((item): JuryStatement[] => {
    if (item.modelA === item.modelB) return [];
    const base = {
      cluster: item.prompt,
      a: codeOf(item.modelA),
      b: codeOf(item.modelB),
      length: item.style === null ? 0 : lengthRatio(item.style.a.length, item.style.b.length),
    };
    return [
      ...item.votes.map((vote) => ({ ...base, share: points[vote], judge: -1, first: 0 })),
      ...judges.flatMap((at, judge) =>
        item.said[at]!.map(({ order, label, shareA }) => ({
          ...base,
          share: shareA ?? points[label],
          judge,
          first: order === 'ab' ? 1 : order === 'ba' ? -1 : 0,
        })),
      ),
    ];
  });
  return fitJury(statements, codes.size, judges.length);
}
