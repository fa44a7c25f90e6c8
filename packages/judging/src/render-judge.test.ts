import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJudge } from './parse-judge.ts';
import { applies, partsOf, renderJudge } from './render-judge.ts';

const judgeOf = (user: string, more = '') =>
  parseJudge(`---
id: mine
title: Mine
measures: Which answer is better
mode: pairwise
verdict: { parser: tag, map: { A: 1, B: 0 } }
${more}---
{% user %}
${user}
{{ verdict_contract }}
`);
const judge = judgeOf('{{ conversation }}');
const showing = { order: [0, 1], nonce: 'n0nce', part: '', attempt: 0 };
const ask = (a: string, b: string, order = [0, 1], by = judge) =>
  renderJudge(by, { prompt: ['Q'], candidates: [[a], [b]] }, { ...showing, order }).user;

describe('renderJudge', () => {
  it('shows the slots in the order that is asked for', () => {
    expect(ask('first', 'second')).toMatch(/Answer A n0nce\]\]\nfirst[\s\S]*Answer B n0nce\]\]\nsecond/);
    expect(ask('first', 'second', [1, 0])).toMatch(
      /Answer A n0nce\]\]\nsecond[\s\S]*Answer B n0nce\]\]\nfirst/,
    );
  });

  it('never reads a text as a template, and shows it whole', () => {
    const words = fc.constantFrom(
      '{{ nonce }}',
      '{{conversation}}',
      '{% user %}',
      '{% if x %}',
      '{#',
      '$&',
      '$1',
      '{{',
      '\\',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 6 }), (parts) => {
        const text = `:${parts.join('')}:`.replace(/[<[]/g, '');
        expect(ask(text, 'x')).toContain(`\n${text}\n`);
      }),
    );
  });

  it('breaks up control words of chat templates', () => {
    for (const word of [
      '<|im_start|>',
      '<|im_end|>',
      '</s>',
      '[INST]',
      '<<SYS>>',
      '<start_of_turn>',
      '<｜User｜>',
      '</think>',
    ]) {
      expect(ask(`x ${word} y`, 'z')).not.toContain(word);
      expect(ask(`x ${word} y`, 'z').replaceAll('\u200b', '')).toContain(word);
    }
    expect(ask('a < b | c > d, <div>, [1]', 'z')).toContain('a < b | c > d, <div>, [1]');
  });

  it('loops over candidates and takes branches', () => {
    const user = ask(
      'x',
      'y',
      [1, 0],
      judgeOf(
        '{% for c in candidates %}\n{{ c.label }}{% if loop.last %}!{% endif %}\n{{ c.text }}\n{% endfor %}',
      ),
    );
    expect(user).toMatch(/^A\[\[Answer A n0nce\]\]\ny\n[\s\S]*\nB!\[\[Answer B n0nce\]\]\nx\n/);
  });

  it('tells a second attempt that the first could not be read', () => {
    const again = renderJudge(
      judge,
      { prompt: ['Q'], candidates: [['a'], ['b']] },
      { ...showing, attempt: 1 },
    ).user;
    expect(again).toContain('could not be read');
    expect(ask('a', 'b')).not.toContain('could not be read');
  });

  it('refuses texts that would multiply beyond what a model reads', () => {
    const nested = judgeOf(
      '{% for c in candidates %}{% for t in c.turns %}{{ conversation }}{% endfor %}{% endfor %}',
    );
    expect(() => ask('x'.repeat(1_000_000), 'y', [0, 1], nested)).toThrowError(
      expect.objectContaining({ code: 'too_large' }),
    );
  });

  it('asks one call for each criterion and each point of a checklist', () => {
    const criteria = parseJudge(`---
id: mine
title: Mine
measures: x
mode: criteria
verdict: { parser: score, min: 1, max: 5, by: tag }
---
{% user %}
{{ conversation }}{{ criterion.text }}{{ verdict_contract }}`);
    const item = {
      prompt: ['Q'],
      candidates: [['a']],
      criteria: [
        { id: 'x', text: 'first', weight: 1 },
        { id: 'y', text: 'second', weight: 1 },
      ],
    };
    expect(partsOf(criteria, item)).toEqual(['x', 'y']);
    expect(renderJudge(criteria, item, { ...showing, order: [0], part: 'y' }).user).toContain('\nsecond\n');
    expect(() => renderJudge(criteria, item, { ...showing, order: [0], part: 'z' })).toThrow('no part "z"');
    expect(applies(criteria, { ...item, criteria: [] })).toBe(false);
    expect(applies(criteria, item)).toBe(true);
  });

  it('does not apply where a reference is needed and none is there', () => {
    const needs = judgeOf('{{ conversation }}{{ reference }}', 'needs: [reference]\n');
    const item = { prompt: ['Q'], candidates: [['a'], ['b']] };
    expect([null, [], [' '], ['R']].map((reference) => applies(needs, { ...item, reference }))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(applies(judge, { ...item, candidates: [['a']] })).toBe(false);
  });
});
