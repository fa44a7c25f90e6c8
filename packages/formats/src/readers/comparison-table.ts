import type { BySlot, Comparison } from '@agon/domain';
import type { ComparisonPlan } from '../columns/comparison-plan.ts';
import type { Format } from '../format.ts';
import type { LabelMeaning } from '../labels/label-meaning.ts';
import { RowFault, type RowReader, SkippedRow } from '../row-reader.ts';
import type { NewComparison, RowSink } from '../row-sink.ts';
import { CONVERSATION_COLUMNS, ONE_HOT, PROMPT_TEXT_COLUMNS, TABLE_COLUMNS } from './column-names.ts';
import { commonFields } from './common-fields.ts';
import { aboutPrompt, addMaterial } from './prompt-material.ts';
import { metadataStyle, textStyle } from './read-style.ts';
import {
  keyOfTurns,
  looseTextKey,
  readShown,
  readShownLoosely,
  type ShownTexts,
  wantsPromptKey,
} from './shown-texts.ts';

const ONE_HOT_COLUMNS: readonly string[] = ONE_HOT.map(([column]) => column);

/** In what the field's tables of comparisons differ, beyond how they are recognised. */
export type TableRules = Pick<ComparisonPlan, 'judge' | 'prompts' | 'promptPrefix'> & {
  readonly id: string;
  readonly title: string;
  readonly requires: Format['requires'];
  readonly unless?: RegExp;
  readonly fits?: Format['fits'];
  /** Columns that name the comparison; the first that is filled does. */
  readonly ids: readonly string[];
  /** The id is that of the battle, which several people may vote on. */
  readonly sharedIds?: true;
  /** What stands before the hash of a text in the key of a prompt that has no id. */
  readonly textPrefix: string;
};

/**
 * A format with model_a, model_b and an outcome in each row. All of them read the same columns, so that none is lost
 * because a table looks like one set or another.
 */
export function comparisonTable(rules: TableRules): Format {
  const { id, title, requires, unless, fits, judge, prompts, promptPrefix, ids } = rules;
  return {
    id,
    title,
    requires,
    ...(unless === undefined ? {} : { unless }),
    ...(fits === undefined ? {} : { fits }),
    columns: new Set([...TABLE_COLUMNS, ...prompts, ...ids]),
    plan: {
      judge,
      prompts,
      promptPrefix,
      ids,
      promptTexts: [...CONVERSATION_COLUMNS, ...PROMPT_TEXT_COLUMNS],
    },
    read: (row, sink) => readTableRow(row, sink, rules),
  };
}

function readTableRow(row: RowReader, sink: RowSink, rules: TableRules): void {
  const models = { a: row.text('model_a'), b: row.text('model_b') };
  const outcome = readOutcome(row, models);
  const texts = textsOf(row, sink);
  const promptKey = promptKeyOf(row, sink, rules, texts);
  const asked = texts?.asked ?? null;
  const fields = commonFields(row, rules.judge);
  if (sink.wantsTexts && promptKey !== undefined) {
    if (asked !== null) sink.prompt(row, { key: promptKey, turns: asked, ...aboutPrompt(row) });
    else addMaterial(row, sink, promptKey);
  }
  const { shareA = fields.shareA, strength } = outcome;
  const weight = strength === 1 ? fields.weight : (fields.weight ?? 1) * strength;
  const key = keyOf(row, rules, fields.rater);
  sink.comparison(row, {
    modelA: models.a,
    modelB: models.b,
    outcome: outcome.outcome,
    ...fields,
    ...(shareA === undefined ? {} : { shareA }),
    ...(weight === undefined ? {} : { weight }),
    ...(key === undefined ? {} : { key }),
    ...(promptKey === undefined ? {} : { promptKey }),
    ...(sink.wantsStyle === true ? styleOf(row, texts) : {}),
    ...shownOf(sink, texts),
  });
}

