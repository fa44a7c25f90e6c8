import { type Board, boardQuerySchema } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { emptyReason } from './empty-reason.ts';

const models = [{ name: 'x=1' }, { name: 'y' }] as unknown as Board['models'];
const counts = { votes: 9, verdicts: 0 } as Board['counts'];
const reasonOf = (query: object) => emptyReason({ query: boardQuerySchema.parse(query), models, counts });

describe('why a board is empty', () => {
  it.each([
    [{ method: 'length-controlled' }, 'Baseline'],
    [{ method: 'win-rate', baseline: 'nobody' }, '“nobody”'],
    [{ anchor: 'nobody=1200' }, '“nobody”'],
    [{ method: 'prediction-powered' }, 'verdict'],
    [{ method: 'contextual' }, 'answers'],
    [{ method: 'length-controlled', baseline: 'y' }, 'answers'],
    [{ method: 'elo', prior: 1 }, 'prior'],
    [{ prior: 1e300 }, 'from 0.001 to 10,000 logits'],
    [{ method: 'davidson', ties: 'drop' }, 'ties'],
  ])('%j is named', (query, named) => {
    expect(reasonOf(query)).toContain(named);
  });

  it.each([
    {},
    { anchor: 'x=1=1200' },
    { anchor: 'mean=5' },
    { method: 'win-rate', baseline: 'y' },
    { ties: 'drop' },
  ])('%j is not to blame', (query) => {
    expect(reasonOf(query)).toBeNull();
  });
});
