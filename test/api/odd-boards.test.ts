import { type Board, boardSchema, unifiedSchema } from '@agon/contract';
import { BOARD_METHODS } from '@agon/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';

let arena: ArenaUnderTest;
let researcher: Visitor;

/** One vote a line, each on a prompt of its own unless `prompt` says otherwise. */
function votes(
  count: number,
  row: (at: number) => readonly [a: string, b: string, winner: string],
  prompt = (at: number) => `p${at}`,
): string {
  return Array.from({ length: count }, (_, at) => {
    const [model_a, model_b, winner] = row(at);
    return JSON.stringify({ prompt_id: prompt(at), model_a, model_b, winner, rater: `r${at % 7}` });
  }).join('\n');
}
const NAMES = ['x', 'y', 'z'];
const around = (at: number) => [NAMES[at % 3]!, NAMES[(at + 1) % 3]!] as const;
const mixed = (at: number) => ['model_a', 'model_b', 'tie', 'model_a', 'both_bad'][(at * 7) % 5]!;

const CAMPAIGNS: Readonly<Record<string, string | null>> = {
  'no-votes': null,
  'one-vote': votes(1, () => ['x', 'y', 'model_a']),
  'all-ties': votes(30, (at) => [...around(at), 'tie']),
  'all-bad': votes(30, (at) => [...around(at), 'both_bad']),
  separated: votes(30, (at) => [NAMES[Math.min(at % 3, 1)]!, at % 3 === 0 ? 'y' : 'z', 'model_a']),
  islands: votes(60, (at) => [at % 2 === 0 ? 'x' : 'v', at % 2 === 0 ? 'y' : 'w', mixed(at >> 1)]),
  'one-prompt': votes(
    60,
    (at) => [...around(at), mixed(at)],
    () => 'p',
  ),
  ordinary: votes(120, (at) => [...around(at), mixed(at)]),
};

beforeAll(async () => {
  arena = await openArena();
  researcher = await arena.person('researcher');
  for (const [slug, text] of Object.entries(CAMPAIGNS)) {
    await researcher.call('createCampaign', { body: { slug, title: slug } });
    if (text !== null)
      await researcher.call('createImport', {
        params: { campaign: slug },
        body: { files: [{ name: 'votes.jsonl', text }] },
      });
  }
});
afterAll(() => arena.close());

const SWITCHES = [
  '',
  'ties=drop',
  'ties=model',
  'ties=drop&both_bad=drop',
  ...['sandwich', 'bootstrap', 'fisher', 'none'].flatMap((interval) =>
    ['none', 'rater', 'prompt', 'rater,prompt'].map((cluster) => `interval=${interval}&cluster=${cluster}`),
  ),
  'style=length,length',
  'style=position,same-family&ridge=0',
  'ridge=1e300',
  'reweight=pair',
  'prior=10000',
  'prior=0.001',
  'prior=1e300',
  'prior=5e-324',
  'baseline=x',
  'baseline=nobody',
  'anchor=x%3D1000000',
  'anchor=nobody%3D1',
  'anchor=mean%3D1e308',
  'anchor=x%3D-1e300',
  'category=nowhere',
  'turn=9007199254740991',
  'source=judges',
];

const read = async (path: string) => {
  const response = await researcher.send('GET', `/api/v1/campaigns/${path}`);
  return { status: response.status, body: await response.json() };
};

/** Every figure is one that somebody may quote: finite, inside its interval, and apart from others where they differ. */
function expectSound({ people, counts, empty }: Board, where: string): void {
  if (people === null) {
    expect(empty.people, where).toBeTruthy();
    return;
  }
  expect(counts.votes, where).toBeGreaterThan(0);
  for (const { rating, low, high, win_rate, wins, losses, ties, comparisons } of people.models) {
    expect(wins + losses + ties, where).toBe(comparisons);
    if (rating !== null) expect(Math.abs(rating), where).toBeLessThan(2e6);
    if (rating === null || low === null || high === null) expect([low, high], where).toEqual([null, null]);
    else expect(low <= rating && rating <= high, where).toBe(true);
    if (typeof win_rate === 'number') expect(win_rate >= 0 && win_rate <= 100, where).toBe(true);
  }
}

describe('boards of odd campaigns', () => {
  it.each(Object.keys(CAMPAIGNS))('%s, under every method and switch', async (slug) => {
    for (const method of BOARD_METHODS) {
      for (const switches of SWITCHES) {
        const where = `${slug}/board?method=${method}&${switches}`;
        const { status, body } = await read(where);
        expect([where, status]).toEqual([where, 200]);
        expectSound(boardSchema.parse(body), where);
      }
    }
    expect(arena.logged).toEqual([]);
  });

  it.each(Object.keys(CAMPAIGNS))('%s, in one ranking', async (slug) => {
    for (const weights of [
      '',
      'people=100&judges=0&benchmarks=0',
      'people=1e-320',
      'people=0&judges=0&benchmarks=0',
    ])
      for (const method of ['composite', 'ability']) {
        const { status, body } = await read(`${slug}/unified?method=${method}&${weights}`);
        expect(status).toBe(200);
        for (const { score, low, high, p_top } of unifiedSchema.parse(body).models) {
          if (low === null || high === null) expect([low, high, p_top]).toEqual([null, null, null]);
          else expect(low <= score! && score! <= high).toBe(true);
        }
      }
  });

  it('kept under an anchor say as much of the shares of wins as without one', async () => {
    const kept = async (query: object) => {
      const params = { campaign: 'ordinary' };
      const { id } = await researcher.call('createSnapshot', { params, body: { query } });
      return (await researcher.call('getSnapshot', { params: { snapshot: id } })).unified.models;
    };
    expect(await kept({ anchor: 'x=1200' })).toEqual(await kept({}));
  });
});

