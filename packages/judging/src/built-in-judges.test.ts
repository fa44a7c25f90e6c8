import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkJudge, parseJudge } from './parse-judge.ts';
import { readJudgeReply } from './read-judge-reply.ts';
import { applies, partsOf, renderJudge } from './render-judge.ts';

const FOLDER = new URL('../../../judges/', import.meta.url);
const IDS = readdirSync(FOLDER, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
/** Judges that write; reward models are sent texts, and no words of ours. */
const WRITING = IDS.filter((id) => !id.startsWith('reward-'));
const read = (id: string) => readFileSync(new URL(`${id}/judge.md`, FOLDER), 'utf8');

const ITEM = {
  prompt: ['first request', 'second request'],
  candidates: [
    ['a one', 'a two'],
    ['b one', 'b two'],
  ],
  reference: ['the reference'],
  rubric: { name: 'the rubric', levels: [{ score: 1, text: 'poor' }] },
  criteria: [{ id: 'truth', text: 'the criterion', weight: 2 }],
  checklist: ['the first point', 'the second point'],
  context: ['the context'],
};

/** What each one is shown beside the requests and the answers. */
const SHOWS: Readonly<Record<string, string>> = {
  'pair-reference': 'the reference',
  'score-rubric': 'the rubric',
  'score-criteria': 'the criterion',
  checklist: 'the first point',
  grounded: 'the context',
};

describe('the built-in judges', () => {
  it('are the fourteen that docs/judges.md names', () => {
    expect([...IDS].sort()).toEqual([
      'checklist',
      'grounded',
      'pair-creative',
      'pair-dialogue',
      'pair-explain',
      'pair-five',
      'pair-quick',
      'pair-reference',
      'rank-list',
      'reward-pair',
      'reward-score',
      'score-criteria',
      'score-nine',
      'score-rubric',
    ]);
    const doc = readFileSync(new URL('../../../docs/judges.md', import.meta.url), 'utf8');
    for (const id of IDS) expect(doc).toContain(`| \`${id}\` |`);
  });

  it.each(WRITING)('%s has no fault, its folder’s name, and Chinese', (id) => {
    expect(checkJudge(read(id)).faults).toEqual([]);
    const judge = parseJudge(read(id));
    expect(judge.id).toBe(id);
    expect(judge.languages.zh?.system).toMatch(/\p{Script=Han}/u);
  });

  it.each(WRITING)('%s shows its item in English and Chinese, without a control word or a hole', (id) => {
    const judge = parseJudge(read(id));
    const several = judge.mode === 'pairwise' || judge.mode === 'listwise';
    const item = { ...ITEM, candidates: several ? ITEM.candidates : ITEM.candidates.slice(0, 1) };
    expect(applies(judge, item)).toBe(true);
    for (const language of ['en', 'zh', 'fr']) {
      const part = partsOf(judge, item)[0]!;
      const showing = { order: item.candidates.map((_, i) => i), nonce: 'n0n', part, attempt: 0 };
      const { system, user } = renderJudge(judge, { ...item, language }, showing);
      const texts = [...ITEM.prompt, ...item.candidates.flat(), SHOWS[id] ?? ''];
      for (const text of texts) expect(user).toContain(text);
      expect(user.match(/second request/g)).toHaveLength(1);
      expect(`${system}${user}`).not.toMatch(/undefined|\[object|NaN|\{\{|\{%/);
      expect(/\p{Script=Han}/u.test(system)).toBe(language === 'zh');
    }
  });

  it.each(WRITING)('%s has a place for its verdict that a reply can fill', (id) => {
    const judge = parseJudge(read(id));
    const showing = { order: [0, 1], nonce: 'n0n', part: '', attempt: 0 };
    const reply = { text: answer(), finishReason: 'stop' };
    expect(readJudgeReply(judge, reply, showing, ITEM).kind).not.toBe('unscored');

    function answer(): string {
      const [label = ''] = judge.labels;
      switch (judge.verdict.parser) {
        case 'ranking':
          return '{"nonce": "n0n", "ranking": ["B", "A"]}';
        case 'grounded':
          return '{"nonce": "n0n", "claims": [{"claim": "c", "state": "supported", "quote": "the context"}]}';
        default:
          return judge.settings.topLogprobs > 0 ? label : `So.\n<v-n0n>${label}</v-n0n>`;
      }
    }
  });

  it.each(['reward-pair', 'reward-score'])('%s sends the texts as they are, the same in every call', (id) => {
    expect(checkJudge(read(id)).faults).toEqual([]);
    const judge = parseJudge(read(id));
    const sent = (nonce: string, order = [0, 1]) =>
      renderJudge(judge, ITEM, { order, nonce, part: '', attempt: 0 });
    const { user, inputs = [] } = sent('n0n');
    expect(sent('other')).toEqual(sent('n0n'));
    for (const text of [...ITEM.prompt, ...ITEM.candidates.flat()]) expect(user).toContain(text);
    expect(inputs).toHaveLength(id === 'reward-pair' ? 1 : 2);
    expect(sent('n0n', [1, 0])).not.toEqual(sent('n0n'));
  });
});
