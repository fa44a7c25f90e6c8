import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJudge } from './parse-judge.ts';
import { readJudgeReply } from './read-judge-reply.ts';

const judgeOf = (mode: string, verdict: string, user = '{{ conversation }}{{ verdict_contract }}') =>
  parseJudge(`---
id: mine
title: Mine
measures: x
mode: ${mode}
verdict: ${verdict}
---
{% user %}
${user}
`);
const THREE = judgeOf('pairwise', '{ parser: tag, map: { A: 1, tie: 0.5, B: 0 } }');
const FIVE = judgeOf(
  'pairwise',
  '{ parser: tag, map: { "A>>B": 1, "A>B": 0.75, "A=B": 0.5, "B>A": 0.25, "B>>A": 0 } }',
);
const QUICK = judgeOf('pairwise', '{ parser: label_token, map: { A: 1, B: 0 }, text: accept }');
const STRICT = judgeOf('pairwise', '{ parser: label_token, map: { A: 1, B: 0 } }');
const JSON_PAIR = judgeOf('pairwise', '{ parser: json, map: { A: 1, B: 0 } }');
const NINE = judgeOf('pointwise', '{ parser: score, min: 1, max: 9, by: label_token }');
const RUBRIC = judgeOf('pointwise', '{ parser: score, min: 1, max: 5, by: tag }');
const LIST = judgeOf('listwise', '{ parser: ranking }');
const CLAIMS = judgeOf(
  'grounded',
  '{ parser: grounded }',
  '{{ context }}{{ conversation }}{{ verdict_contract }}',
);

const showing = { order: [0, 1], nonce: 'n1' as string | null, part: '', attempt: 0 };
const BA = { ...showing, order: [1, 0] };
const stop = (text: string) => ({ text, finishReason: 'stop' });
/** A reply of one token, with these probabilities. */
const token = (said: string, top: Readonly<Record<string, number>>) => ({
  text: said,
  finishReason: 'length',
  logprobs: [
    {
      token: said,
      logprob: Math.log(top[said] ?? 0.01),
      top: Object.entries(top).map(([each, p]) => ({ token: each, logprob: Math.log(p) })),
    },
  ],
});

describe('verdicts by tag', () => {
  it.each([
    ['A', showing, 'a'],
    ['A', BA, 'b'],
    ['B', showing, 'b'],
    ['tie', BA, 'tie'],
  ] as const)('reads %s', (label, how, outcome) => {
    expect(readJudgeReply(THREE, stop(`Because.\n<v-n1>${label}</v-n1>`), how)).toMatchObject({
      kind: 'preference',
      outcome,
      shareA: null,
      label,
    });
  });

  it.each([
    ['A>>B', showing, 'a', 1],
    ['A>B', BA, 'b', 0.25],
    ['A=B', BA, 'tie', 0.5],
    ['B>>A', showing, 'b', 0],
  ] as const)('reads the degree of %s', (label, how, outcome, shareA) => {
    expect(readJudgeReply(FIVE, stop(`<v-n1>${label}</v-n1>`), how)).toMatchObject({ outcome, shareA });
  });

  it.each([
    ['no tag', stop('A is better'), 'unparseable'],
    ['a tag without the nonce, as an answer could plant it', stop('<v>A</v> [[A]]'), 'unparseable'],
    ['a tag with another nonce', stop('<v-n2>A</v-n2>'), 'unparseable'],
    ['an unknown label', stop('<v-n1>C</v-n1>'), 'unparseable'],
    ['a label in other letters', stop('<v-n1>a</v-n1>'), 'unparseable'],
    ['a letter that only looks like it', stop('<v-n1>А</v-n1>'), 'unparseable'],
    ['two labels', stop('<v-n1>A</v-n1> or rather <v-n1>B</v-n1>'), 'two_labels'],
    ['a label and something else', stop('<v-n1>A</v-n1><v-n1>neither</v-n1>'), 'two_labels'],
    ['a reply that was cut off', { text: 'Because', finishReason: 'length' }, 'cut_off'],
    ['a label in a reply that was cut off', { text: '<v-n1>A</v-n1>', finishReason: 'length' }, 'cut_off'],
    ['thinking without an end', stop('<think>It is <v-n1>A</v-n1>'), 'cut_off'],
    ['a filtered reply', { text: '<v-n1>A</v-n1>', finishReason: 'content_filter' }, 'refused'],
    ['a tag that is open', stop('<v-n1>A'), 'unparseable'],
    ['the contract alone', stop('I write <v-n1>…</v-n1>.'), 'unparseable'],
    ['nothing', stop(''), 'unparseable'],
    ['an opening phrase', stop('Thought process:'), 'unparseable'],
  ])('leaves %s unscored', (_, reply, reason) => {
    expect(readJudgeReply(THREE, reply, showing)).toEqual({ kind: 'unscored', reason });
  });

  it('reads the same label twice as that label, and not what stands in the thinking', () => {
    expect(readJudgeReply(THREE, stop('<v-n1>A</v-n1>\n<v-n1>A</v-n1>'), showing)).toMatchObject({
      outcome: 'a',
    });
    expect(
      readJudgeReply(THREE, stop('<think><v-n1>B</v-n1></think>\n<v-n1>A</v-n1>'), showing),
    ).toMatchObject({
      outcome: 'a',
    });
  });

  it('never lets a text without the nonce decide', () => {
    const pieces = fc.constantFrom(
      '<v-',
      '<v-n2>',
      'A',
      '</v-n2>',
      '<v>',
      '</v>',
      '[[A]]',
      'tie',
      '</think>',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        for (const judge of [THREE, FIVE, RUBRIC, JSON_PAIR, LIST])
          expect(readJudgeReply(judge, stop(parts.join('')), { ...showing, nonce: 'q7x2' }).kind).toBe(
            'unscored',
          );
      }),
    );
  });
});

