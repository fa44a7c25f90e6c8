import type { BattleBrowser, BattleFilter, BattleQuery, ExportStore, Ids, ImportStore } from '@agon/arena';
import type { CampaignId, Outcome, VoteId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import type { WritableImports } from '../import-bundle.ts';
import { allOf } from './all-of.ts';
import { SAMPLE_MS, sampleBundle } from './sample-bundle.ts';

type Setup = {
  readonly browser: BattleBrowser;
  /** Another one on the same data, as in another process. */
  readonly elsewhere: BattleBrowser;
  readonly imports: WritableImports & ImportStore;
  readonly exports: ExportStore;
  readonly ids: Ids;
  campaign(): Promise<CampaignId>;
  undo(vote: VoteId): Promise<void>;
  recast(vote: VoteId, outcome: Outcome): Promise<void>;
  exclude(vote: VoteId, reason: string): Promise<void>;
};

const PAGE = { after: null, limit: 100 };
const ask = (filter: Partial<BattleFilter> = {}, rest: Partial<BattleQuery> = {}): BattleQuery => ({
  filter: { models: [], ...filter },
  sort: 'oldest',
  judge: null,
  ...rest,
});

export function battleBrowserContract(setUp: () => Promise<Setup>): void {
  describe('the contract of BattleBrowser', () => {
    it('lists what people and judges say of each battle', async () => {
      const { browser, imports, ids, campaign } = await setUp();
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 3));
      const { items, judges, judge, next, models, categories, languages } = await browser.list(
        id,
        ask(),
        PAGE,
      );
      expect(new Set(items.map(({ promptKey }) => promptKey))).toEqual(
        new Set(['prompt-1', 'prompt-2', 'prompt-3']),
      );
      expect(next).toBeNull();
      expect(judges).toEqual([judge]);
      expect(judge).toMatchObject({ name: 'their-judge', verdicts: 3, isControl: false });
      expect([models, categories, languages]).toEqual([['model-1', 'model-2'], ['facts'], ['en']]);
      for (const battle of items) {
        expect(battle).toMatchObject({
          promptHead: `What is ${battle.promptKey}?`,
          votes: { a: 1, b: 0, tie: 0, both_bad: 0 },
          outcome: 'a',
          lastVoteMs: SAMPLE_MS,
          models: { a: 'model-1', b: 'model-2' },
          verdicts: [{ ab: null, ba: null, other: 'tie', decided: 'tie', agreement: 'disagrees' }],
        });
      }
      expect(await browser.count(id, ask())).toMatchObject({
        all: 3,
        found: 3,
        agreements: { agrees: 0, disagrees: 3, no_verdict: 0 },
      });
      expect(await browser.count(id, ask({ agreement: 'agrees' }))).toMatchObject({
        all: 3,
        found: 0,
        // of the other chips' filters, not of its own
        agreements: { disagrees: 3 },
      });
      expect((await allOf(browser.rows(id, ask()))).map((battle) => battle.id)).toEqual(
        items.map((battle) => battle.id),
      );
    });

    it('follows what happens to votes, in every process', async () => {
      const { browser, elsewhere, imports, exports, ids, campaign, undo, recast, exclude } = await setUp();
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 4));
      const votes = await allOf(exports.votes(id));
      const of = async (store: BattleBrowser) => {
        const { items } = await store.list(id, ask(), PAGE);
        const byKey = new Map(items.map((battle) => [battle.promptKey, battle]));
        return votes.map(({ prompt }) => {
          const { outcome, excluded, verdicts } = byKey.get(prompt)!;
          return [outcome, excluded, verdicts[0]!.agreement];
        });
      };
      expect(await of(browser)).toEqual(votes.map(() => ['a', 0, 'disagrees']));
      const [first, second, third] = votes.map((vote) => vote.id as VoteId);
      await undo(first!);
      await recast(second!, 'both_bad');
      await exclude(third!, 'a habit');
      await imports.write({
        ...sampleBundle(id, ids.next(), 4),
        votes: [
          { battleKey: 'battle/prompt-4', rater: 'bea', outcome: 'b', key: 'another', atMs: SAMPLE_MS },
        ],
        verdicts: [],
        scores: [],
      });
      const expected = [
        [null, 0, null],
        // no answer is better: as a tie says
        ['both_bad', 0, 'agrees'],
        [null, 1, null],
        ['split', 0, 'people_split'],
      ];
      expect(await of(elsewhere)).toEqual(expected);
      expect(await of(browser)).toEqual(expected);
      const found = await browser.list(id, ask({ voter: 'bea' }), PAGE);
      expect(found.items.map(({ promptKey }) => promptKey)).toEqual(['prompt-4']);
    });

    it('forgets an import that is undone, and shows nothing of other campaigns', async () => {
      const { browser, imports, ids, campaign } = await setUp();
      const [id, other] = [await campaign(), await campaign()];
      const bundle = sampleBundle(id, ids.next(), 2);
      await imports.write(bundle);
      const [battle] = (await browser.list(id, ask(), PAGE)).items;
      expect((await browser.list(other, ask(), PAGE)).items).toEqual([]);
      expect(await browser.find(other, battle!.id)).toBeNull();
      expect(await browser.find(id, battle!.id)).not.toBeNull();
      await imports.undo(bundle.id, SAMPLE_MS);
      expect((await browser.list(id, ask(), PAGE)).items).toEqual([]);
      expect(await browser.find(id, battle!.id)).toBeNull();
    });

    it('gives a battle whole', async () => {
      const { browser, imports, exports, ids, campaign, recast } = await setUp();
      const id = await campaign();
      await imports.write(sampleBundle(id, ids.next(), 1));
      const [vote] = await allOf(exports.votes(id));
      await recast(vote!.id as VoteId, 'b');
      const found = (await browser.find(id, vote!.battle))!;
      expect(found).toMatchObject({
        promptKey: 'prompt-1',
        prompt: ['What is prompt-1?'],
        category: 'facts',
        turns: 1,
        answers: {
          a: { model: 'model-1', turns: ['model-1 says ü to prompt-1.'], origin: null },
          b: { model: 'model-2' },
        },
        battles: [{ id: vote!.battle, origin: 'import', state: 'kept' }],
        votes: [
          {
            voter: 'ann',
            outcome: 'b',
            firstOutcome: 'a',
            state: 'counted',
            isImported: true,
            source: 'sample.jsonl',
            changes: [{ kind: 'recast', outcome: 'b' }],
          },
        ],
        verdicts: [{ judge: 'their-judge', order: 'unknown', outcome: 'tie', shareA: 0.5, replyEnd: null }],
      });
      expect(await browser.source(id, found.id, found.verdicts[0]!.id)).toBeNull();
      expect(await browser.place(id, ask(), found.id)).toEqual({ position: 1, previous: null, next: null });
      expect(await browser.place(id, ask({ outcome: 'tie' }), found.id)).toEqual({
        position: null,
        previous: null,
        next: null,
      });
    });
  });
}