describe('a query that cannot be meant', () => {
  it.each([
    ['board?method=elo&method=glicko2', 'method', 'elo, glicko2'],
    ['board?anchor=mean%3D1&anchor=x%3D2', 'anchor', 'mean=1, x=2'],
    ['board?ridge=', 'ridge', ''],
    ['board?prior=%20', 'prior', ' '],
    ['board?prior=Infinity', 'prior', 'Infinity'],
    ['board?turn=1.5', 'turn', '1.5'],
    ['board?method=', 'method', ''],
    ['board?method=Elo', 'method', 'Elo'],
    ['board?cluster=prompt,rater', 'cluster', 'prompt,rater'],
    ['board?style=l%C3%A4nge', 'style', 'länge'],
    ['board?style=length,,', 'style', ''],
    ['board?anchor=mean', 'anchor', 'mean'],
    ['board?anchor=mean%3DNaN', 'anchor', 'mean=NaN'],
    ['board?weights=1', 'weights', '1'],
    ['board?__proto__=1', '__proto__', '1'],
    ['board/categories?ties=half&ties=drop', 'ties', 'half, drop'],
    ['board/models/x?ties=maybe', 'ties', 'maybe'],
    ['unified?people=', 'people', ''],
    ['unified?people=1&people=2', 'people', '1, 2'],
    ['unified?judges=101', 'judges', '101'],
    ['export?what=votes&as=markdown', 'as', 'markdown'],
  ])('%s names the field and what stands there', async (path, column, value) => {
    const { status, body } = await read(`ordinary/${path}`);
    expect([status, body]).toMatchObject([400, { code: 'invalid_request', at: { column, value } }]);
    expect(body.hint).toBeTruthy();
  });
});

describe('names that are made to harm', () => {
  const HOSTILE = [
    "=cmd|' /C calc'!A0",
    '+1',
    '@SUM(1)',
    '-2+3',
    '＝A1',
    'quo"te',
    'two\nlines',
    'a,b',
    '<script>',
  ];
  const STRANGE = ['مرحبا\u202e', 'zero\u200bwidth', '__proto__', 'constructor', 'mean', 'a=1'];
  const params = { campaign: 'hostile' };

  beforeAll(async () => {
    await researcher.call('createCampaign', { body: { slug: 'hostile', title: '=1+1' } });
    const models = [...HOSTILE, ...STRANGE];
    const text = votes(models.length * 12, (at) => [
      models[at % models.length]!,
      'base',
      mixed(Math.floor(at / models.length)),
    ]);
    await researcher.call('createImport', { params, body: { files: [{ name: 'votes.jsonl', text }] } });
  });

  it('are models like others: on the board, as anchor, as baseline, on their page', async () => {
    for (const name of [...HOSTILE, ...STRANGE]) {
      const encoded = encodeURIComponent(name);
      const { body: page } = await read(`hostile/board/models/${encoded}`);
      expect(page.model.name).toBe(name);
      const { body: anchored } = await read(`hostile/board?anchor=${encoded}%3D1234`);
      const row = anchored.people.models.find((each: { model: string }) => each.model === name);
      expect(row.rating, name).toBe(name === 'mean' ? row.rating : 1234);
      const { body: rates } = await read(`hostile/board?method=win-rate&baseline=${encoded}`);
      expect(rates.people.settings.baseline).toBe(name);
    }
  });

  it('leave no cell of a CSV that a spreadsheet would run, and JSON lines as they are', async () => {
    for (const what of ['votes', 'battles', 'board'] as const) {
      const csv = await (
        await researcher.send('GET', `/api/v1/campaigns/hostile/export?what=${what}&as=csv`)
      ).text();
      for (const cell of cellsOf(csv)) expect(cell).not.toMatch(/^[=+@＝]|^-(?!\d)|^-\d+[^\d.e-]/);
      const jsonl = await (
        await researcher.send('GET', `/api/v1/campaigns/hostile/export?what=${what}&as=jsonl`)
      ).text();
      const found = new Set(
        jsonl
          .trimEnd()
          .split('\n')
          .flatMap((line) => Object.values(JSON.parse(line))),
      );
      for (const name of [...HOSTILE, ...STRANGE]) expect(found).toContain(name);
    }
  });

  it('are shown to nobody without the right to see them', async () => {
    for (const visitor of [arena.visitor(), await arena.person('nobody')])
      for (const path of [
        'board',
        'board/categories',
        'board/models/base',
        'unified',
        'raters',
        'progress',
        'export?what=votes&as=csv',
      ]) {
        // the campaign is a draft
        const response = await visitor.send('GET', `/api/v1/campaigns/hostile/${path}`);
        expect([path, response.status]).toSatisfy(([, status]) => [401, 403, 404].includes(status as number));
        expect(await response.text()).not.toMatch(/calc|base|SUM/);
      }
  });
});

/** Cells of a CSV of well-formed lines. */
function cellsOf(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\n)(?:"((?:[^"]|"")*)"|([^",\n]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
