/**
 * The api with a vote path that is wrong on purpose: the control of the crash test, which must catch it.
 * AGON_BROKEN=early: says yes before the commit. AGON_BROKEN=twice: does not look whether the vote is there already
 * (the run drops the unique keys as well).
 */
import { randomUUID } from 'node:crypto';
import type { AppendResult, NewVote, VoteStore } from '@agon/arena';
import type { Database } from '@agon/database';
import { readConfig } from '../../apps/api/src/read-config.ts';
import { startApiServer } from '../../apps/api/src/start-api-server.ts';

function breakVotes(votes: VoteStore, { sql }: Database): VoteStore {
  const yes = (vote: NewVote): AppendResult => ({
    kind: 'appended',
    vote: {
      id: vote.id,
      battleId: vote.battleId,
      raterId: vote.raterId,
      campaignId: vote.campaignId,
      outcome: vote.outcome,
      revealed: vote.revealed,
      atMs: vote.atMs,
    },
    models: { a: 'a', b: 'b' },
    votesOfRater: 1,
    before: null,
  });
  if (process.env.AGON_BROKEN === 'early') {
    return {
      ...votes,
      append(vote) {
        setTimeout(() => votes.append(vote).catch(() => {}), 30);
        return Promise.resolve(yes(vote));
      },
    };
  }
  return {
    ...votes,
    async append(vote) {
      await sql`insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, idempotency_key, at, hash)
        values (${randomUUID()}, ${vote.campaignId}, 0, ${vote.battleId}, ${vote.raterId}, ${vote.outcome}, ${vote.idempotencyKey},
          ${new Date(vote.atMs)}, '')`;
      // a reply takes its time; a process killed here has counted a vote that its voter will send again
      await new Promise((resolve) => setTimeout(resolve, 10));
      return yes(vote);
    },
  };
}

const server = await startApiServer(readConfig(process.env), {
  replace: (ports, database) => ({ ...ports, votes: breakVotes(ports.votes, database) }),
});
process.stdout.write(`${JSON.stringify({ event: 'ready', url: server.url })}\n`);
