/** Addresses of pages, written once. */
export const homePath = '/';
export const votePath = (campaign: string): string => `/c/${encodeURIComponent(campaign)}/vote`;
export const boardPath = (campaign: string): string => `/c/${encodeURIComponent(campaign)}/board`;
export const snapshotPath = (snapshot: string): string => `/s/${encodeURIComponent(snapshot)}`;

export const workbenchPath = '/workbench';
export const newCampaignPath = '/workbench/new';
export const membersPath = '/workbench/members';
export const keysPath = '/workbench/keys';
export const providersPath = '/workbench/providers';
export const runsPath = '/workbench/runs';
export const judgesPath = '/workbench/judges';
/** The lab, where a judge is written and tried. */
export const labPath = (judge: string): string => `${judgesPath}/${encodeURIComponent(judge)}`;
export const newJudgePath = (from: string): string => `${judgesPath}/new?from=${encodeURIComponent(from)}`;
/** `campaign`: whose battles it compares over. */
export const compareJudgesPath = (judge: string, campaign = ''): string =>
  `${labPath(judge)}/compare${campaign === '' ? '' : `?campaign=${campaign}`}`;
export const runPath = (run: string): string => `${runsPath}/${encodeURIComponent(run)}`;

/** Parts of a campaign's page in the workbench; the first one is the page itself. */
export const CAMPAIGN_PARTS = [
  'progress',
  'battles',
  'import',
  'answers',
  'judges',
  'voters',
  'settings',
  'export',
  'activity',
] as const;
export type CampaignPart = (typeof CAMPAIGN_PARTS)[number];

export function campaignPath(campaign: string, part: CampaignPart = 'progress'): string {
  const path = `/workbench/campaigns/${encodeURIComponent(campaign)}`;
  return part === 'progress' ? path : `${path}/${part}`;
}

/** A judge's report card; of one of its models, or of one run. */
export function judgeCardPath(
  campaign: string,
  judge: string,
  of: { readonly model?: string; readonly run?: string } = {},
): string {
  const search = new URLSearchParams(Object.entries(of).filter(([, value]) => value !== ''));
  const path = `${campaignPath(campaign, 'judges')}/${encodeURIComponent(judge)}`;
  return search.size === 0 ? path : `${path}?${search}`;
}

/** Steps of making a campaign, after the first one has named it. */
export const SETUP_STEPS = ['answers', 'who', 'quality', 'size'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];
export const setupPath = (campaign: string, step: SetupStep): string =>
  `${newCampaignPath}/${encodeURIComponent(campaign)}/${step}`;
export const modelPath = (campaign: string, model: string): string =>
  `${boardPath(campaign)}/models/${encodeURIComponent(model)}`;

/** Where to sign in, and where to go on afterwards. */
export const signInPath = (next: string): string => `/sign-in?next=${encodeURIComponent(next)}`;

/** Only paths of this site: an address of another one after the sign-in would be a trap. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) && !/[\s\\]/.test(next) ? next : homePath;
}
