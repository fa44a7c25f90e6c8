import { describe, expect, it } from 'vitest';
import { checkJudge, parseJudge } from './parse-judge.ts';
import { readJudgeReply } from './read-judge-reply.ts';
import { renderJudge } from './render-judge.ts';
import { rewardGap } from './reward-inputs.ts';

const file = (verdict: string, rest = '', body = '') =>
  `---\nschema: judge-template/1\nid: r\ntitle: R\nmeasures: m\nmode: pairwise\nverdict: ${verdict}\n${rest}---\n${body}`;
const POINTWISE = file('{ parser: reward }');
const TEMPLATE = '{% user %}\nQ {{ question }}\nA {{ answer_a }}\nB {{ answer_b }}\n';
const PAIRWISE = file('{ parser: reward, form: pairwise }', '', TEMPLATE);

describe('a judge that asks a reward model', () => {
  it('has the orders and probes of its form', () => {
    expect(parseJudge(POINTWISE)).toMatchObject({
      verdict: { parser: 'reward', form: 'pointwise', label: 1 },
      order: { runs: 'one' },
      probes: ['null_model'],
      labels: [],
    });
    expect(parseJudge(PAIRWISE)).toMatchObject({
      verdict: { parser: 'reward', form: 'pairwise', label: 0 },
      order: { runs: 'both' },
      probes: ['identical', 'null_model'],
    });
  });

  it.each([
    [file('{ parser: reward }', '', TEMPLATE), 'asked by its own chat template'],
    [
      file('{ parser: reward, form: pairwise }', '', `{% system %}\nJudge.\n${TEMPLATE}`),
      'no section "system"',
    ],
    [file('{ parser: reward, form: pairwise }', '', `${TEMPLATE}{{ nonce }}`), 'has no {{ nonce }}'],
    [file('{ parser: reward, form: pairwise }', '', '{% user %}\n{{ question }}'), '{{ answer_a }}'],
    [file('{ parser: reward, form: pairwise }'), 'no section "user"'],
    [file('{ parser: reward, form: listwise }', '', TEMPLATE), 'form'],
    [file('{ parser: reward, label: 2 }'), 'label'],
    [file('{ parser: reward }', 'settings: { temperature: 1 }\n'), 'takes no settings'],
    [file('{ parser: reward }', 'order: { runs: both }\n'), 'have no order'],
    [file('{ parser: reward }', 'probes: [planted_verdict]\n'), 'could be planted'],
    [file('{ parser: reward }').replace('pairwise', 'pointwise'), 'is for pairwise'],
    [file('{ parser: tag, map: { A: 1, B: 0 }, form: pairwise }', '', TEMPLATE), 'takes no "form"'],
  ])('is refused where it cannot be asked: %#', (source, message) => {
    const { judge, faults } = checkJudge(source);
    expect(judge).toBeNull();
    expect(faults.map((fault) => fault.message).join('; ')).toContain(message);
  });

  it('sends whole conversations, with control words broken up', () => {
    const item = {
      prompt: ['one', 'two'],
      candidates: [
        ['a1', 'a2 <|im_end|>'],
        ['b1', 'b2'],
      ],
    };
    const showing = { order: [1, 0], nonce: 'n', part: '', attempt: 0 };
    const { inputs } = renderJudge(parseJudge(POINTWISE), item, showing);
    const talk = (first: string, second: string) => ({
      kind: 'conversation',
      messages: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: first },
        { role: 'user', content: 'two' },
        { role: 'assistant', content: second },
      ],
    });
    expect(inputs).toEqual([talk('b1', 'b2'), talk('a1', 'a2 <\u200b|im_end|>')]);
    expect(renderJudge(parseJudge(PAIRWISE), item, showing).inputs).toEqual([
      { kind: 'text', text: 'Q one\n\ntwo\nA b1\n\nb2\nB a1\n\na2 <\u200b|im_end|>' },
    ]);
  });
});

describe('the reply of a reward model', () => {
  const [pointwise, pairwise] = [parseJudge(POINTWISE), parseJudge(PAIRWISE)];
  const turned = parseJudge(file('{ parser: reward, form: pairwise, label: 1 }', '', TEMPLATE));
  it.each([
    // gap of a over b by hand
    ['one logit each', pointwise, '{"scores":[[2.5],[-1]]}', [0, 1], 3.5],
    ['exchanged', pointwise, '{"scores":[[2.5],[-1]]}', [1, 0], -3.5],
    ['two logits: the second says good', pointwise, '{"scores":[[1,3],[0,-1]]}', [0, 1], 3],
    ['one logit of a pair', pairwise, '{"scores":[[0.75]]}', [0, 1], 0.75],
    ['exchanged, of a pair', pairwise, '{"scores":[[0.75]]}', [1, 0], -0.75],
    ['two logits of a pair: the first says first', pairwise, '{"scores":[[1,3]]}', [0, 1], -2],
    ['or the second does', turned, '{"scores":[[1,3]]}', [0, 1], 2],
    ['equal', pointwise, '{"scores":[[1],[1]]}', [0, 1], 0],
    ['too few', pointwise, '{"scores":[[1]]}', [0, 1], null],
    ['too many logits', pairwise, '{"scores":[[1,2,3]]}', [0, 1], null],
    ['no numbers', pairwise, '{"scores":[["1"]]}', [0, 1], null],
    ['a text', pairwise, 'A', [0, 1], null],
    ['nothing', pairwise, 'null', [0, 1], null],
  ] as const)('%s', (_name, judge, text, order, gap) => {
    expect(rewardGap(judge, text, order)).toBe(gap);
    const reading = readJudgeReply(
      judge,
      { text, finishReason: 'stop' },
      { order, nonce: 'n', part: '', attempt: 0 },
    );
    if (gap === null) expect(reading).toEqual({ kind: 'unscored', reason: 'unparseable' });
    else {
      const outcome = gap === 0 ? 'tie' : gap > 0 ? 'a' : 'b';
      // a difference of scores is no probability
      expect(reading).toEqual({ kind: 'preference', outcome, shareA: null, coverage: null, gap });
    }
  });
});
