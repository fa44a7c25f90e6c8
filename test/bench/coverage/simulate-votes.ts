import { type BySlot, type ComparisonColumns, OUTCOME_CODES, type StyleColumns } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';

/** How campaigns come about; every number in logits but for the counts. */
export type VotingWorld = {
  /** Strength of each model. */
  readonly strengths: readonly number[];
  /** Of each rater's own liking for each model, and of how each model does on each prompt: standard deviations. */
  readonly raterTaste: number;
  readonly promptTaste: number;
  /** What a longer answer gains, for a relative difference (a − b)/(a + b) of 1. */
  readonly lengthEffect: number;
  /** Log of each model's usual length, beside one of e^6 characters. */
  readonly wordiness: readonly number[];
  /** What the answer shown first gains. */
  readonly positionEffect: number;
  /** Davidson's ν: 1 makes a third of the votes between equals ties. */
  readonly ties: number;
};

/** A judge that sees prompts and answers as people do, but for errors of its own. */
export type SimulatedJudge = {
  /** How far its liking of each model is from people's, in logits: it errs for good, not by chance. */
  readonly errors: readonly number[];
  /** How much surer of what it sees than a person: a factor of its logits. */
  readonly sureness: number;
  /** Battles that it decides on each prompt, of different pairs of models. */
  readonly battles: number;
};

export type CampaignSize = {
  readonly votes: number;
  readonly raters: number;
  readonly prompts: number;
  /** Share of all votes that the first rater casts, 0..1; absent: as many as everybody. */
  readonly first?: number;
};

/** Standard deviation of the log length from answer to answer. */
const LENGTH_SPREAD = 0.35;

/**
 * Votes of one campaign with new raters and new prompts. Each rater votes equally often, but for the first where its share is given; pairs, prompts and sides are
 * drawn. A model's answer to a prompt is the same for every rater, and so is its length. A judge's verdicts come after
 * the votes.
 */
export function simulateVotes(
  world: VotingWorld,
  size: CampaignSize,
  seed: string,
  judge: SimulatedJudge | null = null,
): ComparisonColumns {
  const random = seededRandom(`coverage/votes/${seed}`);
  const models = world.strengths.length;
  const raterTaste = normalDraws(random, size.raters * models);
  const promptTaste = normalDraws(random, size.prompts * models);
  const logLength = normalDraws(random, size.prompts * models);
  const lengthOf = (model: number, prompt: number): number =>
    Math.round(Math.exp(6 + world.wordiness[model]! + LENGTH_SPREAD * logLength[prompt * models + model]!));
  const length = size.votes + (judge === null ? 0 : size.prompts * judge.battles);
  const a = new Uint16Array(length);
  const b = new Uint16Array(length);
  const outcome = new Uint8Array(length);
  const rater = new Int32Array(length);
  const prompt = new Int32Array(length);
  const lengths = { a: new Float32Array(length), b: new Float32Array(length) };
  const decide = (
    row: number,
    what: number,
    [first, second]: readonly [number, number],
    liking: (model: number) => number,
    sureness = 1,
  ): void => {
    const [longA, longB] = [lengthOf(first, what), lengthOf(second, what)];
    const worth = (model: number): number =>
      world.strengths[model]! + world.promptTaste * promptTaste[what * models + model]! + liking(model);
    const gap =
      worth(first) -
      worth(second) +
      world.positionEffect +
      (world.lengthEffect * (longA - longB)) / (longA + longB);
    a[row] = first;
    b[row] = second;
    prompt[row] = what;
    outcome[row] = drawOutcome(random.next(), sureness * gap, world.ties);
    // length with and without code: there is no code
    lengths.a[row] = longA;
    lengths.b[row] = longB;
  };
  const firstVotes = Math.round((size.first ?? 0) * size.votes);
  for (let row = 0; row < size.votes; row += 1) {
    const first = random.below(models);
    const second = (first + 1 + random.below(models - 1)) % models;
    const who = row < firstVotes ? 0 : firstVotes > 0 ? 1 + (row % (size.raters - 1)) : row % size.raters;
    rater[row] = who;
    const ownTaste = (model: number): number => world.raterTaste * raterTaste[who * models + model]!;
    decide(row, random.below(size.prompts), [first, second], ownTaste);
  }
  for (let row = size.votes; row < length; row += 1) {
    const what = (row - size.votes) % size.prompts;
    const [one, other] = pairOf(Math.floor((row - size.votes) / size.prompts) + what, models);
    rater[row] = size.raters;
    const sides = random.next() < 0.5 ? ([one, other] as const) : ([other, one] as const);
    decide(row, what, sides, (model) => judge!.errors[model]!, judge!.sureness);
  }
  return {
    length,
    models: world.strengths.map((_, model) => `model-${model}`),
    a,
    b,
    outcome,
    rater,
    prompt,
    style: byLengths(lengths),
    ...(judge === null ? {} : { source: Uint8Array.from(a, (_, row) => Number(row >= size.votes)) }),
  };
}

/** Pair number k, of all pairs again and again. */
function pairOf(k: number, models: number): readonly [number, number] {
  let left = k % ((models * (models - 1)) / 2);
  let high = 1;
  for (; left >= high; high += 1) left -= high;
  return [left, high];
}

/**
 * Davidson's outcome: win : tie : loss = e^{gap/2} : ν : e^{−gap/2}, laid out in this order over 0..1.
 * @param chance uniform in [0, 1)
 */
function drawOutcome(chance: number, gap: number, ties: number): number {
  const up = Math.exp(gap / 2);
  const down = 1 / up;
  const place = chance * (up + ties + down);
  return place < up ? OUTCOME_CODES.a : place < up + ties ? OUTCOME_CODES.tie : OUTCOME_CODES.b;
}

/** Lengths with and without code: there is no code. Nothing else is controlled for. */
export function byLengths({ a, b }: BySlot<Float32Array>): BySlot<StyleColumns> {
  return { a: { length: a, lengthWithoutCode: a }, b: { length: b, lengthWithoutCode: b } };
}
