import { writeDpoPairs } from '@agon/formats';
import { describe, expect, it } from 'vitest';
import type { ExportedAnswer, ExportedVote } from '../ports/export-store.ts';
import { preferencePairs } from './preference-pairs.ts';

const vote = (modelA: string, modelB: string, outcome: string, over: object = {}) =>
  ({
    prompt: 'p',
    modelA,
    modelB,
    outcome,
    undone: false,
    excluded: null,
    ...over,
  }) as unknown as ExportedVote;
const answer = (model: string, prompt = 'p', promptTurns = ['Why?']) =>
  ({ prompt, model, promptTurns, turns: [`says ${model}`] }) as unknown as ExportedAnswer;
const read = (votes: ExportedVote[], answers: ExportedAnswer[]) =>
  writeDpoPairs(preferencePairs(votes, answers))
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('preference pairs of votes', () => {
  it('count both sides of a pair together, the clearest first', () => {
    const votes = [
      vote('x', 'y', 'a'),
      vote('y', 'x', 'b'),
      vote('x', 'y', 'tie'),
      vote('x', 'y', 'b'),
      vote('z', 'x', 'a'),
    ];
    expect(read(votes, [answer('x'), answer('y'), answer('z')])).toEqual([
      {
        prompt: 'Why?',
        chosen: 'says z',
        rejected: 'says x',
        chosen_model: 'z',
        rejected_model: 'x',
        votes: 1,
        agreement: 1,
        margin: 1,
      },
      {
        prompt: 'Why?',
        chosen: 'says x',
        rejected: 'says y',
        chosen_model: 'x',
        rejected_model: 'y',
        votes: 4,
        agreement: 0.5,
        margin: 0.25,
      },
    ]);
  });

  it('leave out what is undecided, taken back, excluded, of a later turn, or without its answers', () => {
    const votes = [
      vote('x', 'y', 'a'),
      vote('x', 'y', 'b'),
      vote('x', 'z', 'a', { undone: true }),
      vote('x', 'z', 'a', { excluded: 'quarantine' }),
      vote('x', 'gone', 'a'),
      vote('x', 'y', 'a', { prompt: 'long' }),
      vote('x', 'y', 'a', { prompt: null }),
    ];
    const long = ['x', 'y'].map((model) => answer(model, 'long', ['One?', 'Two?']));
    expect(read(votes, [answer('x'), answer('y'), answer('z'), ...long])).toEqual([]);
    const first = vote('x', 'y', 'a', { prompt: 'long', turns: 1 });
    expect(read([first], long)).toMatchObject([{ prompt: 'One?', chosen: 'says x' }]);
  });
});
