import { ArenaError, type BattleId, type CampaignId, type EpochMs, type RaterId } from '@agon/domain';
import type { TicketSigner } from '../ports/ticket-signer.ts';

/** What a ticket says. It names no model: a voter can read it. */
export type Ticket = {
  readonly battleId: BattleId;
  readonly campaignId: CampaignId;
  readonly raterId: RaterId;
  readonly expiresAtMs: EpochMs;
};

export function writeTicket(ticket: Ticket, signer: TicketSigner): string {
  return signer.sign([ticket.battleId, ticket.campaignId, ticket.raterId, ticket.expiresAtMs].join('.'));
}

/** @throws ArenaError('ticket_invalid') where it was not signed here, or names another battle or voter */
export function readTicket(
  text: string,
  expected: { battleId: string; raterId: RaterId },
  signer: TicketSigner,
): Ticket {
  const payload = signer.open(text);
  const [battleId, campaignId, raterId, expires] = payload?.split('.') ?? [];
  if (battleId === undefined || campaignId === undefined || raterId === undefined || expires === undefined) {
    throw new ArenaError('ticket_invalid', 'This ticket was not issued by this server.', {
      hint: 'Load the page again to get a new battle.',
    });
  }
  if (battleId !== expected.battleId || raterId !== expected.raterId) {
    throw new ArenaError('ticket_invalid', 'This ticket belongs to another battle or another voter.', {
      hint: 'Load the page again to get a new battle.',
    });
  }
  return {
    battleId: battleId as BattleId,
    campaignId: campaignId as CampaignId,
    raterId: raterId as RaterId,
    expiresAtMs: Number(expires),
  };
}

/** @throws ArenaError('ticket_expired') */
export function refuseExpired(ticket: Ticket, nowMs: EpochMs): void {
  if (nowMs <= ticket.expiresAtMs) return;
  throw new ArenaError('ticket_expired', 'The time for this battle is over; it went back to the pool.', {
    hint: 'Go on with the next battle.',
  });
}
