import { randomUUID } from 'node:crypto';
import type { CountedVote, DrawnBattles } from '@agon/contract';
import { OUTCOMES, type Outcome } from '@agon/domain';

export type Acknowledged = {
  readonly vote: string;
  readonly battle: string;
  readonly outcome: Outcome;
  readonly key: string;
};

export type Voter = {
  readonly acknowledged: Acknowledged[];
  /** Requests that were sent again because the server was gone. */
  retries: number;
};

export type VoterOptions = {
  readonly url: string;
  readonly campaign: string;
  readonly index: number;
  /** Takes one vote from the common budget; false when it is spent. */
  readonly claim: () => boolean;
  readonly onVote: () => void;
  readonly signal: AbortSignal;
};

/** Long enough that 64 voters do not take the processor from the process that they wait for. */
const RETRY_MS = 100;

/**
 * A browser that never gives up: it sends the same request again until it is answered, as the booth's outbox does.
 * What the server said yes to is written down, to be compared with the database at the end.
 */
export async function runVoter(options: VoterOptions): Promise<Voter> {
  const voter: Voter = { acknowledged: [], retries: 0 };
  const cookies = new Map<string, string>();
  const send = async (path: string, body: unknown): Promise<{ status: number; json: unknown }> => {
    for (;;) {
      options.signal.throwIfAborted();
      try {
        const response = await fetch(`${options.url}${path}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            origin: options.url,
            'sec-fetch-site': 'same-origin',
            cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(20_000),
        });
        for (const line of response.headers.getSetCookie()) {
          const [pair = ''] = line.split(';');
          const at = pair.indexOf('=');
          cookies.set(pair.slice(0, at), pair.slice(at + 1));
        }
        const json: unknown = await response.json();
        if (response.status < 500) return { status: response.status, json };
      } catch {
        // gone, or cut off in the middle of a reply
      }
      voter.retries += 1;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const consent = await send(`/api/v1/campaigns/${options.campaign}/consents`, {
    version: 1,
    language: 'en',
  });
  if (consent.status !== 201) throw new Error(`consent: ${consent.status} ${JSON.stringify(consent.json)}`);
  const queue: DrawnBattles['battles'] = [];
  while (options.claim()) {
    if (queue.length === 0) {
      const drawn = await send(`/api/v1/campaigns/${options.campaign}/battles`, { count: 5, holding: [] });
      if (drawn.status !== 201) throw new Error(`draw: ${drawn.status} ${JSON.stringify(drawn.json)}`);
      queue.push(...(drawn.json as DrawnBattles).battles);
    }
    const battle = queue.shift();
    if (battle === undefined) throw new Error('no battle left: the campaign is too small for this test');
    const key = randomUUID();
    const outcome = OUTCOMES[(options.index + voter.acknowledged.length) % OUTCOMES.length]!;
    const reply = await send(`/api/v1/battles/${battle.id}/votes`, {
      ticket: battle.ticket,
      outcome,
      idempotency_key: key,
    });
    if (reply.status !== 201) throw new Error(`vote: ${reply.status} ${JSON.stringify(reply.json)}`);
    voter.acknowledged.push({ vote: (reply.json as CountedVote).vote.id, battle: battle.id, outcome, key });
    options.onVote();
  }
  return voter;
}
