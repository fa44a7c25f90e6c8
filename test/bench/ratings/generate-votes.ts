import { seededRandom } from '@agon/stats';

/** Votes as an arena has them, with what a contextual fit and a clustered interval need. */
export type GeneratedVotes = {
  readonly models: readonly string[];
  readonly length: number;
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  /** 0 a, 1 b, 2 tie. */
  readonly outcome: Uint8Array;
  readonly rater: Int32Array;
  readonly prompt: Int32Array;
  /** Style of the two answers, four features row by row: normalised differences (a − b) / (a + b). */
  readonly features: Float32Array;
  /** Logits the votes were drawn from. */
  readonly truth: Float64Array;
};

export const STYLE_FEATURES = ['length', 'headers', 'lists', 'bold'] as const;
const STYLE_EFFECTS = [0.25, 0.06, 0.08, -0.04] as const;
const TIE_STRENGTH = 1.05;

/**
 * Davidson votes (about 30 % ties) on models that enter and leave: at any time a window of them is active and moves over
 * the list, so that a part of all pairs never meets. Eight votes a voter and 20 a prompt on average, uneven.
 */
export function generateVotes(models: number, length: number, seed: number): GeneratedVotes {
  const random = seededRandom(`ratings-bench/${models}/${length}/${seed}`);
  const truth = Float64Array.from({ length: models }, (_, i) => (1.6 * i) / models + 0.9 * gaussian());
  const skill = Float64Array.from({ length: models * STYLE_FEATURES.length }, () => 0.3 * gaussian());
  const a = new Uint16Array(length);
  const b = new Uint16Array(length);
  const outcome = new Uint8Array(length);
  const rater = new Int32Array(length);
  const prompt = new Int32Array(length);
  const features = new Float32Array(length * STYLE_FEATURES.length);
  const window = Math.ceil(0.55 * models);
  const voters = Math.max(1, Math.floor(length / 8));
  const prompts = Math.max(1, Math.floor(length / 20));
  for (let row = 0; row < length; row += 1) {
    const first = Math.floor((row / length) * (models - window + 1));
    const one = first + random.below(window);
    const other = first + ((one - first + 1 + random.below(window - 1)) % window);
    a[row] = one;
    b[row] = other;
    // squared uniform numbers: few voters and prompts have many votes
    rater[row] = Math.floor(voters * random.next() ** 1.5);
    prompt[row] = Math.floor(prompts * random.next() ** 1.5);
    let gap = truth[one]! - truth[other]!;
    for (let f = 0; f < STYLE_FEATURES.length; f += 1) {
      const raw = skill[one * 4 + f]! - skill[other * 4 + f]! + 1.2 * (random.next() - 0.5);
      const value = Math.max(-1, Math.min(1, raw));
      features[row * 4 + f] = value;
      gap += STYLE_EFFECTS[f]! * 2 * value;
    }
    const up = Math.exp(gap / 2);
    const down = 1 / up;
    const draw = random.next() * (up + down + TIE_STRENGTH);
    outcome[row] = draw < up ? 0 : draw < up + down ? 1 : 2;
  }
  return {
    models: Array.from({ length: models }, (_, i) => `model-${String(i).padStart(3, '0')}`),
    length,
    a,
    b,
    outcome,
    rater,
    prompt,
    features,
    truth,
  };

  function gaussian(): number {
    let sum = -6;
    for (let k = 0; k < 12; k += 1) sum += random.next();
    return sum;
  }
}