/** Null: nothing of the texts is wanted, so that a row is never refused for them. */
function textsOf(row: RowReader, sink: RowSink): ShownTexts | null {
  if (sink.wantsTexts) return readShown(row);
  const wanted = wantsPromptKey(sink) || (sink.wantsStyle === true && !row.has('conv_metadata'));
  return wanted ? readShownLoosely(row) : null;
}

function promptKeyOf(
  row: RowReader,
  sink: RowSink,
  { prompts, promptPrefix, textPrefix }: TableRules,
  texts: ShownTexts | null,
): string | undefined {
  const column = prompts.find((each) => row.has(each));
  if (column !== undefined)
    return column === 'prompt_id' ? row.text(column) : `${promptPrefix}${row.text(column)}`;
  if (texts === null || !wantsPromptKey(sink)) return undefined;
  if (!sink.wantsTexts) return looseTextKey(row, textPrefix, texts);
  return texts.asked === null ? undefined : keyOfTurns(textPrefix, texts.asked);
}

function keyOf(row: RowReader, { ids, sharedIds }: TableRules, rater = ''): string | undefined {
  const column = ids.find((each) => row.has(each));
  if (column === undefined) return undefined;
  return sharedIds ? `${row.text(column)}/${rater}` : row.text(column);
}

/** From `conv_metadata`, which counts tokens, or from the answers themselves. */
function styleOf(row: RowReader, texts: ShownTexts | null): Pick<Comparison, 'style'> {
  const counted = metadataStyle(row);
  if (counted !== null) return { style: counted };
  const { a = null, b = null } = (texts ?? readShownLoosely(row)).answers;
  return a === null || b === null ? {} : { style: textStyle(a, b) };
}

function shownOf(sink: RowSink, texts: ShownTexts | null): Pick<NewComparison, 'shown'> {
  if (!sink.wantsTexts || texts === null || texts.asked === null) return {};
  const { answers } = texts;
  return answers.a === null && answers.b === null ? {} : { shown: answers };
}

type ReadOutcome = Exclude<LabelMeaning, 'skip'> & { readonly shareA?: number };

/** From `winner`, from one column an outcome, from a share of the point, or from a preference on a scale. */
function readOutcome(row: RowReader, models: BySlot<string>): ReadOutcome {
  const { values } = row;
  if (values.winner !== undefined) return decided(row.outcome('winner', models));
  if (values.winner_model_a !== undefined) return oneHot(row);
  if (values.preference !== undefined) {
    const own = row.ownLabel('preference');
    return own === undefined ? readPreference(row) : decided(own);
  }
  if (values.share_a !== undefined) return byShare(row.number('share_a'));
  return decided(row.outcome('winner', models));
}

/** @throws SkippedRow for a label that leaves the row out */
export function decided(meaning: LabelMeaning): Exclude<LabelMeaning, 'skip'> {
  if (meaning === 'skip') throw SkippedRow.ONE;
  return meaning;
}

function oneHot(row: RowReader): ReadOutcome {
  const set = ONE_HOT.filter(([column]) => row.flag(column) === true);
  const [only] = set;
  if (only === undefined || set.length > 1) {
    const columns = ONE_HOT_COLUMNS.filter((column) => row.values[column] !== undefined);
    throw new RowFault(
      `exactly one of ${columns.join(', ')} must be 1`,
      'winner_model_a',
      columns.map((column) => row.values[column]).join(','),
    );
  }
  return { outcome: only[1], strength: 1 };
}

/** A preference on the scale that the caller gives. */
function readPreference(row: RowReader): ReadOutcome {
  const range = row.terms.preference;
  if (range === null)
    throw new RowFault('say what it runs from and to with --preference LOW..HIGH', 'preference');
  const { low, high } = range;
  const value = row.number('preference');
  if (value < Math.min(low, high) || value > Math.max(low, high))
    throw new RowFault(`a preference is from ${low} to ${high}`, 'preference', value);
  return { ...byShare((high - value) / (high - low)), shareA: (high - value) / (high - low) };
}

export function byShare(shareA: number): ReadOutcome {
  return { outcome: shareA > 0.5 ? 'a' : shareA < 0.5 ? 'b' : 'tie', strength: 1 };
}
