import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVerb } from './run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-judge-files-'));
const fileOf = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const rows = (...each: readonly unknown[]) => each.map((row) => JSON.stringify(row)).join('\n');
const REPLIES = rows(
  { raw: 'So. <v-n1>A</v-n1>', nonce: 'n1', finish_reason: 'stop' },
  { raw: '<v-n1>A</v-n1><v-n1>B</v-n1>', nonce: 'n1' },
  { raw: '<v-n1>tie</v-n1>', nonce: 'n1', finish_reason: 'length' },
  { raw: '[[B]]' },
  { raw: '' },
);

describe('agon judge parse', () => {
  it('counts verdicts and what is unscored', async () => {
    const file = fileOf('replies.jsonl', REPLIES);
    const own = await runVerb('judge', ['parse', file, '--judge', 'pair-explain', '--json']);
    expect(own).toMatchObject({ code: 0, err: expect.stringContaining('2 of 5 replies have no nonce') });
    expect(JSON.parse(own.out)).toEqual({
      read: 5,
      ok: 1,
      unscored: { two_labels: 1, cut_off: 1, unparseable: 2 },
      labels: { A: 1 },
    });
    const elsewhere = await runVerb('judge', [
      'parse',
      file,
      '--judge',
      'pair-explain',
      '--no-nonce',
      '--json',
    ]);
    expect(JSON.parse(elsewhere.out)).toMatchObject({ ok: 1, labels: { B: 1 } });
  });

  it('prints a line a reply', async () => {
    const file = fileOf('ba.jsonl', rows({ raw: '[[A]]', order: 'ba' }, { raw: ':' }));
    const { out } = await runVerb('judge', [
      'parse',
      file,
      '--judge',
      'pair-explain',
      '--no-nonce',
      '--jsonl',
    ]);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { line: 1, state: 'ok', label: 'A', outcome: 'b' },
      { line: 2, state: 'unparseable', label: null, outcome: null },
    ]);
  });

  it.each([
    ['a line that is no JSON', `${REPLIES}\n{"raw": `, 6, undefined],
    ['a row without a reply', rows({ text: 'A' }), 1, 'raw'],
    ['probabilities of another form', rows({ raw: 'A', logprobs: [1] }), 1, 'logprobs'],
  ])('refuses %s', async (_, text, line, column) => {
    const file = fileOf('odd.jsonl', text);
    const ran = await runVerb('judge', ['parse', file, '--judge', 'pair-quick', '--json']);
    expect(ran.code).toBe(2);
    const { error } = JSON.parse(ran.out);
    expect(error).toMatchObject({
      code: 'invalid_file',
      at: { file, line, ...(column === undefined ? {} : { column }) },
    });
  });
});

describe('agon judge check', () => {
  it('says nothing against a built-in judge', async () => {
    const { code, out } = await runVerb('judge', ['check', 'pair-five', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ judge: { id: 'pair-five', mode: 'pairwise' }, faults: [] });
  });

  it('lists the faults of a file with their places', async () => {
    const file = fileOf('bad.md', '---\nid: bad\ntitel: Bad\n---\n{% user %}\n{{ model_a }}\n');
    const { code, out } = await runVerb('judge', ['check', file, '--json']);
    expect(code).toBe(1);
    const { judge, faults } = JSON.parse(out);
    expect(judge).toBeNull();
    expect(faults).toContainEqual(
      expect.objectContaining({ line: 3, column: 1, message: 'there is no field "titel"' }),
    );
    expect(faults).toContainEqual(expect.objectContaining({ line: 6, column: 1 }));
    expect((await runVerb('judge', ['check', file])).out).toContain(`${file}:3:1  there is no field`);
  });
});

describe('agon judge import', () => {
  it('prints a judge that has no fault', async () => {
    const file = fileOf('mine.txt', 'Grade {response} for {instruction} by {rubric}.');
    const { out } = await runVerb('judge', ['import', file]);
    const judge = fileOf('mine.md', out);
    expect(JSON.parse((await runVerb('judge', ['check', judge, '--json'])).out)).toMatchObject({
      judge: { id: 'mine', mode: 'pointwise' },
    });
  });
});
