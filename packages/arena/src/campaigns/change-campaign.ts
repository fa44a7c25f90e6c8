import { type Campaign, campaignSettingsSchema } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentCampaigns } from './present-campaign.ts';
import { requireCampaign } from './require-campaign.ts';

export type ChangeCampaign = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly title?: string;
  readonly description?: string;
  readonly state?: Campaign['state'];
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** Changes, opens or closes a campaign. It opens only when there is something to vote on. */
export async function changeCampaign(
  command: ChangeCampaign,
  deps: Pick<Ports, 'campaigns' | 'content' | 'clock' | 'audit'>,
): Promise<Campaign> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const before = await requireCampaign(command.campaign, deps);
  if (command.state === 'draft' && before.state !== 'draft') {
    throw new ArenaError('invalid_request', 'A campaign that was opened cannot become a draft again.', {
      hint: 'Close it instead.',
      at: { column: 'state', value: 'draft' },
    });
  }
  if (command.state === 'open' && before.state !== 'open') await refuseEmpty(before, deps);
  const after = await deps.campaigns.change(before.id, {
    ...(command.title === undefined ? {} : { title: command.title }),
    ...(command.description === undefined ? {} : { description: command.description }),
    ...(command.state === undefined ? {} : { state: command.state }),
    ...(command.settings === undefined
      ? {}
      : { settings: campaignSettingsSchema.parse({ ...before.settings, ...command.settings }) }),
  });
  const { actor, campaign: _slug, ...change } = command;
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'change_campaign',
    campaignId: before.id,
    details: change,
    atMs: deps.clock.now(),
  });
  const [campaign] = await presentCampaigns([after], deps);
  return campaign!;
}

async function refuseEmpty(
  campaign: { id: Parameters<Ports['content']['content']>[0]; title: string },
  deps: Pick<Ports, 'content'>,
) {
  const content = await deps.content.content(campaign.id);
  const answersOf = new Map<string, number>();
  for (const answer of content.answers)
    answersOf.set(answer.promptId, (answersOf.get(answer.promptId) ?? 0) + 1);
  if ([...answersOf.values()].some((count) => count >= 2)) return;
  throw new ArenaError('invalid_request', `"${campaign.title}" has no prompt with two answers yet.`, {
    hint: 'Import prompts and answers of at least two models, then open it.',
  });
}
