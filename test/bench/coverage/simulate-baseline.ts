import { type ComparisonColumns, OUTCOME_CODES } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import { byLengths, type VotingWorld } from './simulate-votes.ts';

/** How much harder, or easier, one prompt is for every model beside the baseline: standard deviation in logits. */
const PROMPT_SPREAD = 1;

/**
 * A benchmark as AlpacaEval is one: a judge compares each model's answer to each of `prompts` new prompts with the
 * baseline's (the last model's), without ties. Lengths move the judge as in `simulateVotes`.
 */
export function simulateBaseline(world: VotingWorld, prompts: number, seed: string): ComparisonColumns {
  const random = seededRandom(`coverage/baseline/${seed}`);
  const models = world.strengths.length;
  const baseline = models - 1;
  const length = prompts * baseline;
  const ease = normalDraws(random, prompts);
  const taste = normalDraws(random, prompts * models);
  const logLength = normalDraws(random, prompts * models);
  const a = new Uint16Array(length);
  const outcome = new Uint8Array(length);
  const prompt = new Int32Array(length);
  const lengths = { a: new Float32Array(length), b: new Float32Array(length) };
  for (let row = 0; row < length; row += 1) {
    const what = Math.floor(row / baseline);
    const model = row % baseline;
    const at = what * models;
    const lengthOf = (one: number): number =>
      Math.round(Math.exp(6 + world.wordiness[one]! + 0.35 * logLength[at + one]!));
    const [own, other] = [lengthOf(model), lengthOf(baseline)];
    const gap =
      world.strengths[model]! -
      world.strengths[baseline]! +
      PROMPT_SPREAD * ease[what]! +
      world.promptTaste * (taste[at + model]! - taste[at + baseline]!) +
      (world.lengthEffect * (own - other)) / (own + other);
    a[row] = model;
    prompt[row] = what;
    outcome[row] = random.next() < 1 / (1 + Math.exp(-gap)) ? OUTCOME_CODES.a : OUTCOME_CODES.b;
    lengths.a[row] = own;
    lengths.b[row] = other;
  }
  const names = world.strengths.map((_, model) => `model-${model}`);
  return {
    length,
    models: names,
    a,
    b: new Uint16Array(length).fill(baseline),
    outcome,
    prompt,
    style: byLengths(lengths),
  };
}
