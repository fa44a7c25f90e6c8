import { seededRandom } from '@agon/stats';

type Simulation = {
  readonly tag: string;
  /** Best first; neighbours are `step` logits apart. */
  readonly models: readonly string[];
  readonly step: number;
  readonly raters: readonly string[];
  readonly votes: number;
  /** Who takes the left answer whatever it is. */
  readonly lefty?: string;
};

/** Votes as a file of JSON lines. */
export function simulateVotes({ tag, models, step, raters, votes, lefty }: Simulation): string {
  const random = seededRandom(tag);
  return Array.from({ length: votes }, (_, i) => {
    const a = random.below(models.length);
    const b = (a + 1 + random.below(models.length - 1)) % models.length;
    const rater = raters[i % raters.length]!;
    const isFirst = random.next() < 1 / (1 + Math.exp(step * (a - b)));
    const isTie = random.next() < 0.15;
    const honest = isTie ? 'tie' : isFirst ? 'model_a' : 'model_b';
    return JSON.stringify({
      prompt_id: `${tag}-${Math.floor(i / raters.length)}`,
      model_a: models[a],
      model_b: models[b],
      winner: rater === lefty ? 'model_a' : honest,
      rater,
    });
  }).join('\n');
}
