/** What a page needs to plan a campaign, without the rating engine. */
export { winProbability } from './elo-scale.ts';
export { votesToSeparate } from './insights/votes-to-separate.ts';
