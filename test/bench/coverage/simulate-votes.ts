import { type ComparisonColumns, OUTCOME_CODES, STYLE_COUNTS } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';

/** How campaigns come about; every number in logits but for the counts. */
export type VotingWorld = {
  /** Strength of each model. */
  readonly strengths: readonly number[];
  /** Of each rater's, and each prompt's, own liking for each model: standard deviation. */
  readonly taste: number;
  /** What a longer answer gains, for a relative difference (a − b)/(a + b) of 1. */
  readonly lengthEffect: number;
  /** Log of each model's usual length, beside one of e^6 characters. */
  readonly wordiness: readonly number[];
  /** What the answer shown first gains. */
  readonly positionEffect: number;
  /** Davidson's ν: 1 makes a third of the votes between equals ties. */
  readonly ties: number;
};

export type CampaignSize = { readonly votes: number; readonly raters: number; readonly prompts: number };

/** Standard deviation of the log length from answer to answer. */
const LENGTH_SPREAD = 0.35;

/**
 * Votes of one campaign with new raters and new prompts. Each rater votes equally often; pairs, prompts and sides are
 * drawn. A model's answer to a prompt is the same for every rater, and so is its length.
 */
export function simulateVotes(world: VotingWorld, size: CampaignSize, seed: string): ComparisonColumns {
  const random = seededRandom(`coverage/votes/${seed}`);
  const models = world.strengths.length;
  const raterTaste = normalDraws(random, size.raters * models);
  const promptTaste = normalDraws(random, size.prompts * models);
  const logLength = normalDraws(random, size.prompts * models);
  const lengthOf = (model: number, prompt: number): number =>
    Math.round(Math.exp(6 + world.wordiness[model]! + LENGTH_SPREAD * logLength[prompt * models + model]!));
  const a = new Uint16Array(size.votes);
  const b = new Uint16Array(size.votes);
  const outcome = new Uint8Array(size.votes);
  const rater = new Int32Array(size.votes);
  const prompt = new Int32Array(size.votes);
  const counts = STYLE_COUNTS.length;
  const style = { a: new Float32Array(size.votes * counts), b: new Float32Array(size.votes * counts) };
  for (let row = 0; row < size.votes; row += 1) {
    const first = random.below(models);
    const second = (first + 1 + random.below(models - 1)) % models;
    const who = row % size.raters;
    const what = random.below(size.prompts);
    const [longA, longB] = [lengthOf(first, what), lengthOf(second, what)];
    const worth = (model: number): number =>
      world.strengths[model]! +
      world.taste * (raterTaste[who * models + model]! + promptTaste[what * models + model]!);
    const gap =
      worth(first) -
      worth(second) +
      world.positionEffect +
      (world.lengthEffect * (longA - longB)) / (longA + longB);
    a[row] = first;
    b[row] = second;
    rater[row] = who;
    prompt[row] = what;
    outcome[row] = outcomeAt(random.next(), gap, world.ties);
    // length with and without code: there is no code
    style.a.set([longA, longA, 0, 0, 0], row * counts);
    style.b.set([longB, longB, 0, 0, 0], row * counts);
  }
  const names = world.strengths.map((_, model) => `model-${model}`);
  return { length: size.votes, models: names, a, b, outcome, rater, prompt, style };
}

/**
 * Davidson's outcome: win : tie : loss = e^{gap/2} : ν : e^{−gap/2}, laid out in this order over 0..1.
 * @param chance uniform in [0, 1)
 */
export function outcomeAt(chance: number, gap: number, ties: number): number {
  const up = Math.exp(gap / 2);
  const down = 1 / up;
  const place = chance * (up + ties + down);
  return place < up ? OUTCOME_CODES.a : place < up + ties ? OUTCOME_CODES.tie : OUTCOME_CODES.b;
}
