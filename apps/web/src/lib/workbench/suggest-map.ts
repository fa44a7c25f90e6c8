import type { FileInspection, FormatJson } from '@agon/contract';

type Fields = FormatJson['fields'];
type Table = Pick<FileInspection, 'columns' | 'rows'>;

/** Names that the field uses for the same thing, small letters and digits only. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  model_a: ['left', 'modela', 'model1', 'modelleft', 'first', 'a', 'systema', 'generator1'],
  model_b: ['right', 'modelb', 'model2', 'modelright', 'second', 'b', 'systemb', 'generator2'],
  winner: ['label', 'preference', 'outcome', 'choice', 'result', 'said', 'vote', 'verdict', 'better'],
  winner_model_a: ['wona', 'wonleft', 'winnera', 'awins', 'leftwins', 'model1wins'],
  winner_model_b: ['wonb', 'wonright', 'winnerb', 'bwins', 'rightwins', 'model2wins'],
  winner_tie: ['tie', 'istie', 'draw'],
  winner_both_bad: ['bothbad', 'neither'],
  prompt_id: ['promptid', 'questionid', 'id', 'qid', 'uid', 'instructionid', 'where'],
  prompt: ['question', 'instruction', 'input', 'query', 'turns', 'request'],
  rater: ['annotator', 'user', 'userid', 'worker', 'workerid', 'voter', 'who', 'person'],
  judge: ['judgename', 'evaluator', 'grader'],
  model: ['generator', 'modelname', 'modelid', 'system', 'name'],
  answer: ['output', 'response', 'completion', 'text', 'reply', 'generation'],
  answer_a: [
    'responsea',
    'outputa',
    'texta',
    'text1',
    'answer1',
    'response1',
    'output1',
    'leftanswer',
    'leftresponse',
  ],
  answer_b: [
    'responseb',
    'outputb',
    'textb',
    'text2',
    'answer2',
    'response2',
    'output2',
    'rightanswer',
    'rightresponse',
  ],
  benchmark: ['task', 'dataset', 'suite', 'metric'],
  score: ['accuracy', 'value', 'acc', 'percent'],
  n: ['count', 'size', 'items', 'samples'],
  source: ['url', 'link', 'reference', 'origin'],
  category: ['topic', 'domain', 'type'],
  language: ['lang', 'locale'],
  timestamp: ['time', 'tstamp', 'date', 'createdat', 'at'],
  turn: ['turnnumber', 'round'],
  reference: ['referenceanswer', 'gold', 'goldanswer', 'groundtruth', 'idealanswer', 'expected'],
  rubric: ['scorerubric', 'scoringrubric'],
  checklist: ['checkitems', 'requirements'],
  context: ['contexts', 'passages', 'documents', 'passage'],
};
/** Of the sheet's fields only the prompt is needed, which many other files have: it is the last to be thought of. */
const WEAKEST_SHAPE = 'answer-sheet';
/** Names that columns of texts have which are no model's. */
const NO_MODEL =
  /note|comment|reference|gold|expected|target|solution|tags?$|source|url|author|date|status|(?:^|_)id$/i;

const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** A first guess of what columns mean: the field's own name first, then the names that others use for it. */
export function suggestMap(table: Table, fields: Fields): Readonly<Record<string, string>> {
  const map: Record<string, string> = {};
  const free = new Set(table.columns);
  const take = (field: string, fits: (column: string) => boolean) => {
    const column = [...free].find(fits);
    if (column === undefined || Object.values(map).includes(field)) return;
    map[column] = field;
    free.delete(column);
  };
  for (const { name } of fields) {
    // whole numbers under this name are labels more often than a scale
    if (name === 'preference' && !hasFractions(table, name)) continue;
    take(name, (column) => plain(column) === plain(name));
  }
  for (const { name } of fields) take(name, (column) => (OTHER_NAMES[name] ?? []).includes(plain(column)));
  return map;
}

function hasFractions({ columns, rows }: Table, name: string): boolean {
  const at = columns.findIndex((column) => plain(column) === plain(name));
  return at >= 0 && rows.some((row) => /^-?\d*\.\d*[1-9]\d*$/.test(row[at] ?? ''));
}

/**
 * The format that has a meaning for most of the columns, of those with at least half of their needed fields there under
 * one name or another; null where there is none.
 */
export function suggestFormat(table: Table, formats: readonly FormatJson[]): string | null {
  let best: { readonly id: string; readonly share: number; readonly fields: readonly string[] } | null = null;
  for (const { id, fields } of formats) {
    const needed = fields.filter((field) => field.required);
    if (needed.length === 0 || id === WEAKEST_SHAPE) continue;
    const mapped = Object.values(suggestMap(table, fields));
    const share = needed.filter((field) => mapped.includes(field.name)).length / needed.length;
    if (share >= 0.5 && mapped.length > (best?.fields.length ?? 0)) best = { id, share, fields: mapped };
  }
  if (best?.share === 1) return best.id;
  return isLikeSheet(table, formats, best?.fields ?? []) ? WEAKEST_SHAPE : (best?.id ?? null);
}

/** `told`: fields of another format that the columns would tell of; a sheet has none beyond its own. */
function isLikeSheet(table: Table, formats: readonly FormatJson[], told: readonly string[]): boolean {
  const sheet = formats.find(({ id }) => id === WEAKEST_SHAPE);
  if (sheet === undefined || told.some((name) => sheet.fields.every((field) => field.name !== name)))
    return false;
  const map = suggestMap(table, sheet.fields);
  return Object.values(map).includes('prompt') && suggestModels(table, map).length >= 2;
}

/** Columns of a sheet that may be models: those of texts that mean nothing else. */
export function suggestModels(
  { columns, rows }: Table,
  map: Readonly<Record<string, string>>,
): readonly string[] {
  return columns.filter((column, at) => {
    if (map[column] !== undefined || NO_MODEL.test(column)) return false;
    return rows.some((row) => /\p{L}{2}/u.test(row[at] ?? ''));
  });
}

const ASIDE = ' (unused)';

/**
 * The map that is sent. A column that already bears a field's name but was given no meaning steps aside: its name alone
 * would give it one.
 */
export function mapToSend(
  columns: readonly string[],
  map: Readonly<Record<string, string>>,
  fields: Fields,
): Readonly<Record<string, string>> {
  const names = new Set(fields.map(({ name }) => name));
  const sent: Record<string, string> = {};
  for (const column of columns) {
    const field = map[column];
    if (field !== undefined && field !== '') {
      if (field !== column) sent[column] = field;
    } else if (names.has(column)) sent[column] = `${column}${ASIDE}`;
  }
  return sent;
}

/** The file's own name of a column that may have stepped aside. */
export function nameInFile(column: string): string {
  return column.endsWith(ASIDE) ? column.slice(0, -ASIDE.length) : column;
}
