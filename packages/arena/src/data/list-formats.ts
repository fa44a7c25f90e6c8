import { type FormatJson, MATERIAL_KINDS, type ReplyOf } from '@agon/contract';
import { FORMATS } from '@agon/formats';

const field = (name: string) => ({ name, required: false });
const needed = (name: string) => ({ name, required: true });

/**
 * What columns can be mapped to, by format. A needed outcome may also be one column an outcome, a preference, or a share;
 * a sheet's other columns are named as its models. The special formats are recognised by their own columns and need no map.
 */
export const MAPPABLE_FIELDS: Readonly<Record<string, FormatJson['fields']>> = {
  plain: [
    needed('model_a'),
    needed('model_b'),
    needed('winner'),
    field('winner_model_a'),
    field('winner_model_b'),
    field('winner_tie'),
    field('winner_both_bad'),
    field('preference'),
    field('share_a'),
    field('prompt_id'),
    field('prompt'),
    field('answer_a'),
    field('answer_b'),
    field('rater'),
    field('judge'),
    field('turn'),
    field('category'),
    field('language'),
    field('weight'),
    field('timestamp'),
    field('id'),
    ...MATERIAL_KINDS.map(field),
  ],
  answers: [
    needed('model'),
    needed('answer'),
    needed('prompt'),
    field('prompt_id'),
    field('category'),
    field('language'),
    ...MATERIAL_KINDS.map(field),
  ],
  'answer-sheet': [
    needed('prompt'),
    field('prompt_id'),
    field('category'),
    field('language'),
    ...MATERIAL_KINDS.map(field),
  ],
  prompts: [
    needed('prompt_id'),
    needed('prompt'),
    field('category'),
    field('language'),
    ...MATERIAL_KINDS.map(field),
  ],
  scores: [
    needed('model'),
    needed('benchmark'),
    needed('score'),
    needed('source'),
    field('n'),
    field('chance'),
  ],
};

/** Every format that is read, with the fields that columns can be mapped to. */
export async function listFormats(): Promise<ReplyOf<'listFormats'>> {
  const items = FORMATS.map(({ id, title }) => ({ id, title, fields: [...(MAPPABLE_FIELDS[id] ?? [])] }));
  return { items, next_cursor: null };
}
