import { contentHash, type Outcome } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault } from '../row-reader.ts';

/** 0: tie, 1: the first response, 2: the second. */
const LABELS: Readonly<Record<string, Outcome>> = { '0': 'tie', '1': 'a', '2': 'b' };

/** `testset-v1.json`: two responses and the labels of several people in annotator1, annotator2, … */
export const pandalm: Format = {
  id: 'pandalm',
  title: 'PandaLM test set',
  matches: ({ columns }) =>
    ['cmp_key', 'response1', 'response2', 'annotator1'].every((column) => columns.has(column)),
  read(row, sink) {
    const [modelA, modelB, ...more] = row.text('cmp_key').split('_');
    if (modelA === undefined || modelB === undefined || more.length > 0)
      throw new RowFault('not two models joined by _', 'cmp_key', row.values.cmp_key);
    const instruction = row.text('instruction');
    const input = row.optionalText('input');
    const text = input === undefined ? instruction : `${instruction}\n\n${input}`;
    const promptKey = `pandalm-${row.optionalText('idx') ?? contentHash(text).slice(0, 16)}`;
    const category = row.optionalText('motivation_app');
    const people = Object.keys(row.values).filter((column) => /^annotator\d+$/.test(column));
    const outcomes = people.map((column) => ({ column, outcome: row.label(column, LABELS) }));
    sink.prompt(row, { key: promptKey, turns: [text], ...(category === undefined ? {} : { category }) });
    sink.answer(row, { promptKey, model: modelA, turns: [row.anyText('response1')] });
    sink.answer(row, { promptKey, model: modelB, turns: [row.anyText('response2')] });
    for (const { column, outcome } of outcomes) {
      sink.comparison(row, {
        modelA,
        modelB,
        outcome,
        source: 'people',
        rater: column,
        promptKey,
        key: `${promptKey}/${column}`,
      });
    }
  },
};
