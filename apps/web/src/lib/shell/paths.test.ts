import { describe, expect, it } from 'vitest';
import { boardPath, modelPath, safeNext, signInPath, snapshotPath, votePath } from './paths.ts';

describe('paths', () => {
  it('names the pages of a campaign', () => {
    expect(votePath('demo')).toBe('/c/demo/vote');
    expect(boardPath('demo')).toBe('/c/demo/board');
    expect(modelPath('demo', 'meta/llama 2')).toBe('/c/demo/board/models/meta%2Fllama%202');
    expect(snapshotPath('0af1')).toBe('/s/0af1');
    expect(signInPath('/c/demo/vote?x=1')).toBe('/sign-in?next=%2Fc%2Fdemo%2Fvote%3Fx%3D1');
  });

  it.each([
    ['/c/demo/vote', '/c/demo/vote'],
    ['/workbench?tab=keys', '/workbench?tab=keys'],
    ['//elsewhere.example', '/'],
    ['/\\elsewhere.example', '/'],
    ['/\t/elsewhere.example', '/'],
    ['https://elsewhere.example', '/'],
    ['javascript:alert(1)', '/'],
    [null, '/'],
  ])('goes on from %j to %j', (next, path) => {
    expect(safeNext(next)).toBe(path);
  });
});
