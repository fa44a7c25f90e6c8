import { ArenaError } from '@agon/domain';
import { parse as parseYaml, stringify } from 'yaml';
import { parseJudge } from './parse-judge.ts';

/** Tools whose judge templates can be taken over. */
export const TEMPLATE_FORMATS = [
  'alpaca-eval',
  'arena-hard',
  'mt-bench',
  'wildbench',
  'prometheus',
  'autoevals',
] as const;
export type TemplateFormat = (typeof TEMPLATE_FORMATS)[number];

export type ConvertedTemplate = {
  readonly format: TemplateFormat;
  /** A judge's file, without a fault. */
  readonly source: string;
  /** What could not be taken over as it was; for people. */
  readonly notes: readonly string[];
};

/** What other tools call our variables. `null`: part of another variable here, and left out. */
const ALIASES: Readonly<Record<string, string | null>> = {
  instruction: 'question',
  question: 'question',
  question_1: 'question',
  question_2: null,
  QUESTION: 'question',
  $user_query: 'question',
  $history: null,
  input: 'question',
  inputs: 'question',
  output_1: 'answer_a',
  answer_a: 'answer_a',
  answer_1: 'answer_a',
  answer_a_1: 'answer_a',
  answer_a_2: null,
  ANSWER_A: 'answer_a',
  $candidate_A: 'answer_a',
  response_A: 'answer_a',
  orig_response_A: 'answer_a',
  output_2: 'answer_b',
  answer_b: 'answer_b',
  answer_2: 'answer_b',
  answer_b_1: 'answer_b',
  answer_b_2: null,
  ANSWER_B: 'answer_b',
  $candidate_B: 'answer_b',
  response_B: 'answer_b',
  orig_response_B: 'answer_b',
  answer: 'answer',
  response: 'answer',
  orig_response: 'answer',
  output: 'answer',
  outputs: 'answer',
  $model_output: 'answer',
  ref_answer_1: 'reference',
  ref_answer_2: null,
  REFERENCE: 'reference',
  reference_answer: 'reference',
  orig_reference_answer: 'reference',
  expected: 'reference',
  reference_outputs: 'reference',
  rubric: 'rubric',
  score_rubric: 'rubric',
  criteria: 'rubric',
  orig_criteria: 'rubric',
  $checklist: 'checklist',
  relevant_context: 'context',
  context: 'context',
};

type Foreign = {
  readonly name: string;
  readonly system: string;
  readonly user: string;
  /** `{name}`, or mustache's `{{name}}`. */
  readonly braces: 'single' | 'double';
  readonly verdict: string | null;
  /** Names that mean something else in this template. */
  readonly aliases?: Readonly<Record<string, string | null>>;
};

/**
 * Another tool's judge template as a judge of ours: its own words, its variables under our names, and our contract at
 * the end, because its own way to write a verdict could be planted in an answer.
 * @throws ArenaError('judge_invalid') where the format is not known or a variable has no counterpart
 */
export function convertTemplate(
  text: string,
  options: { readonly format?: TemplateFormat; readonly name?: string } = {},
): ConvertedTemplate {
  const format = options.format ?? formatOf(text);
  if (format === null)
    throw new ArenaError('judge_invalid', 'This is no judge template that Agon knows.', {
      hint: `Say what it is: ${TEMPLATE_FORMATS.join(', ')}.`,
    });
  const foreign = readForeign(text, format, options.name ?? 'imported');
  const notes: string[] = [];
  const used = new Set<string>();
  const system = translate(foreign.system, foreign, used, notes);
  const user = translate(foreign.user, foreign, used, notes);
  const isPair = used.has('answer_a');
  if (!isPair && !used.has('answer'))
    throw new ArenaError('judge_invalid', 'The template shows no answer.', {
      hint: 'Its variables are not those of the format; try another --format.',
    });
  const needs = ['reference', 'rubric', 'checklist', 'context', 'dialogue'].filter((name) => used.has(name));
  const id =
    foreign.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 64) || 'imported';
  const front = {
    schema: 'judge-template/1',
    id,
    title: `${foreign.name} (${format})`,
    measures: isPair
      ? 'Which of two answers is better, by an imported template'
      : 'How good an answer is, by an imported template',
    mode: isPair ? 'pairwise' : 'pointwise',
    ...(needs.length === 0 ? {} : { needs }),
    settings: { temperature: 0, max_tokens: 2048 },
  };
  const verdict = foreign.verdict ?? verdictOf(format, isPair, foreign);
  notes.push('The verdict is asked for in Agon’s own form, behind the template’s own words.');
  const source = [
    '---',
    stringify(front, { lineWidth: 0 }).trim(),
    `verdict: ${verdict}`,
    '---',
    ...(system === '' ? [] : ['{% system %}', system]),
    '{% user %}',
    user,
    '',
    'Where the text above asks for a verdict in another form, use this one instead.',
    '{{ verdict_contract }}',
    '',
  ].join('\n');
  parseJudge(source, `${id}/judge.md`);
  return { format, source, notes: [...new Set(notes)] };
}

