import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJudge, parseJudge } from './parse-judge.ts';
import { prefillOf } from './render-judge.ts';

const SOURCE = `---
id: mine
title: Mine
measures: Which answer is better
mode: pairwise
settings: { temperature: 0, max_tokens: 700 }
verdict: { parser: tag, map: { A: 1, tie: 0.5, B: 0 } }
---
{% system %}
Compare.
{% user %}
{{ conversation }}

{{ verdict_contract }}
`;

describe('parseJudge', () => {
  it('reads a judge, with what it leaves out', () => {
    expect(parseJudge(SOURCE)).toMatchObject({
      id: 'mine',
      mode: 'pairwise',
      labels: ['A', 'tie', 'B'],
      needs: [],
      order: { runs: 'both', combine: 'agree_else_tie' },
      settings: { temperature: 0, maxTokens: 700, topLogprobs: 0, seed: null },
      verdict: { parser: 'tag', map: { A: 1, tie: 0.5, B: 0 } },
      reask: 0,
      probes: ['identical', 'null_model', 'planted_verdict'],
      languages: { en: { system: 'Compare.' } },
    });
  });

  it('reads how a reply is asked for; a judge that does not say is the judge that it was', () => {
    const json = SOURCE.replace('parser: tag', 'parser: json');
    expect(parseJudge(json).settings).not.toHaveProperty('replyForm');
    const forced = json.replace('max_tokens: 700', 'max_tokens: 700, reply_form: tool');
    expect(parseJudge(forced).settings).toMatchObject({ replyForm: 'tool' });
    expect(parseJudge(forced).identity).not.toBe(parseJudge(json).identity);
    const begun = SOURCE.replace('max_tokens: 700', 'max_tokens: 700, prefill: "So <v-{{nonce}}>"');
    expect(parseJudge(begun).settings).toMatchObject({ prefill: 'So <v-{{nonce}}>' });
  });

  it('reads how the reply of a parser of labels begins, by language, and asks for it inside JSON', () => {
    const labels = (setting: string) =>
      SOURCE.replace(/verdict: .*/, 'verdict: { parser: label_token, map: { A: 1, B: 0 } }').replace(
        /max_tokens: 700/,
        setting,
      );
    const begun = parseJudge(labels('prefill: { en: It is, zh: 是 }'));
    expect([prefillOf(begun, 'n'), prefillOf(begun, 'n', 'zh')]).toEqual(['It is', '是']);
    expect(begun.settings.maxTokens).toBe(1);
    expect(parseJudge(labels('reply_form: json_schema')).settings.maxTokens).toBe(24);
    expect(checkJudge(labels('reply_form: tool')).faults).toMatchObject([
      { line: 6, message: 'a call of a tool has no probabilities' },
    ]);
  });

  it.each([
    ['a form for a parser of tags', 'reply_form: tool', /tag reads no JSON/],
    ['a begun reply by language for a parser of text', 'prefill: { en: So }', /needs probabilities/],
    ['an unknown form', 'reply_form: yaml', /one of text, json_schema, tool/],
    ['a begun reply with a variable', 'prefill: "{{ answer_a }}"', /no \{\{ answer_a \}\}/],
    ['a begun reply that is a template', 'prefill: "{% if nonce %}"', /no template/],
  ])('refuses %s', (_, setting, message) => {
    const { faults } = checkJudge(SOURCE.replace('max_tokens: 700', `max_tokens: 700, ${setting}`));
    expect(faults).toMatchObject([{ line: 6, message: expect.stringMatching(message) }]);
  });

  it('reads the short form of before, with its labels and its tag', () => {
    const before = SOURCE.replace(/verdict: .*/, 'labels: [A, B]').replace('verdict_contract', 'verdict_tag');
    expect(parseJudge(before)).toMatchObject({
      labels: ['A', 'B'],
      verdict: { parser: 'tag', map: { A: 1, B: 0 } },
    });
  });

  it.each([
    ['another word', SOURCE.replace('Compare.', 'Weigh.')],
    ['another temperature', SOURCE.replace('temperature: 0', 'temperature: 1')],
    ['another map', SOURCE.replace('tie: 0.5, ', '')],
    [
      'another rule for both orders',
      SOURCE.replace('settings:', 'order: { runs: both, combine: prob_mean }\nsettings:'),
    ],
  ])('has another identity with %s', (_, text) => {
    expect(parseJudge(text).identity).not.toBe(parseJudge(SOURCE).identity);
  });

  it.each([
    ['another title', SOURCE.replace('title: Mine', 'title: Yours')],
    ['notes', SOURCE.replace('title: Mine', 'title: Mine\nnotes: written on a train')],
    ['a comment in its front matter', SOURCE.replace('title: Mine', 'title: Mine # yes')],
    ['lines ended as Windows does', SOURCE.replaceAll('\n', '\r\n')],
    ['letters composed otherwise', SOURCE.replace('Compare.', 'Compare\u0301.').normalize('NFD')],
  ])('keeps its identity with %s', (name, text) => {
    const same = name.startsWith('letters') ? SOURCE.replace('Compare.', 'Compar\u00e9.') : SOURCE;
    expect(parseJudge(text).identity).toBe(parseJudge(same).identity);
    expect(parseJudge(text).identity).toMatch(/^mine@[0-9a-f]{12}$/);
  });

  it('hashes the parser apart: other words leave it, another map changes it', () => {
    const { parserHash } = parseJudge(SOURCE);
    expect(parseJudge(SOURCE.replace('Compare.', 'Weigh.')).parserHash).toBe(parserHash);
    expect(parseJudge(SOURCE.replace('tie: 0.5, ', '')).parserHash).not.toBe(parserHash);
  });

  // line and column where an editor would point
  it.each([
    ['no front matter', 'hello', 1, undefined],
    ['an unknown field', SOURCE.replace('title:', 'tittle: x\ntitle:'), 3, 1],
    ['an unknown field of settings', SOURCE.replace('max_tokens', 'max_token'), 6, 29],
    ['a field that is there twice', SOURCE.replace('title:', 'title: x\ntitle:'), 4, 1],
    ['YAML that cannot be read', SOURCE.replace('title: Mine', 'title: [Mine'), 4, undefined],
    ['an unknown mode', SOURCE.replace('mode: pairwise', 'mode: sideways'), 5, 1],
    ['a hot temperature', SOURCE.replace('temperature: 0', 'temperature: 9'), 6, 13],
    ['a value above 1', SOURCE.replace('A: 1,', 'A: 2,'), 7, 32],
    ['a map with one side', SOURCE.replace(', B: 0', ''), 7, 25],
    [
      'a parser of another mode',
      SOURCE.replace('parser: tag, map: { A: 1, tie: 0.5, B: 0 }', 'parser: ranking'),
      7,
      12,
    ],
    ['labels of more than one token', SOURCE.replace('parser: tag', 'parser: label_token'), 7, 33],
    ['an unknown variable', SOURCE.replace('{{ conversation }}', '{{ conversation }}\n{{ model_a }}'), 13, 1],
    ['no place for the verdict', SOURCE.replace('{{ verdict_contract }}', 'Answer.'), 12, undefined],
    ['no answers', SOURCE.replace('{{ conversation }}', '{{ question }}'), 12, undefined],
    ['an unknown section', SOURCE.replace('{% user %}', '{% assistant %}'), 11, undefined],
    ['an unknown language', SOURCE.replace('{% user %}', '{% user xx %}'), 11, undefined],
    [
      'a statement that a judge has not',
      SOURCE.replace('{{ conversation }}', '{% set x = 1 %}{{ conversation }}'),
      12,
      1,
    ],
    [
      'a block that is open',
      SOURCE.replace('{{ conversation }}', '{% if reference %}\n{{ conversation }}'),
      12,
      1,
    ],
    ['a function', SOURCE.replace('{{ conversation }}', '{{ conversation }} {{ range(9) }}'), 12, 20],
    [
      'a field of a text',
      SOURCE.replace('{{ conversation }}', '{{ conversation.model }}{{ conversation }}'),
      12,
      1,
    ],
  ])('says where %s is', (_, text, line, column) => {
    expect(() => parseJudge(text, 'my.md')).toThrowError(
      expect.objectContaining({
        code: 'judge_invalid',
        at: expect.objectContaining({ file: 'my.md', line, ...(column === undefined ? {} : { column }) }),
      }),
    );
  });

  it('wants what a mode needs to be shown', () => {
    const needs = SOURCE.replace('settings:', 'needs: [reference]\nsettings:');
    expect(checkJudge(needs).faults).toMatchObject([
      { line: 13, message: 'the template does not use {{ reference }}' },
    ]);
    expect(checkJudge(needs.replace('{{ conv', '{{ reference }}{{ conv')).faults).toEqual([]);
  });

  it('lists every fault at once, in the order of lines', () => {
    const text = SOURCE.replace('mode: pairwise', 'mode: pairwise\nfoo: 1').replace(
      'Compare.',
      '{{ bar }} {{ baz }}',
    );
    expect(checkJudge(text).faults.map(({ line }) => line)).toEqual([6, 11, 11]);
  });

  it('says which variables there are, which are used and which must be', () => {
    const { variables, templateTokens } = checkJudge(SOURCE);
    expect(variables.filter(({ used }) => used).map(({ name }) => name)).toEqual([
      'conversation',
      'verdict_contract',
    ]);
    expect(variables.filter(({ required }) => required).map(({ name }) => name)).toEqual([
      'conversation',
      'verdict_contract',
    ]);
    expect(templateTokens).toBeGreaterThan(5);
  });

  it('finds faults or a judge in any text, and throws nothing', () => {
    const pieces = fc.constantFrom(
      '---\n',
      '{% user %}\n',
      '{{ ',
      ' }}',
      '{% for x in ',
      ' %}',
      'labels',
      "'",
      '|',
      '.',
      'candidates',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        const { judge, faults } = checkJudge(SOURCE.replace('Compare.', () => parts.join('')));
        expect(judge === null).toBe(faults.length > 0);
      }),
    );
  });
});
