import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingBlock } from './growing-block.ts';
import { type ImportedVotes, VoteLayout } from './vote-layout.ts';
import { VoteRuns } from './vote-runs.ts';

type Vote = { readonly source: number; readonly seq: number };

/**
 * A chain of links: a vote each, an import with the numbers of its votes, or nothing where a vote is missing. Imports from
 * before they had a link of their own have the numbers of the chain.
 */
const links = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant('vote' as const) },
    { weight: 1, arbitrary: fc.constant('nothing' as const) },
    {
      weight: 1,
      arbitrary: fc.record({
        isOld: fc.boolean(),
        numbers: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
      }),
    },
  ),
  { maxLength: 12 },
);

describe('the layout of votes', () => {
  it('puts them in the order of the chain, however they come and in however many reads, and finds each again', () => {
    fc.assert(
      fc.property(links, fc.nat(12), fc.infiniteStream(fc.nat()), (chain, cut, keys) => {
        const block = new GrowingBlock(1);
        const runs = new VoteRuns();
        const told: Vote[] = [];
        const read = (from: number, to: number, after: number): number => {
          const imports: ImportedVotes[] = [];
          const votes: Vote[] = [];
          let place = after;
          for (const [k, link] of chain.slice(from, to).entries()) {
            place += 1;
            if (link === 'vote') votes.push({ source: 0, seq: place });
            if (typeof link !== 'object') continue;
            const given = link.numbers.toSorted((x, y) => x - y);
            const base = link.isOld ? place - given[0]! : 0;
            const numbers = given.map((n) => n + base);
            const source = from + k + 1;
            imports.push({ source, place, first: numbers[0]!, last: numbers.at(-1)! });
            votes.push(...numbers.map((seq) => ({ source, seq })));
            if (link.isOld) place = numbers.at(-1)!;
          }
          const layout = new VoteLayout(block.length, { after, upTo: place }, imports.toReversed());
          block.reserve(layout.end);
          const shuffled = votes
            .map((vote) => ({ vote, key: keys.next().value as number }))
            .sort((x, y) => x.key - y.key);
          for (const { vote } of shuffled) {
            const row =
              vote.source === 0 ? layout.rowOfChain(vote.seq) : layout.rowOfImport(vote.source, vote.seq);
            block.seq[row] = vote.seq;
            block.rater[row] = vote.source;
          }
          block.take(layout.end, layout.runs);
          runs.add(layout.runs, block.length);
          told.push(...votes);
          return place;
        };
        const part = Math.min(cut, chain.length);
        read(part, chain.length, read(0, part, 0));
        const found = Array.from({ length: block.length }, (_, row) => ({
          source: block.rater[row]!,
          seq: block.seq[row]!,
        }));
        expect(found).toEqual(told);
        for (const [row, { source, seq }] of told.entries())
          expect(runs.rowOf(source, seq, block.seq)).toBe(row);
        for (const source of new Set(told.map((vote) => vote.source))) {
          expect(runs.rowOf(source, 1000, block.seq)).toBe(-1);
          const rows = told.flatMap((vote, row) => (vote.source === source && source !== 0 ? [row] : []));
          expect(runs.ofImport(source)).toEqual(rows);
        }
      }),
      { numRuns: 500 },
    );
  });
});
