import { importFiles, SYSTEM_ACTOR } from '@agon/arena';
import { type Board, unifiedSchema } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spoolTexts } from '../../apps/api/src/http/read-upload.ts';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { MODELS, seedCampaign } from './seed-campaign.ts';

let arena: ArenaUnderTest;
let slug: string;
const names = MODELS.map(({ name }) => name);
const lines = (rows: readonly object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

/** Of 120 battles people decide every third one; the judge decides all, mostly as people do. */
const battles = Array.from({ length: 120 }, (_, at) => ({
  prompt_id: `b${at}`,
  model_a: names[at % 3]!,
  model_b: names[(at + 1) % 3]!,
  winner: (at % 5) + (at % 3) < 4 ? 'model_a' : 'model_b',
}));
const files = [
  {
    name: 'answers.jsonl',
    text: lines(
      battles.flatMap(({ prompt_id }, at) =>
        names.map((model, i) => ({
          prompt_id,
          prompt: `Question ${at}`,
          model,
          answer: 'word '.repeat(5 + ((7 * at + 3 * i) % 11)),
        })),
      ),
    ),
  },
  {
    name: 'scores.csv',
    text: [
      'model,benchmark,score,n,source',
      ...names.map((model, i) => `${model},Sums,${0.9 - i / 10},100,here`),
      '',
    ].join('\n'),
  },
  {
    name: 'votes.jsonl',
    text: lines(battles.filter((_, at) => at % 2 === 0).map((row) => ({ ...row, rater: 'ann' }))),
  },
  {
    name: 'verdicts.jsonl',
    text: lines(
      battles.map((row, at) => ({ ...row, winner: at % 9 === 0 ? 'tie' : row.winner, judge: 'kindly' })),
    ),
  },
];

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
  const spool = await spoolTexts(files);
  const rules = {
    create: false,
    onError: 'none',
    dryRun: false,
    unblinded: 'drop',
    oversampled: 'keep',
  } as const;
  const result = await importFiles(
    { actor: SYSTEM_ACTOR, campaign: slug, files: spool.files, ...rules },
    arena.ports,
  );
  await spool.remove();
  expect(result).toMatchObject({ votes: 60, verdicts: 120 });
});
afterAll(() => arena.close());

async function board(query: string): Promise<Board> {
  const response = await arena.visitor().send('GET', `/api/v1/campaigns/${slug}/board?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Board;
}

describe('the methods of a board', () => {
  it('prediction-powered: judges make people’s intervals narrower, and keep a board of their own', async () => {
    const { people, judges } = await board('method=prediction-powered&cluster=none');
    expect(people?.judge_power).toMatchObject({
      votes: 60,
      paired_votes: 60,
      judged_battles: 120,
      extra_battles: 60,
    });
    expect(people!.judge_power!.narrower).toBeGreaterThan(0.05);
    const plain = await board('cluster=none');
    for (const { model, people_rating } of people!.models) {
      const alone = plain.people!.models.find((row) => row.model === model)!;
      expect(people_rating).toBeCloseTo(alone.rating!, 6);
    }
    expect(judges?.method).toBe('bradley-terry');
    expect(judges?.models).toEqual(plain.judges?.models);
  });

  it('length-controlled: against the baseline that is asked for', async () => {
    const { people } = await board(`method=length-controlled&baseline=${names[0]}`);
    expect(people?.settings.baseline).toBe(names[0]);
    expect(people?.models.every(({ lc_win_rate: rate }) => rate !== null && rate !== undefined)).toBe(true);
    const { people: none, empty } = await board('method=length-controlled');
    expect(none).toBeNull();
    expect(empty.people).toContain('baseline');
  });

  it('glicko2, a prior and a ridge', async () => {
    expect((await board('method=glicko2')).people?.method).toBe('glicko2');
    expect((await board('prior=1')).people?.warnings.map(({ code }) => code)).toContain('prior');
    const [loose, tight] = [
      await board('method=contextual&style=length&ridge=0'),
      await board('method=contextual&style=length&ridge=1000'),
    ];
    const size = ({ people }: Board) => Math.abs(people!.style![0]!.coefficient!);
    expect(size(tight)).toBeLessThan(size(loose));
  });

  it('unified by one ability: the same cells, other scores, and what each source tells', async () => {
    const unified = async (query: string) => {
      const response = await arena.visitor().send('GET', `/api/v1/campaigns/${slug}/unified?${query}`);
      expect(response.status).toBe(200);
      return unifiedSchema.parse(await response.json());
    };
    const [composite, ability] = [await unified(''), await unified('method=ability')];
    expect([composite.method, ability.method]).toEqual(['composite-v2', 'ability-v2']);
    expect(ability.models).toHaveLength(composite.models.length);
    for (const { model, score, low, high, cells } of ability.models) {
      expect(low! < score! && score! < high!).toBe(true);
      expect(cells).toEqual(composite.models.find((row) => row.model === model)?.cells);
    }
    expect(ability.ability!.anchored).toBe(true);
    expect(ability.ability!.judges.length).toBeGreaterThan(0);
    expect(ability.ability!.liking.map(({ model }) => model).sort()).toEqual(
      ability.models.map(({ model }) => model).sort(),
    );
  });

  it('weights of single benchmarks, and missing cells left out', async () => {
    const read = async (query: string) => {
      const response = await arena.visitor().send('GET', `/api/v1/campaigns/${slug}/unified?${query}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const plain = unifiedSchema.parse((await read('')).body);
    const [benchmark] = Object.keys(plain.models[0]!.cells).filter(
      (name) => !['people', 'judges'].includes(name),
    );
    const named = `each=${encodeURIComponent(`${benchmark}=2`)}`;
    const weighed = unifiedSchema.parse((await read(`${named}&missing=leave-out`)).body);
    expect(weighed).toMatchObject({ missing: 'leave-out', weights: { [benchmark!]: 2 } });
    expect(weighed.weights_hash).not.toBe(plain.weights_hash);
    expect(await read('each=nothing=2')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await read('each=2')).toMatchObject({ status: 400 });
  });
});
