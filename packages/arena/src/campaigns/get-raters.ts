import type { RaterReportJson, RaterReports } from '@agon/contract';
import type { Actor } from '../actor.ts';
import type { BoardAnswers } from '../ports/board-fits.ts';
import type { Ports } from '../ports/ports.ts';
import { completionCode } from '../voting/voter-progress.ts';
import { requireCampaignRole } from './campaign-access.ts';

/** How far each voter of a campaign can be relied on. For its members only; voters are named by their pseudonyms. */
export async function getRaters(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'fits' | 'raters' | 'completionCodes'>,
): Promise<RaterReports> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const { answer, asOfMs } = await deps.fits.ask(campaign.id, { kind: 'raters' }, 'latest');
  const { votes, of, converged, raters } = answer;
  const pseudonyms = await deps.raters.pseudonymsOf(raters.map(({ rater }) => rater));
  const { quota } = campaign.settings;
  const finishers = quota === null ? [] : await deps.raters.finishersOf(campaign.id, quota);
  const codes = new Map(finishers.map(({ rater }) => [rater, completionCode(campaign, rater, deps)]));
  return {
    at: new Date(asOfMs).toISOString(),
    votes,
    of,
    converged,
    raters: raters.map((report) =>
      present(report, pseudonyms.get(report.rater)!, codes.get(report.rater) ?? null),
    ),
  };
}

function present(
  { votes, agreement, reliability, confusionReliability, evidence, firstSlot, tieShare }: Report,
  rater: string,
  code: string | null,
): RaterReportJson {
  return {
    rater,
    votes,
    agreement: agreement.value,
    agreement_low: agreement.low,
    agreement_high: agreement.high,
    agreement_battles: agreement.battles,
    reliability: reliability?.reliability ?? null,
    reliability_low: reliability?.low ?? null,
    reliability_high: reliability?.high ?? null,
    confusion_reliability: confusionReliability,
    evidence:
      evidence === null
        ? null
        : {
            value: evidence.evidence,
            p: Math.min(1, 1 / evidence.evidence),
            after: evidence.after,
            habit: evidence.habit as NonNullable<RaterReportJson['evidence']>['habit'],
          },
    first_slot: firstSlot.value,
    first_slot_low: firstSlot.low,
    first_slot_high: firstSlot.high,
    decided: firstSlot.decided,
    tie_share: tieShare,
    completion_code: code,
  };
}

type Report = BoardAnswers['raters']['raters'][number];
