import type { FormatJson, ReplyOf } from '@agon/contract';
import { FORMATS } from '@agon/formats';

const field = (name: string) => ({ name, required: false });
const needed = (name: string) => ({ name, required: true });

/** What columns can be mapped to, by format. The special formats are recognised by their own columns and need no map. */
export const MAPPABLE_FIELDS: Readonly<Record<string, FormatJson['fields']>> = {
  plain: [
    needed('model_a'),
    needed('model_b'),
    needed('winner'),
    field('prompt_id'),
    field('rater'),
    field('judge'),
    field('turn'),
    field('category'),
    field('language'),
    field('weight'),
    field('timestamp'),
    field('id'),
  ],
  answers: [
    needed('model'),
    needed('answer'),
    needed('prompt'),
    field('prompt_id'),
    field('category'),
    field('language'),
  ],
  prompts: [needed('prompt_id'), needed('prompt'), field('category'), field('language'), field('reference')],
  scores: [needed('model'), needed('benchmark'), needed('score'), needed('source'), field('n')],
};

/** Every format that is read, with the fields that columns can be mapped to. */
export async function listFormats(): Promise<ReplyOf<'listFormats'>> {
  const items = FORMATS.map(({ id, title }) => ({ id, title, fields: [...(MAPPABLE_FIELDS[id] ?? [])] }));
  return { items, next_cursor: null };
}
