import type { PreferencePair } from '@agon/formats';
import type { ExportedAnswer, ExportedVote } from '../ports/export-store.ts';

/**
 * Standing votes on first turns, by prompt and pair of models, with the answers that they were about.
 * Of an answer that was replaced the first that stands counts, as in battles.
 */
export function preferencePairs(
  votes: readonly ExportedVote[],
  answers: readonly ExportedAnswer[],
): PreferencePair[] {
  const key = (prompt: string, model: string): string => JSON.stringify([prompt, model]);
  const texts = new Map<string, { prompt: string; answer: string; turns: number }>();
  for (const { prompt, model, promptTurns, turns } of answers) {
    const [question] = promptTurns;
    const [answer] = turns;
    if (question === undefined || answer === undefined || texts.has(key(prompt, model))) continue;
    texts.set(key(prompt, model), { prompt: question, answer, turns: promptTurns.length });
  }
  const pairs = new Map<string, { -readonly [Key in keyof PreferencePair]: PreferencePair[Key] }>();
  for (const { prompt, modelA, modelB, outcome, undone, excluded, turns } of votes) {
    if (undone || excluded !== null || prompt === null) continue;
    const isOrdered = modelA < modelB;
    const [first, second] = isOrdered ? [modelA, modelB] : [modelB, modelA];
    const [one, other] = [texts.get(key(prompt, first)), texts.get(key(prompt, second))];
    if (one === undefined || other === undefined) continue;
    // of later turns the answers hang on the first ones, which are the models' own: no common prompt
    if (one.turns > 1 && turns !== 1) continue;
    const at = JSON.stringify([prompt, first, second]);
    const pair = pairs.get(at) ?? {
      prompt: one.prompt,
      answerA: one.answer,
      answerB: other.answer,
      modelA: first,
      modelB: second,
      wins: 0,
      losses: 0,
      ties: 0,
    };
    if (outcome === 'a' || outcome === 'b') {
      if ((outcome === 'a') === isOrdered) pair.wins += 1;
      else pair.losses += 1;
    } else pair.ties += 1;
    pairs.set(at, pair);
  }
  return [...pairs.values()];
}
