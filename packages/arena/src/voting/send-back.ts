import type { SentBackJson, SentBackListJson } from '@agon/contract';
import { ArenaError, type BattleId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { Ports } from '../ports/ports.ts';
import type { SentBackBattle } from '../ports/sent-back-store.ts';
import { SENT_BACK_SHARE } from './pair-sampler.ts';

type OfBattle = { readonly actor: Actor; readonly campaign: string; readonly battle: string };

/**
 * Puts a battle on the list from which a share of the draws of voters is made, until it has so many votes more. Boards
 * weigh those votes so that they are as if every battle had been drawn alike.
 * @throws ArenaError('not_found') where the battle holds no two answers of this campaign
 * @throws ArenaError('invalid_request') where it shows a part of its prompt: people are shown whole conversations
 */
export async function sendBack(
  command: OfBattle & { readonly votes: number },
  deps: Pick<Ports, 'campaigns' | 'members' | 'sentBack' | 'audit' | 'clock'>,
): Promise<SentBackJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'editor', deps);
  const battle = battleIdOf(command.battle);
  const nowMs = deps.clock.now();
  const result = await deps.sentBack.send(campaign.id, battle, command.votes, command.actor.userId, nowMs);
  if (result === 'no_answers') throw noSuchBattle();
  if (result === 'part_of_prompt') {
    throw new ArenaError('invalid_request', 'This battle shows only the first turns of its prompt.', {
      hint: 'People are shown whole conversations: send back a battle that shows all turns.',
      at: { column: 'battle', value: command.battle },
    });
  }
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'send_battle_back',
    campaignId: campaign.id,
    details: { battle, votes: command.votes },
    atMs: nowMs,
  });
  const sent = (await deps.sentBack.list(campaign.id)).find((each) => each.battle === battle);
  if (sent === undefined) throw noSuchBattle();
  return presentSentBack(sent);
}

/** Takes a battle off the list; the votes that it got stay. @throws ArenaError('not_found') where it is not on it */
export async function takeBack(
  command: OfBattle,
  deps: Pick<Ports, 'campaigns' | 'members' | 'sentBack' | 'audit' | 'clock'>,
): Promise<SentBackListJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'editor', deps);
  const battle = battleIdOf(command.battle);
  const nowMs = deps.clock.now();
  if (!(await deps.sentBack.takeBack(campaign.id, battle, nowMs))) throw noSuchBattle();
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'take_battle_back',
    campaignId: campaign.id,
    details: { battle },
    atMs: nowMs,
  });
  return listSentBack(command, deps);
}

/** The list, newest first. */
export async function listSentBack(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'sentBack'>,
): Promise<SentBackListJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const battles = await deps.sentBack.list(campaign.id);
  return { share: SENT_BACK_SHARE, items: battles.map(presentSentBack) };
}

function presentSentBack({ battle, wanted, votes, atMs }: SentBackBattle): SentBackJson {
  return { battle, wanted, votes, at: new Date(atMs).toISOString() };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function battleIdOf(text: string): BattleId {
  if (!UUID.test(text)) throw noSuchBattle();
  return text as BattleId;
}

function noSuchBattle(): ArenaError {
  return new ArenaError('not_found', 'There is no such battle to send back.', {
    hint: 'A battle can be sent back where the campaign holds both of its answers.',
  });
}