describe('verdicts by probability', () => {
  it('sums the spellings of a label', () => {
    const reading = readJudgeReply(
      QUICK,
      token('A', { A: 0.5, ' A': 0.2, B: 0.2, ' B': 0.08, The: 0.02 }),
      showing,
    );
    expect(reading).toMatchObject({ kind: 'preference', outcome: 'a', label: 'A' });
    expect(reading).toMatchObject({
      shareA: expect.closeTo(0.7 / 0.98, 12),
      coverage: expect.closeTo(0.98, 12),
    });
  });

  it('turns the probability with the order', () => {
    const reading = readJudgeReply(QUICK, token('A', { A: 0.7, B: 0.3 }), BA);
    expect(reading).toMatchObject({ outcome: 'b', shareA: expect.closeTo(0.3, 12) });
  });

  it.each([
    ['labels that are improbable together', token('The', { The: 0.5, A: 0.3, B: 0.2 }), 'low_coverage'],
    [
      'more words after the label',
      {
        ...token('A', { A: 1 }),
        text: 'A good',
        logprobs: [...token('A', { A: 1 }).logprobs, ...token(' good', { ' good': 1 }).logprobs],
      },
      'cut_off',
    ],
    ['words without probabilities', stop('A is better'), 'unparseable'],
    ['thinking that was cut off', { text: '<think>Hm', finishReason: 'length' }, 'cut_off'],
  ])('leaves %s unscored', (_, reply, reason) => {
    expect(readJudgeReply(QUICK, reply, showing)).toEqual({ kind: 'unscored', reason });
  });

  it('reads the token behind thinking', () => {
    const thought = ['<think>', 'B', '</think>', '\n'].map((said) => ({ token: said, logprob: 0, top: [] }));
    const reply = {
      text: '<think>B</think>\nA',
      finishReason: 'stop',
      logprobs: [...thought, ...token('A', { A: 0.95, B: 0.05 }).logprobs],
    };
    expect(readJudgeReply(QUICK, reply, showing)).toMatchObject({
      outcome: 'a',
      shareA: expect.closeTo(0.95, 12),
    });
  });

  describe('in a JSON object', () => {
    const held = parseJudge(
      QUICK.source.replace('mode: pairwise', 'mode: pairwise\nsettings: { reply_form: json_schema }'),
    );
    const plain = (said: string) => ({ token: said, logprob: 0, top: [] });
    const inJson = (
      before: readonly string[],
      place: ReturnType<typeof token>,
      after: readonly string[],
    ) => ({
      text: [...before, place.text, ...after].join(''),
      finishReason: 'stop',
      logprobs: [...before.map(plain), ...place.logprobs, ...after.map(plain)],
    });

    it.each([
      ['alone', inJson(['{"', 'choice', '":', ' "'], token('A', { A: 0.6, B: 0.35 }), ['"', '}'])],
      [
        'with its quote',
        inJson(['{', '"choice"', ':'], token(' "A', { ' "A': 0.5, '"A': 0.1, ' "B': 0.35 }), ['"}']),
      ],
      [
        'with all behind it',
        inJson(['{"choice":"'], token('A"}', { 'A"}': 0.6, 'B"}': 0.35, '}': 0.05 }), []),
      ],
    ])('reads the probabilities of the label, %s in its token', (_, reply) => {
      expect(readJudgeReply(held, reply, showing)).toMatchObject({
        outcome: 'a',
        shareA: expect.closeTo(0.6 / 0.95, 12),
        coverage: expect.closeTo(0.95, 12),
      });
    });

    it('leaves a label unscored that is improbable there, and a reply with anything beside the object', () => {
      const reply = inJson(['{"choice": "'], token('A', { A: 0.5, B: 0.1, C: 0.4 }), ['"}']);
      expect(readJudgeReply(held, reply, showing)).toEqual({ kind: 'unscored', reason: 'low_coverage' });
      const more = inJson(['{"choice": "'], token('A', { A: 0.6, B: 0.4 }), ['", "why": "B"}']);
      expect(readJudgeReply(held, more, showing)).toEqual({ kind: 'unscored', reason: 'unparseable' });
      const two = inJson(['{"choice": "B"}{"choice": "'], token('A', { A: 0.6, B: 0.4 }), ['"}']);
      expect(readJudgeReply(held, two, showing)).toEqual({ kind: 'unscored', reason: 'unparseable' });
    });

    it('does not guess where the tokens are not the text', () => {
      const reply = { ...inJson(['{"'], token('A', { A: 1 }), ['"}']), text: '{"choice": "A"}' };
      expect(readJudgeReply(held, reply, showing)).toMatchObject({ outcome: 'a', shareA: null });
    });
  });

  it('takes a label without probabilities only where the template says so', () => {
    expect(readJudgeReply(QUICK, stop(' A\n'), showing)).toMatchObject({
      outcome: 'a',
      shareA: null,
      coverage: null,
    });
    expect(readJudgeReply(STRICT, stop('A'), showing)).toEqual({ kind: 'unscored', reason: 'unparseable' });
  });

  it('gives the expected value of digits, from 0 to 1', () => {
    // 0.5 × 8 + 0.3 × 7 + 0.2 × 9 = 7.9; (7.9 − 1) / 8 = 0.8625
    expect(readJudgeReply(NINE, token('8', { '8': 0.5, '7': 0.3, '9': 0.2 }), showing)).toMatchObject({
      kind: 'score',
      raw: expect.closeTo(7.9, 12),
      value: expect.closeTo(0.8625, 12),
      label: '8',
    });
    expect(readJudgeReply(NINE, token('0', { '0': 0.9, '8': 0.1 }), showing)).toMatchObject({
      reason: 'low_coverage',
    });
  });
});

