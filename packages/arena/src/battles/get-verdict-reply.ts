import type { VerdictReplyJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { VerdictSource } from '../ports/battle-browser.ts';
import type { ModelRequest } from '../ports/model-client.ts';
import type { Ports } from '../ports/ports.ts';
import { kindOf, nonceOf } from '../runs/kinds/kind-of.ts';
import { loadMaterial } from '../runs/load-material.ts';
import { scoreTexts } from '../runs/score-texts.ts';

type Deps = Pick<Ports, 'campaigns' | 'members' | 'battleBrowser' | 'runs' | 'battles' | 'content'>;

/**
 * What a judge wrote for a verdict, and what it had been asked, rendered again from the run's own copy of the judge.
 * @throws ArenaError('not_found')
 */
export async function getVerdictReply(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly battle: string;
    readonly verdict: string;
  },
  deps: Deps,
): Promise<VerdictReplyJson> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const source = await deps.battleBrowser.source(campaign.id, command.battle, command.verdict);
  if (source === null) {
    throw new ArenaError('not_found', 'There is no such verdict of this battle, or none with a reply.', {
      hint: 'Imported verdicts, those of rules and those of calls that failed have none.',
    });
  }
  return {
    verdict: source.verdict,
    run: source.run,
    replies: [...source.texts],
    reasoning: source.reasoning,
    finish_reason: source.finishReason,
    model: source.model,
    fingerprint: source.fingerprint,
    request: await requestOf(source, deps),
  };
}

/** Null where the call's nonce was not kept, or what it asked about is gone. */
async function requestOf(source: VerdictSource, deps: Deps): Promise<VerdictReplyJson['request']> {
  if (source.requestHash === null) return null;
  const run = await deps.runs.find(source.run);
  if (run === null) return null;
  const kind = kindOf(run);
  const material = await loadMaterial(kind, run.campaignId, [source.call], deps);
  const nonce = nonceOf(run, { ...source.call, callId: source.callId });
  return {
    messages: messagesOf(kind.render(run.config, source.call, material, nonce, source.attempt), source.texts),
  };
}

type Message = NonNullable<VerdictReplyJson['request']>['messages'][number];

/** Later turns are asked after the replies to those before. */
function messagesOf(request: ModelRequest, replies: readonly string[]): Message[] {
  if (request.kind === 'score') return request.inputs.flatMap(scoreTexts);
  if (request.kind !== 'chat') return [];
  return [
    ...(request.system === '' ? [] : [{ role: 'system' as const, text: request.system }]),
    ...request.turns.flatMap((text, turn): Message[] => [
      { role: 'user', text },
      ...(turn + 1 < request.turns.length ? [{ role: 'assistant' as const, text: replies[turn] ?? '' }] : []),
    ]),
    ...(request.settings.prefill === undefined
      ? []
      : [{ role: 'assistant' as const, text: request.settings.prefill }]),
  ];
}
