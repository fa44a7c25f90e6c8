import { contentHash } from '@agon/domain';
import type { Format } from '../format.ts';
import type { LabelMeaning } from '../labels/label-meaning.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import { SKIPPED } from '../row-sink.ts';
import { EXTRA_COLUMNS } from './column-names.ts';
import { commonFields } from './common-fields.ts';
import { textStyle } from './read-style.ts';
import { answerIn, wantsPromptKey } from './shown-texts.ts';

/** 0: tie, 1: the first response, 2: the second. */
const LABELS: Readonly<Record<string, LabelMeaning>> = {
  '0': { outcome: 'tie', strength: 1 },
  '1': { outcome: 'a', strength: 1 },
  '2': { outcome: 'b', strength: 1 },
};
const ANNOTATOR = /^annotator\d+$/;

/** `testset-v1.json`: two responses and the labels of several people in annotator1, annotator2, … */
export const pandalm: Format = {
  id: 'pandalm',
  title: 'PandaLM test set',
  requires: [['cmp_key', 'response1', 'response2', 'annotator1']],
  columns: new Set([
    'idx',
    'cmp_key',
    'instruction',
    'input',
    'response1',
    'response2',
    'motivation_app',
    ...EXTRA_COLUMNS,
  ]),
  numbered: ANNOTATOR,
  read(row, sink) {
    const [modelA, modelB, ...more] = row.text('cmp_key').split('_');
    if (modelA === undefined || modelB === undefined || more.length > 0)
      throw new RowFault('not two models joined by _', 'cmp_key', row.values.cmp_key);
    const text = wantsPromptKey(sink) ? askedIn(row) : null;
    // idx numbers the rows, and each instruction stands in several
    const promptKey = text === null ? undefined : `pandalm-${contentHash(text).slice(0, 16)}`;
    const category = row.optionalText('category') ?? row.optionalText('motivation_app');
    const people = Object.keys(row.values).filter((column) => ANNOTATOR.test(column));
    const labels = people.map((column) => [column, row.outcome(column, null, LABELS)] as const);
    if (sink.wantsTexts && text !== null && promptKey !== undefined)
      sink.prompt(row, { key: promptKey, turns: [text], ...(category === undefined ? {} : { category }) });
    const [answer1, answer2] = [answerIn(row, sink, 'response1'), answerIn(row, sink, 'response2')];
    if (sink.wantsTexts && (answer1 === null || answer2 === null))
      throw new RowFault('missing', answer1 === null ? 'response1' : 'response2');
    const id = row.optionalText('idx') ?? promptKey;
    const { weight = 1, ...fields } = commonFields(row, 'given');
    for (const [rater, label] of labels) {
      if (label === 'skip') {
        sink.passOver(row, SKIPPED);
        continue;
      }
      sink.comparison(row, {
        modelA,
        modelB,
        outcome: label.outcome,
        ...fields,
        ...(weight * label.strength === 1 ? {} : { weight: weight * label.strength }),
        rater,
        ...(promptKey === undefined ? {} : { promptKey }),
        ...(id === undefined ? {} : { key: `${id}/${rater}` }),
        ...(category === undefined ? {} : { category }),
        ...(sink.wantsStyle === true && answer1 !== null && answer2 !== null
          ? { style: textStyle(answer1, answer2) }
          : {}),
        ...(sink.wantsTexts && promptKey !== undefined ? { shown: { a: answer1, b: answer2 } } : {}),
      });
    }
  },
};

/** Instruction and input, of which either may be blank; null where both are. */
function askedIn(row: RowReader): string | null {
  const { instruction, input } = row.values;
  const parts = [instruction, input].filter((part) => typeof part === 'string' && part.trim() !== '');
  return parts.length === 0 ? null : parts.join('\n\n');
}
