import type { FormatJson } from '@agon/contract';

/** Names that the field uses for the same thing, small letters and digits only. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  model_a: ['left', 'modela', 'model1', 'modelleft', 'first', 'a', 'answera', 'systema', 'generator1'],
  model_b: ['right', 'modelb', 'model2', 'modelright', 'second', 'b', 'answerb', 'systemb', 'generator2'],
  winner: ['label', 'preference', 'outcome', 'choice', 'result', 'said', 'vote', 'verdict', 'better'],
  prompt_id: ['promptid', 'questionid', 'id', 'qid', 'uid', 'instructionid', 'where'],
  prompt: ['question', 'instruction', 'input', 'query', 'turns', 'request'],
  rater: ['annotator', 'user', 'userid', 'worker', 'workerid', 'voter', 'who', 'person'],
  judge: ['judgename', 'evaluator', 'grader'],
  model: ['generator', 'modelname', 'modelid', 'system', 'name'],
  answer: ['output', 'response', 'completion', 'text', 'reply', 'generation'],
  benchmark: ['task', 'dataset', 'suite', 'metric'],
  score: ['accuracy', 'value', 'acc', 'percent'],
  n: ['count', 'size', 'items', 'samples'],
  source: ['url', 'link', 'reference', 'origin'],
  category: ['topic', 'domain', 'type'],
  language: ['lang', 'locale'],
  timestamp: ['time', 'tstamp', 'date', 'createdat', 'at'],
  turn: ['turnnumber', 'round'],
};

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A first guess of what columns mean: the field's own name first, then the names that others use for it. */
export function suggestMap(
  columns: readonly string[],
  fields: FormatJson['fields'],
): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  const free = new Set(columns);
  const take = (field: string, fits: (column: string) => boolean) => {
    const column = [...free].find(fits);
    if (column === undefined || Object.values(map).includes(field)) return;
    map[column] = field;
    free.delete(column);
  };
  for (const { name } of fields) take(name, (column) => plain(column) === plain(name));
  for (const { name } of fields) take(name, (column) => (OTHER_NAMES[name] ?? []).includes(plain(column)));
  return map;
}

/** The format whose needed fields are most nearly there under one name or another; null where none has half of them. */
export function suggestFormat(columns: readonly string[], formats: readonly FormatJson[]): string | null {
  let best: { readonly id: string; readonly share: number } | null = null;
  for (const { id, fields } of formats) {
    const needed = fields.filter((field) => field.required);
    if (needed.length === 0) continue;
    const mapped = new Set(Object.values(suggestMap(columns, fields)));
    const share = needed.filter((field) => mapped.has(field.name)).length / needed.length;
    if (share >= 0.5 && share > (best?.share ?? 0)) best = { id, share };
  }
  return best?.id ?? null;
}

/**
 * The map that is sent. A column that already bears a field's name but was given no meaning steps aside, or it would
 * stand in the place of the one that was chosen.
 */
export function mapToSend(
  columns: readonly string[],
  map: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const fields = new Set(Object.values(map));
  const sent: Record<string, string> = {};
  for (const column of columns) {
    const field = map[column];
    if (field !== undefined && field !== '') {
      if (field !== column) sent[column] = field;
    } else if (fields.has(column)) sent[column] = `${column} (unused)`;
  }
  return sent;
}
