import type { Ranking } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import type { VotingWorld } from './simulate-votes.ts';

/** Models on each list. */
const SHOWN = 4;

export type ListsSize = { readonly lists: number; readonly raters: number; readonly prompts: number };

/**
 * Rankings of four models each, without ties, by raters and on prompts with tastes of their own: by falling strength plus
 * taste plus a Gumbel draw, which is Plackett and Luce's law (Yellott, 1977).
 */
export function simulateLists(world: VotingWorld, size: ListsSize, seed: string): Ranking[] {
  const random = seededRandom(`coverage/lists/${seed}`);
  const models = world.strengths.length;
  const raterTaste = normalDraws(random, size.raters * models);
  const promptTaste = normalDraws(random, size.prompts * models);
  return Array.from({ length: size.lists }, (_, list): Ranking => {
    const rater = list % size.raters;
    const prompt = random.below(size.prompts);
    const chosen = Array.from({ length: models }, (_, model) => model);
    for (let k = 0; k < SHOWN; k += 1) {
      const other = k + random.below(models - k);
      [chosen[k], chosen[other]] = [chosen[other]!, chosen[k]!];
    }
    const liked = chosen.slice(0, SHOWN).map((model) => ({
      model: `model-${model}`,
      worth:
        world.strengths[model]! +
        world.raterTaste * raterTaste[rater * models + model]! +
        world.promptTaste * promptTaste[prompt * models + model]! -
        Math.log(-Math.log(1 - random.next())),
    }));
    liked.sort((x, y) => y.worth - x.worth);
    return {
      places: liked.map(({ model }) => [model]),
      unplaced: [],
      source: 'people',
      rater: `rater-${rater}`,
      promptKey: `prompt-${prompt}`,
    };
  });
}