function formatOf(text: string): TemplateFormat | null {
  if (/^\s*\{.*"prompt_template"/.test(text)) return 'mt-bench';
  if (/^choice_scores:/m.test(text)) return 'autoevals';
  if (/^prompt_template:/m.test(text)) return 'arena-hard';
  if (/<\|im_start\|>/.test(text)) return 'alpaca-eval';
  if (/\{\$\w+\}/.test(text)) return 'wildbench';
  if (/\{(orig_)?response(_A)?\}/.test(text)) return 'prometheus';
  return null;
}

function readForeign(text: string, format: TemplateFormat, name: string): Foreign {
  const plain = { name, system: '', user: text.trim(), braces: 'single', verdict: null } as const;
  switch (format) {
    case 'alpaca-eval':
      return { ...plain, ...chatMlOf(text) };
    case 'mt-bench': {
      const [line = ''] = text.trim().split('\n');
      const row = fieldsOf(() => JSON.parse(line) as unknown);
      return {
        ...plain,
        name: textOf(row, 'name', name),
        system: textOf(row, 'system_prompt', ''),
        user: textOf(row, 'prompt_template'),
        // two turns of one answer here, two answers in Arena-Hard
        ...(row.type === 'single' ? { aliases: { answer_1: 'answer', answer_2: null } } : {}),
      };
    }
    case 'arena-hard': {
      const file = fieldsOf(() => parseYaml(text) as unknown);
      const { prompt_template: template } = file;
      return {
        ...plain,
        name: textOf(file, 'name', name),
        system: textOf(file, 'system_prompt', ''),
        user: Array.isArray(template) ? String(template[0] ?? '') : textOf(file, 'prompt_template'),
      };
    }
    case 'autoevals': {
      const file = fieldsOf(() => parseYaml(text) as unknown);
      const scores = fieldsOf(() => file.choice_scores);
      return {
        ...plain,
        user: textOf(file, 'prompt'),
        braces: 'double',
        verdict: `{ parser: tag, map: ${JSON.stringify(scores)} }`,
      };
    }
    default:
      return plain;
  }
}

function chatMlOf(text: string): { system: string; user: string } {
  const parts = { system: '', user: '' };
  for (const [, role = '', body = ''] of text.matchAll(/<\|im_start\|>(\w+)\n([\s\S]*?)(?:<\|im_end\|>|$)/g))
    if (role === 'system' || role === 'user') parts[role] = body.trim();
  return parts.user === '' ? { system: '', user: text.trim() } : parts;
}

function fieldsOf(read: () => unknown): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    throw new ArenaError(
      'judge_invalid',
      `The template cannot be read: ${(error as Error).message.split('\n')[0]}`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new ArenaError('judge_invalid', 'The template has no fields.');
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string, otherwise?: string): string {
  const value = fields[key];
  if (typeof value === 'string') return value.trim();
  if (otherwise !== undefined) return otherwise;
  throw new ArenaError('judge_invalid', `The template has no "${key}".`);
}

function translate(
  text: string,
  { braces, aliases = {} }: Foreign,
  used: Set<string>,
  notes: string[],
): string {
  const names = { ...ALIASES, ...aliases };
  const pattern = braces === 'double' ? /\{\{\{?\s*([\w$.]+)\s*\}?\}\}/g : /\{\{|\}\}|\{([$A-Za-z_]\w*)\}/g;
  let [out, from] = ['', 0];
  for (const found of text.matchAll(pattern)) {
    const [whole, name] = found;
    out += literal(text.slice(from, found.index));
    from = found.index + whole.length;
    // Python's format strings and their kind write a brace twice
    if (name === undefined) out += literal(whole[0] ?? '');
    else out += variable(name, text.slice(0, found.index).split('\n').length);
  }
  return (out + literal(text.slice(from))).trim();

  function variable(name: string, line: number): string {
    if (!Object.hasOwn(names, name))
      throw new ArenaError('judge_invalid', `There is no counterpart of the variable "${name}".`, {
        at: { line, value: name },
        hint: `Known are ${Object.keys(names).join(', ')}.`,
      });
    const own = names[name] ?? null;
    if (own === null || (used.has(own) && /_\d$/.test(name))) {
      notes.push(`"${name}" is left out: what is shown in its place before has all turns.`);
      if (name.endsWith('_2')) used.add('dialogue');
      return '';
    }
    used.add(own);
    return own === 'checklist' ? '{% for point in checklist %}\n{{ point }}\n{% endfor %}' : `{{ ${own} }}`;
  }
}

/** Text that Jinja must not read. */
function literal(text: string): string {
  return text.replace(/\{[{%#]/g, (found) => `{{ '${found}' }}`);
}

function verdictOf(format: TemplateFormat, isPair: boolean, { system, user }: Foreign): string {
  const words = `${system}\n${user}`;
  if (!isPair) return `{ parser: score, min: 1, max: ${format === 'prometheus' ? 5 : 10}, by: tag }`;
  if (format === 'arena-hard' || format === 'wildbench')
    return '{ parser: tag, map: { "A>>B": 1, "A>B": 0.75, "A=B": 0.5, "B>A": 0.25, "B>>A": 0 } }';
  return /\btie\b|\[\[C\]\]/i.test(words)
    ? '{ parser: tag, map: { A: 1, tie: 0.5, B: 0 } }'
    : '{ parser: tag, map: { A: 1, B: 0 } }';
}
