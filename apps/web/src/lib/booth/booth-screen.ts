import type { CampaignSettings, VoterProgress } from '@agon/contract';

/** How far the voter has come on this page: read the terms, practise, vote. `unknown`: the server is being asked. */
export type BoothStage = 'unknown' | 'welcome' | 'practice' | 'voting';

/** Why no battle could be drawn; null while nothing stands in the way. */
export type DrawTrouble = 'offline' | 'server' | 'rate' | 'closed' | 'refused';

/** What fills the booth. Each is one designed state. */
export type BoothScreen =
  | 'closed'
  | 'sign_in'
  | 'welcome'
  | 'practice'
  | 'battle'
  | 'loading'
  | 'finishing'
  | 'done'
  | 'exhausted'
  | 'trouble';

export type BoothFacts = {
  readonly isOpen: boolean;
  /** The campaign asks for accounts, and this voter has none. */
  readonly needsAccount: boolean;
  readonly stage: BoothStage;
  readonly held: number;
  readonly progress: VoterProgress | null;
  /** Votes given here and not counted yet. */
  readonly waiting: number;
  readonly exhausted: boolean;
  readonly trouble: DrawTrouble | null;
};

/** Votes counted and votes on their way: what the voter has done, whatever the network says. */
export function votesGiven(progress: VoterProgress | null, waiting: number): number {
  return (progress?.votes ?? 0) + waiting;
}

/** Chooses the screen. Votes on their way are waited for before anybody is told that they are done. */
export function boothScreen(facts: BoothFacts): BoothScreen {
  const { progress, waiting, stage, trouble } = facts;
  if (!facts.isOpen || trouble === 'closed') return waiting > 0 ? 'finishing' : 'closed';
  if (facts.needsAccount) return 'sign_in';
  if (stage === 'welcome' || stage === 'practice') return stage;
  if (progress !== null && isQuotaReached(progress, waiting)) return waiting > 0 ? 'finishing' : 'done';
  if (facts.held > 0) return 'battle';
  if (facts.exhausted) return waiting > 0 ? 'finishing' : 'exhausted';
  return trouble === null ? 'loading' : 'trouble';
}

function isQuotaReached(progress: VoterProgress, waiting: number): boolean {
  return progress.done || (progress.quota !== null && votesGiven(progress, waiting) >= progress.quota);
}

/**
 * The place of the battle on screen among those that were asked for, as "12 of 30".
 * @returns null where the campaign asks for no number
 */
export function placeInQuota(
  progress: VoterProgress | null,
  waiting: number,
): { readonly place: number; readonly quota: number } | null {
  if (progress === null || progress.quota === null) return null;
  return { place: Math.min(votesGiven(progress, waiting) + 1, progress.quota), quota: progress.quota };
}

/** Whether this campaign is closed to somebody without an account. */
export function needsAccount(
  settings: Pick<CampaignSettings, 'who'>,
  me: { readonly signed_in: boolean; readonly anonymous: boolean } | null,
): boolean {
  return settings.who === 'signed_in' && !(me?.signed_in === true && !me.anonymous);
}