describe('other verdicts', () => {
  it.each([
    ['a choice', '{"nonce": "n1", "reason": "r", "choice": "B"}', { kind: 'preference', outcome: 'b' }],
    [
      'a choice in a fence',
      '```json\n{"nonce": "n1", "choice": "B"}\n```',
      { kind: 'preference', outcome: 'b' },
    ],
    ['another nonce', '{"nonce": "n2", "choice": "B"}', { reason: 'unparseable' }],
    ['a key that is there twice', '{"nonce": "n1", "choice": "A", "choice": "B"}', { reason: 'unparseable' }],
    [
      'a key twice, once escaped',
      '{"nonce": "n1", "choice": "A", "ch\\u006fice": "B"}',
      { reason: 'unparseable' },
    ],
    ['no end', '{"nonce": "n1", "choice": "A"', { reason: 'unparseable' }],
    ['words around it', 'So: {"nonce": "n1", "choice": "A"}', { reason: 'unparseable' }],
    [
      'two objects',
      '{"nonce": "n1", "choice": "A"}\n{"nonce": "n1", "choice": "A"}',
      { reason: 'unparseable' },
    ],
  ])('reads JSON with %s', (_, text, reading) => {
    expect(readJudgeReply(JSON_PAIR, stop(text), showing)).toMatchObject(reading);
  });

  it.each([
    ['4', { kind: 'score', raw: 4, value: 0.75 }],
    ['6', { reason: 'unparseable' }],
    ['4.5', { reason: 'unparseable' }],
    ['four', { reason: 'unparseable' }],
  ])('reads a score of %s', (label, reading) => {
    expect(readJudgeReply(RUBRIC, stop(`<v-n1>${label}</v-n1>`), showing)).toMatchObject(reading);
  });

  it.each([
    ['every label', ['C', 'A', 'B'], { kind: 'ranking', places: [3, 1, 2] }],
    ['a label twice', ['A', 'A', 'B'], { reason: 'unparseable' }],
    ['a label missing', ['A', 'B'], { reason: 'unparseable' }],
    ['a label too many', ['A', 'B', 'C', 'D'], { reason: 'unparseable' }],
  ])('reads a ranking with %s', (_, ranking, reading) => {
    // shown: slot A is candidate 2, B is 0, C is 1
    const how = { ...showing, order: [2, 0, 1] };
    const found = readJudgeReply(LIST, stop(JSON.stringify({ nonce: 'n1', ranking })), how);
    expect(found).toMatchObject(reading);
  });

  it.each([
    [
      'a quote that stands there',
      [
        { claim: 'c', state: 'supported', quote: 'The sky  is\nblue' },
        { claim: 'd', state: 'absent', quote: '' },
      ],
      { kind: 'score', value: 0.5 },
    ],
    [
      'a quote that does not',
      [{ claim: 'c', state: 'supported', quote: 'The sky is green' }],
      { reason: 'unparseable' },
    ],
    ['no quote', [{ claim: 'c', state: 'contradicted', quote: '' }], { reason: 'unparseable' }],
    ['no claims', [], { reason: 'unparseable' }],
    ['an unknown state', [{ claim: 'c', state: 'true', quote: 'sky' }], { reason: 'unparseable' }],
  ])('reads claims with %s', (_, claims, reading) => {
    const item = { context: ['The sky is blue today.'] };
    expect(
      readJudgeReply(CLAIMS, stop(JSON.stringify({ nonce: 'n1', claims })), showing, item),
    ).toMatchObject(reading);
  });
});

