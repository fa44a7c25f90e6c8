import type { CampaignSettings, VoterProgress } from '@agon/contract';

/** How far one voter is, for the page's header and its last screen. */
export function voterProgress(votes: number, settings: CampaignSettings): VoterProgress {
  const done = settings.quota !== null && votes >= settings.quota;
  return { votes, quota: settings.quota, done, completion_code: done ? settings.completion_code : null };
}
