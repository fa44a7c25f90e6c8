import { type Campaign, type CampaignSettings, campaignSettingsSchema } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { voterRule } from '../voting/draw-rule.ts';
import { pairIndexOf } from '../voting/pair-index.ts';
import { requireCampaignRole } from './campaign-access.ts';
import { presentCampaigns } from './present-campaign.ts';

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
  deps: Pick<Ports, 'campaigns' | 'members' | 'content' | 'clock' | 'audit'>,
): Promise<Campaign> {
  const before = await requireCampaignRole(command.actor, command.campaign, 'editor', deps);
  if (command.state === 'draft' && before.state !== 'draft') {
    throw new ArenaError('invalid_request', 'A campaign that was opened cannot become a draft again.', {
      hint: 'Close it instead.',
      at: { column: 'state', value: 'draft' },
    });
  }
  const settings = campaignSettingsSchema.parse({ ...before.settings, ...command.settings });
  if (command.state === 'open' && before.state !== 'open') await refuseEmpty(before, settings, deps);
  const after = await deps.campaigns.change(before.id, {
    ...(command.title === undefined ? {} : { title: command.title }),
    ...(command.description === undefined ? {} : { description: command.description }),
    ...(command.state === undefined ? {} : { state: command.state }),
    ...(command.settings === undefined ? {} : { settings }),
  });
  const { actor, campaign: _slug, ...change } = command;
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'change_campaign',
    campaignId: before.id,
    details: change,
    atMs: deps.clock.now(),
  });
  const [campaign] = await presentCampaigns([after], actor, deps);
  return campaign!;
}

/** @throws ArenaError('invalid_request') where no two answers may be drawn under these settings */
async function refuseEmpty(
  { id, title }: Pick<CampaignRecord, 'id' | 'title'>,
  settings: CampaignSettings,
  deps: Pick<Ports, 'content'>,
) {
  const content = await deps.content.drawable(id);
  if (pairIndexOf(content, voterRule(settings)).pairs > 0) return;
  const isLeftOut =
    pairIndexOf(content, { choice: 'any', skipSelfNaming: false, skipBlank: false }).pairs > 0;
  if (isLeftOut) {
    throw new ArenaError('invalid_request', `The settings of "${title}" leave no two answers to draw.`, {
      hint: 'Answers that are blank, or that name their model, are left out: set blank_answers to "draw", or self_naming to "flag" or "mask".',
      at: { column: 'state', value: 'open' },
    });
  }
  throw new ArenaError('invalid_request', `"${title}" has no prompt with answers of two models yet.`, {
    hint: 'Import prompts and answers of at least two models, then open it.',
  });
}
