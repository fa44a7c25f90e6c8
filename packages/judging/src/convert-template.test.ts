import { describe, expect, it } from 'vitest';
import { convertTemplate } from './convert-template.ts';
import { parseJudge } from './parse-judge.ts';
import { renderJudge } from './render-judge.ts';

// words of our own in the other tools' forms
const SAMPLES = {
  'alpaca-eval':
    '<|im_start|>system\nYou rank.\n<|im_end|>\n<|im_start|>user\n{instruction}\n"m": {output_1}\n"M": {output_2}\nSay m or M.\n<|im_end|>',
  'mt-bench': JSON.stringify({
    name: 'pair-v9',
    type: 'pairwise',
    system_prompt: 'Say [[A]], [[B]] or [[C]].',
    prompt_template: '[Q]\n{question}\n[A]\n{answer_a}\n[B]\n{answer_b}',
    output_format: '[[A]]',
  }),
  'arena-hard':
    'name: hard\nsystem_prompt: "Say [[A>>B]] and so on."\nprompt_template: ["<|User Prompt|>\\n{question_1}\\n{answer_1}\\n{answer_2}"]\n',
  wildbench:
    '# Task\n{$history}\n{$user_query}\n{$candidate_A}\n{$candidate_B}\n{$checklist}\nReply {"choice": "A++"} in JSON.',
  prometheus: 'Grade.\n{instruction}\n{response}\n{reference_answer}\n{rubric}\nAs {{"x": 1}} or [RESULT] n.',
  autoevals:
    'prompt: |\n  [Q] {{input}}\n  [E] {{expected}}\n  [S] {{output}}\nchoice_scores:\n  "Yes": 1\n  "Half": 0.5\n  "No": 0\nuse_cot: true\n',
} as const;

describe('convertTemplate', () => {
  it.each(Object.entries(SAMPLES))('takes over a template of %s', (format, text) => {
    const converted = convertTemplate(text, { name: 'Some template' });
    expect(converted.format).toBe(format);
    const judge = parseJudge(converted.source);
    const pair = judge.mode === 'pairwise';
    const { system, user } = renderJudge(
      judge,
      {
        prompt: ['the question'],
        candidates: pair ? [['first'], ['second']] : [['first']],
        reference: ['the reference'],
        rubric: { name: 'the rubric', levels: [] },
        checklist: ['a point'],
      },
      { order: pair ? [0, 1] : [0], nonce: 'n1', part: '', attempt: 0 },
    );
    for (const part of ['the question', 'first', ...(pair ? ['second'] : []), '<v-n1>…</v-n1>'])
      expect(user).toContain(part);
    expect(`${system}${user}`).not.toMatch(/\{\w+\}|\{\{|\{\$/);
  });

  it('keeps what the other tool can say', () => {
    const labels = (name: keyof typeof SAMPLES) => parseJudge(convertTemplate(SAMPLES[name]).source).labels;
    expect(labels('alpaca-eval')).toEqual(['A', 'B']);
    expect(labels('mt-bench')).toEqual(['A', 'tie', 'B']);
    expect(labels('arena-hard')).toEqual(['A>>B', 'A>B', 'A=B', 'B>A', 'B>>A']);
    expect(labels('prometheus')).toEqual(['1', '2', '3', '4', '5']);
    expect(labels('autoevals')).toEqual(['Yes', 'Half', 'No']);
  });

  it('reads two turns of one answer as one answer', () => {
    const row = {
      name: 's',
      type: 'single',
      prompt_template: '{question_1}{answer_1}{question_2}{answer_2}',
    };
    const judge = parseJudge(convertTemplate(JSON.stringify(row)).source);
    expect(judge).toMatchObject({ mode: 'pointwise', needs: ['dialogue'] });
    expect(judge.languages.en.user).toMatch(/^\{\{ question \}\}\{\{ answer \}\}\n/);
  });

  it('shows braces of the template’s own as they are', () => {
    const judge = parseJudge(convertTemplate(SAMPLES.prometheus).source);
    expect(judge.languages.en.user).toContain('{"x": 1}');
    const odd = convertTemplate('{response} {% set x %} {# y #}', { format: 'prometheus' });
    expect(odd.source).toContain("{{ '{%' }} set x %}");
  });

  it.each([
    ['an unknown variable', '{response} {secret}', 'secret'],
    ['no answer', '{instruction} only', 'no answer'],
  ])('refuses %s', (_, text, message) => {
    expect(() => convertTemplate(text, { format: 'prometheus' })).toThrow(message);
  });

  it('asks what it is where it cannot see it', () => {
    expect(() => convertTemplate('Hello')).toThrowError(expect.objectContaining({ code: 'judge_invalid' }));
  });
});
