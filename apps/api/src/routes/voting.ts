import {
  type Actor,
  annotateVote,
  castVote,
  drawBattles,
  giveConsent,
  requireCampaignRole,
  requireMayVote,
  revealVote,
  skipBattle,
  undoVote,
} from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

export function votingRoutes({ serve, ports, guard, metrics }: RouteDeps): void {
  serve('giveConsent', async ({ actor, params, body, address, setCookies }) => {
    guard('consents', actor, address);
    let voter: Actor = actor;
    if (actor.role === 'public') {
      requireMayVote(await requireCampaignRole(actor, params.campaign, 'visitor', ports), actor);
      const session = await ports.sessions.startAnonymous();
      setCookies(session.cookies);
      voter = { role: 'voter', userId: session.userId, scopes: null, anonymous: true };
    }
    return giveConsent({ actor: voter, campaign: params.campaign, ...body }, ports);
  });

  serve('drawBattles', ({ actor, params, body, address }) => {
    guard('draws', actor, address);
    return drawBattles({ actor, campaign: params.campaign, ...body }, ports);
  });

  serve('castVote', async ({ actor, params, body, address }) => {
    guard('votes', actor, address);
    const counted = await castVote(
      {
        actor,
        battle: params.battle,
        ticket: body.ticket,
        outcome: body.outcome,
        idempotencyKey: body.idempotency_key,
        shownMs: body.shown_ms,
        address,
      },
      ports,
    );
    metrics.voteCounted();
    return counted;
  });

  serve('skipBattle', ({ actor, params, body, address }) => {
    guard('votes', actor, address);
    return skipBattle({ actor, battle: params.battle, ...body }, ports);
  });

  serve('revealVote', ({ actor, params, address }) => {
    guard('votes', actor, address);
    return revealVote({ actor, vote: params.vote }, ports);
  });

  serve('undoVote', ({ actor, params, address }) => {
    guard('votes', actor, address);
    return undoVote({ actor, vote: params.vote }, ports);
  });

  serve('annotateVote', ({ actor, params, body, address }) => {
    guard('votes', actor, address);
    return annotateVote({ actor, vote: params.vote, ...body }, ports);
  });
}