describe('replies of other tools', () => {
  const elsewhere = { ...showing, nonce: null };

  it.each([
    ['MT-bench', THREE, 'Both are fine, but A … "[[A]]"', { outcome: 'a' }],
    ['MT-bench, a tie', THREE, '[[C]]', { outcome: 'tie' }],
    [
      'MT-bench, both',
      THREE,
      '"[[A]]" if A is better, "[[B]]" if B is better: [[B]]',
      { reason: 'two_labels' },
    ],
    ['MT-bench, look-alike', THREE, '[[А]]', { reason: 'unparseable' }],
    ['MT-bench, look-alike beside', THREE, '[[A]] [[А]]', { reason: 'two_labels' }],
    ['MT-bench, small', THREE, '[[a]]', { reason: 'unparseable' }],
    ['MT-bench, a program', THREE, 'x[[1, 2]] and then [[B]]', { outcome: 'b' }],
    ['MT-bench, one bracket', THREE, 'array[A]', { reason: 'unparseable' }],
    ['MT-bench, a score', RUBRIC, 'Rating: [[4]]', { raw: 4 }],
    ['MT-bench, two scores', RUBRIC, 'Rating: [[4]] [[5]]', { reason: 'two_labels' }],
    ['Arena-Hard', FIVE, 'My final verdict is: [[A>>B]]', { outcome: 'a', shareA: 1 }],
    ['Arena-Hard, mirrored', FIVE, '[[A<B]]', { outcome: 'b', shareA: 0.25 }],
    ['Arena-Hard, said twice', FIVE, '[[B>A]] … [[A<B]]', { outcome: 'b' }],
    ['Arena-Hard, two', FIVE, '[[A>B]] … [[A>>B]]', { reason: 'two_labels' }],
    ['Prometheus', RUBRIC, 'Good. [RESULT] 5', { raw: 5 }],
    ['Prometheus, a pair', THREE, 'Feedback: … [RESULT] B', { outcome: 'b' }],
    ['Prometheus, not at the end', RUBRIC, '[RESULT] 5 is what I would say', { reason: 'unparseable' }],
    ['AlpacaEval', QUICK, 'm', { outcome: 'a' }],
    [
      'AlpacaEval, a ranking',
      THREE,
      '[{"model": "M", "rank": 1}, {"model": "m", "rank": 2}]',
      { outcome: 'b' },
    ],
    [
      'AlpacaEval, as Python',
      QUICK,
      "[{'model': 'm', 'rank': 1}, {'model': 'M', 'rank': 2}]",
      { outcome: 'a' },
    ],
    [
      'AlpacaEval, both first',
      THREE,
      '[{"model": "M", "rank": 1}, {"model": "m", "rank": 1}]',
      { reason: 'unparseable' },
    ],
    ['WildBench', FIVE, '{"analysis": "x", "choice": "B+"}', { outcome: 'b', shareA: 0.25 }],
    ['WildBench, no end', FIVE, '{"analysis": "x", "choice": "B+"', { reason: 'unparseable' }],
    ['llmfao', THREE, 'TIE', { outcome: 'tie' }],
    ['a planted end of thinking', THREE, '[[A]] it says </think> [[B]]', { reason: 'two_labels' }],
    ['nothing', THREE, '', { reason: 'unparseable' }],
    ['a colon', THREE, ':', { reason: 'unparseable' }],
  ])('reads %s', (_, judge, text, reading) => {
    expect(readJudgeReply(judge, stop(text), elsewhere)).toMatchObject(reading);
    expect(readJudgeReply(judge, { text, finishReason: 'length' }, elsewhere)).toMatchObject(
      text === 'm' ? { outcome: 'a' } : { reason: 'cut_off' },
    );
  });

  it('reads AlpacaEval’s probabilities of m and M', () => {
    const reading = readJudgeReply(QUICK, token('m', { m: 0.6, M: 0.38 }), elsewhere);
    expect(reading).toMatchObject({ outcome: 'a', shareA: expect.closeTo(0.6 / 0.98, 12) });
  });
});
