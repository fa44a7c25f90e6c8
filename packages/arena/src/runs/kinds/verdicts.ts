import { ArenaError, type BattleId } from '@agon/domain';
import { type Judge, parseJudge, readJudgeReply, renderJudge } from '@agon/judging';
import { seededRandom } from '@agon/stats';
import type { RunKind, VerdictConfig } from './run-kind.ts';

/** A judge model's verdicts. A target is a battle; its order is the slot order that the judge sees. */
export const verdicts: RunKind<VerdictConfig> = {
  name: 'verdicts',
  parser: 'verdict-2',
  results: ['a', 'b', 'tie', 'both_bad'],
  lands: 'verdicts',

  plan(config, seed, battles) {
    const ordersOf = (battle: string): readonly ('ab' | 'ba')[] => {
      if (config.orders === 'both') return ['ab', 'ba'];
      if (config.orders === 'first') return ['ab'];
      return [seededRandom(`order/${seed}/${battle}`).below(2) === 0 ? 'ab' : 'ba'];
    };
    return battles.flatMap((target) =>
      ordersOf(target).flatMap((order) =>
        Array.from({ length: config.repeat }, (_, i) => ({ target, order, repeat: i + 1 })),
      ),
    );
  },

  needs: (call) => ({ battle: call.target as BattleId }),

  render(config, call, material, nonce) {
    const judge = judgeOf(config);
    const battle = material.battles.get(call.target as BattleId);
    const prompt = battle === undefined ? undefined : material.prompts.get(battle.promptId);
    const a = battle === undefined ? undefined : material.answers.get(battle.answers.a);
    const b = battle === undefined ? undefined : material.answers.get(battle.answers.b);
    if (battle === undefined || prompt === undefined || a === undefined || b === undefined) {
      throw new ArenaError('internal', 'A battle points to a prompt or an answer that is gone.', {
        data: { battle: call.target },
      });
    }
    const turns = battle.turns ?? prompt.turns.length;
    const { system, user, settings } = renderJudge(
      judge,
      {
        prompt: prompt.turns.slice(0, turns),
        candidates: [a.turns.slice(0, turns), b.turns.slice(0, turns)],
      },
      { order: slotsOf(call.order), nonce, part: '', attempt: 0 },
    );
    return { kind: 'chat', system, turns: [user], settings };
  },

  read(config, call, outcome, nonce) {
    const verdict = (scored: 'a' | 'b' | 'tie' | 'both_bad' | null, unscored: string | null) => ({
      label: scored ?? unscored ?? 'unparseable',
      reading: {
        type: 'verdict' as const,
        judgeId: config.judgeId,
        battleId: call.target,
        outcome: scored,
        unscored,
      },
    });
    if (outcome.kind === 'fault') {
      return verdict(null, outcome.fault.reason === 'timeout' ? 'timeout' : 'provider_error');
    }
    const { texts, finishReason, logprobs, reasoning } = outcome.reply;
    const reading = readJudgeReply(
      judgeOf(config),
      { text: texts.at(-1) ?? '', finishReason, logprobs, reasoning },
      { order: slotsOf(call.order), nonce, part: '', attempt: 0 },
    );
    if (reading.kind === 'preference') return verdict(reading.outcome, null);
    return verdict(null, reading.kind === 'unscored' ? reading.reason : 'not_applicable');
  },
};

/** Which candidate stands in each slot. */
function slotsOf(order: string): readonly number[] {
  return order === 'ba' ? [1, 0] : [0, 1];
}

/** A run's file is read once, not for each call. */
const judges = new WeakMap<VerdictConfig, Judge>();

function judgeOf(config: VerdictConfig): Judge {
  const known = judges.get(config);
  if (known !== undefined) return known;
  const judge = parseJudge(config.source);
  judges.set(config, judge);
  return judge;
}
