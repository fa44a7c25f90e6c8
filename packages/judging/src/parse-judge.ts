import { ArenaError, contentHash } from '@agon/domain';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { canonicalJson } from './canonical-json.ts';
import {
  COMBINE_RULES,
  JUDGE_INPUTS,
  JUDGE_LANGUAGES,
  JUDGE_MODES,
  JUDGE_PROBES,
  type Judge,
  type JudgeCheck,
  type JudgeFault,
  type JudgeInput,
  type JudgeLanguage,
  type JudgeMode,
  type JudgeSections,
  type JudgeVariable,
  ORDER_RUNS,
  type VerdictSpec,
} from './judge.ts';
import { checkTemplate, compileTemplate, LONGEST_TEMPLATE, TEMPLATE_VARIABLES } from './template.ts';

/** Changes when a parser reads a reply otherwise than before: replies can then be read again. */
export const PARSER_VERSION = 2;

const PARSERS = ['tag', 'label_token', 'json', 'score', 'ranking', 'grounded'] as const;

/** Reads a judge's file. @throws ArenaError('judge_invalid') with file and line of its first fault */
export function parseJudge(text: string, file = 'judge.md'): Judge {
  const { judge, faults } = checkJudge(text);
  const [fault] = faults;
  if (judge !== null) return judge;
  throw new ArenaError('judge_invalid', `${file}: ${fault?.message ?? 'it cannot be read'}`, {
    at: {
      file,
      line: fault?.line ?? 1,
      ...(fault?.column === undefined ? {} : { column: fault.column }),
    },
    ...(fault?.hint === undefined ? {} : { hint: fault.hint }),
  });
}

/** All faults of a judge's file, in the order of its lines, and what its template names. Never throws. */
export function checkJudge(text: string): JudgeCheck {
  const source = text.replace(/\r\n?/g, '\n');
  const faults: JudgeFault[] = [];
  const fault = (each: JudgeFault) => void faults.push(each);
  const failed = (): JudgeCheck => ({ judge: null, faults, variables: [], templateTokens: 0 });
  if (source.length > LONGEST_TEMPLATE) {
    fault({ line: 1, message: `the file is longer than ${LONGEST_TEMPLATE} letters` });
    return failed();
  }
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source);
  if (parts === null) {
    fault({
      line: 1,
      message: 'no front matter',
      hint: 'Start the file with --- , the settings, and --- again.',
    });
    return failed();
  }
  const [, head = '', body = ''] = parts;
  const front = readFront(head, fault);
  const before = faults.length;
  const sections = splitSections(body, head.split('\n').length + 3, fault);
  // a section whose name is wrong is not also missing
  const isSplit = faults.length === before;
  const used = new Set<string>();
  for (const section of sections.values())
    for (const name of checkTemplate(section.text, section.line, fault)) used.add(name);
  const languages = gather(sections, isSplit ? fault : () => undefined);
  const variables = front === null ? [] : variablesOf(front, used);
  if (front !== null && isSplit) requireVariables(front, sections, fault);
  if (faults.length === 0) {
    for (const { text: section, line } of sections.values()) {
      try {
        compileTemplate(section);
      } catch (error) {
        fault({ line, message: `the section cannot be read: ${String((error as Error).message)}` });
      }
    }
  }
  faults.sort((a, b) => a.line - b.line);
  const templateTokens = Math.max(
    ...Object.values(languages).map(({ system, user }) => Math.ceil((system.length + user.length) / 4)),
    0,
  );
  if (front === null || faults.length > 0) return { judge: null, faults, variables, templateTokens };
  const { id, title, measures, ...rest } = front;
  const { probes: _, labels, ...decisive } = rest;
  const templateHash = contentHash(canonicalJson({ schema: 1, ...decisive, labels, languages }));
  const parserHash = contentHash(
    canonicalJson({ version: PARSER_VERSION, mode: front.mode, verdict: front.verdict }),
  );
  const judge: Judge = {
    id,
    title,
    measures,
    ...rest,
    languages: languages as Judge['languages'],
    source,
    templateHash,
    parserHash,
    identity: `${id}@${templateHash.slice(0, 12)}`,
  };
  return { judge, faults, variables, templateTokens };
}

type Front = Omit<Judge, 'languages' | 'source' | 'templateHash' | 'parserHash' | 'identity'>;
type Fault = (fault: JudgeFault) => void;

const FRONT_KEYS = [
  'schema',
  'id',
  'title',
  'measures',
  'notes',
  'mode',
  'labels',
  'needs',
  'uses',
  'order',
  'settings',
  'verdict',
  'reask',
  'probes',
];

function readFront(head: string, fault: Fault): Front | null {
  const lines = new LineCounter();
  const document = parseDocument(head, { lineCounter: lines });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: line + 1, column: col };
  };
  for (const error of document.errors) {
    const [line = error.message] = error.message.split('\n');
    fault({ ...placeAt(error.pos[0]), message: line.replace(/ at line \d+, column \d+:?$/, '') });
  }
  if (document.errors.length > 0) return null;
  if (!isMap(document.contents)) {
    fault({
      line: 2,
      message: 'the front matter has no fields',
      hint: 'Write one field a line, as in "id: my-judge".',
    });
    return null;
  }
  const before = faultCounter(fault);
  const fields = new Fields(document.contents as YAMLMap, FRONT_KEYS, '', placeAt, before.fault, {
    line: 2,
    column: 1,
  });
  fields.literal('schema', 'judge-template/1');
  const id = fields.text('id');
  if (id !== '' && !/^[a-z0-9][a-z0-9-]{0,63}$/.test(id))
    fields.say('id', '"id" has small letters, digits and hyphens, at most 64');
  const title = fields.text('title');
  const measures = fields.text('measures');
  fields.text('notes', '');
  const mode = fields.oneOf('mode', JUDGE_MODES);
  const needs = fields.list('needs', JUDGE_INPUTS, []);
  const uses = fields.list('uses', JUDGE_INPUTS, []);
  const settings = fields.map('settings', ['temperature', 'max_tokens', 'top_logprobs', 'seed']);
  const order = fields.map('order', ['runs', 'combine']);
  const verdict = readVerdict(fields, mode ?? 'pairwise');
  const reask = fields.number('reask', 0, 1, 0, true);
  const probes = fields.list('probes', JUDGE_PROBES, mode === 'pairwise' ? [...JUDGE_PROBES] : []);
  const byProbability =
    verdict !== null &&
    (verdict.parser === 'label_token' || (verdict.parser === 'score' && verdict.by === 'label_token'));
  const parsedSettings = {
    temperature: settings?.number('temperature', 0, 2, 0) ?? 0,
    maxTokens:
      settings?.number('max_tokens', 1, 1_000_000, byProbability ? 1 : 512, true) ??
      (byProbability ? 1 : 512),
    topLogprobs:
      settings?.number('top_logprobs', 0, 20, byProbability ? 20 : 0, true) ?? (byProbability ? 20 : 0),
    seed: settings?.has('seed') ? settings.number('seed', 0, 2 ** 31 - 1, 0, true) : null,
  };
  const runs = order?.oneOf('runs', ORDER_RUNS, defaultRuns(mode)) ?? defaultRuns(mode);
  const combine =
    order?.oneOf('combine', COMBINE_RULES, byProbability ? 'logit_mean' : 'agree_else_tie') ??
    (byProbability ? 'logit_mean' : 'agree_else_tie');
  if (combine === 'logit_mean' && !byProbability)
    order?.say('combine', '"logit_mean" needs probabilities', 'Use it with the parser label_token.');
  if (mode !== undefined && runs === 'cyclic' && mode !== 'listwise')
    order?.say('runs', '"cyclic" is for listwise judges');
  if (before.count() > 0 || mode === undefined || verdict === null) return null;
  return {
    id,
    title,
    measures,
    mode,
    labels: labelsOf(verdict),
    needs: withImplied(mode, needs),
    uses,
    order: { runs, combine },
    settings: parsedSettings,
    verdict,
    reask: reask === 1 ? 1 : 0,
    probes,
  };
}

function defaultRuns(mode: JudgeMode | undefined): Judge['order']['runs'] {
  if (mode === 'pairwise') return 'both';
  return mode === 'listwise' ? 'cyclic' : 'one';
}

/** What a mode cannot do without is needed without being said. */
function withImplied(mode: JudgeMode, needs: readonly JudgeInput[]): readonly JudgeInput[] {
  const implied = ({ criteria: 'criteria', checklist: 'checklist', grounded: 'context' } as const)[
    mode as 'criteria'
  ];
  return implied === undefined || needs.includes(implied) ? needs : [...needs, implied];
}

function labelsOf(verdict: VerdictSpec): readonly string[] {
  if ('map' in verdict) return Object.keys(verdict.map);
  if (verdict.parser === 'score')
    return Array.from({ length: verdict.max - verdict.min + 1 }, (_, i) => String(verdict.min + i));
  return verdict.parser === 'grounded' ? ['supported', 'contradicted', 'absent'] : [];
}

const DEFAULT_VALUES: Readonly<Record<string, number>> = { A: 1, tie: 0.5, B: 0 };

function readVerdict(fields: Fields, mode: JudgeMode): VerdictSpec | null {
  if (!fields.has('verdict')) return readLabels(fields, mode);
  if (fields.has('labels'))
    fields.say('labels', '"labels" and "verdict" both say what is accepted', 'Leave out "labels".');
  const verdict = fields.map('verdict', ['parser', 'map', 'coverage', 'text', 'min', 'max', 'by']);
  if (verdict === null) return null;
  const parser = verdict.oneOf('parser', PARSERS);
  if (parser === undefined) return null;
  const allowed: Readonly<Record<(typeof PARSERS)[number], readonly string[]>> = {
    tag: ['map'],
    label_token: ['map', 'coverage', 'text'],
    json: ['map'],
    score: ['min', 'max', 'by', 'coverage', 'text'],
    ranking: [],
    grounded: [],
  };
  for (const key of ['map', 'coverage', 'text', 'min', 'max', 'by'])
    if (verdict.has(key) && !allowed[parser].includes(key))
      verdict.say(key, `the parser ${parser} takes no "${key}"`);
  const fits: Readonly<Record<(typeof PARSERS)[number], readonly JudgeMode[]>> = {
    tag: ['pairwise', 'pointwise', 'criteria', 'checklist'],
    label_token: ['pairwise', 'pointwise', 'criteria', 'checklist'],
    json: ['pairwise', 'pointwise', 'criteria', 'checklist'],
    score: ['pointwise', 'criteria'],
    ranking: ['listwise'],
    grounded: ['grounded'],
  };
  if (!fits[parser].includes(mode))
    verdict.say('parser', `the parser ${parser} is for ${fits[parser].join(', ')}, not ${mode}`);
  const coverage = verdict.number('coverage', 0.5, 1, 0.9);
  const text = verdict.oneOf('text', ['accept', 'refuse'] as const, 'refuse') ?? 'refuse';
  switch (parser) {
    case 'tag':
    case 'json': {
      const map = readMap(verdict, mode);
      return map === null ? null : { parser, map };
    }
    case 'label_token': {
      const map = readMap(verdict, mode);
      const long = Object.keys(map ?? {}).find((label) => !/^[A-Za-z0-9]$/.test(label));
      if (long !== undefined)
        verdict.say(
          'map',
          `"${long}" may be more than one token`,
          'Labels of label_token are one letter or digit.',
        );
      return map === null ? null : { parser, map, coverage, text };
    }
    case 'score': {
      const min = verdict.number('min', 0, 100, 1, true);
      const max = verdict.number('max', 0, 100, 9, true);
      const by = verdict.oneOf('by', ['tag', 'label_token'] as const, 'tag') ?? 'tag';
      if (max <= min) verdict.say('max', '"max" must be more than "min"');
      if (by === 'label_token' && max > 9)
        verdict.say(
          'max',
          'scores by label_token have one digit',
          'Many vocabularies have two tokens for "10".',
        );
      return { parser, min, max, by, coverage, text };
    }
    default:
      return { parser };
  }
}

/** The short form: `labels: [A, B]` or `[A, B, tie]` is a tag with these labels. */
function readLabels(fields: Fields, mode: JudgeMode): VerdictSpec | null {
  if (!fields.has('labels')) {
    fields.say(
      'verdict',
      '"verdict" is missing',
      'Write "verdict: { parser: tag, map: { A: 1, tie: 0.5, B: 0 } }".',
    );
    return null;
  }
  const labels = fields.list('labels', ['A', 'B', 'tie'] as const, []);
  if (mode !== 'pairwise')
    fields.say('mode', '"labels" without "verdict" is for pairwise', 'Say it in "verdict".');
  if (!labels.includes('A') || !labels.includes('B')) {
    fields.say('labels', '"labels" must be [A, B] or [A, B, tie]');
    return null;
  }
  return { parser: 'tag', map: Object.fromEntries(labels.map((label) => [label, DEFAULT_VALUES[label]!])) };
}

function readMap(verdict: Fields, mode: JudgeMode): Readonly<Record<string, number>> | null {
  const map = verdict.numbers('map');
  if (map === null) return null;
  const values = Object.values(map);
  if (values.length < 2) verdict.say('map', 'a map needs at least two labels');
  if (mode === 'pairwise' && (!values.some((value) => value > 0.5) || !values.some((value) => value < 0.5)))
    verdict.say('map', 'no label of the map is for one of the answers', 'Give labels above and below 0.5.');
  return map;
}

type Place = { readonly line: number; readonly column: number };

function faultCounter(fault: Fault): { fault: Fault; count: () => number } {
  let count = 0;
  return {
    fault: (each) => {
      count += 1;
      fault(each);
    },
    count: () => count,
  };
}

/** A mapping of the front matter, read field by field; every fault knows its place. */
class Fields {
  private readonly nodes = new Map<string, { readonly place: Place; readonly value: Node | null }>();
  private readonly placeAt: (offset: number) => Place;
  private readonly fault: Fault;
  private readonly place: Place;

  constructor(
    map: YAMLMap,
    keys: readonly string[] | null,
    name: string,
    placeAt: (offset: number) => Place,
    fault: Fault,
    place: Place,
  ) {
    this.placeAt = placeAt;
    this.fault = fault;
    this.place = place;
    for (const { key, value } of map.items) {
      const node = key as Node;
      const at = placeAt(node.range?.[0] ?? 0);
      const text = isScalar(node) ? String(node.value) : '';
      if (keys !== null && !keys.includes(text)) {
        fault({
          ...at,
          message: `there is no field "${text}"${name === '' ? '' : ` in "${name}"`}`,
          hint: `Fields are ${keys.join(', ')}.`,
        });
      } else this.nodes.set(text, { place: at, value: value as Node | null });
    }
  }

  has(key: string): boolean {
    return this.nodes.has(key);
  }

  say(key: string, message: string, hint?: string): void {
    const place = this.nodes.get(key)?.place ?? this.place;
    this.fault({ ...place, message, ...(hint === undefined ? {} : { hint }) });
  }

  private scalar(key: string): unknown {
    const value = this.nodes.get(key)?.value;
    return isScalar(value) ? value.value : undefined;
  }

  text(key: string, otherwise?: string): string {
    if (!this.has(key) && otherwise !== undefined) return otherwise;
    const value = this.scalar(key);
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    this.say(key, this.has(key) ? `"${key}" must be a text` : `"${key}" is missing`);
    return '';
  }

  literal(key: string, only: string): void {
    if (this.has(key) && this.scalar(key) !== only) this.say(key, `"${key}" must be ${only}`);
  }

  oneOf<T extends string>(key: string, choices: readonly T[], otherwise?: T): T | undefined {
    if (!this.has(key) && otherwise !== undefined) return otherwise;
    const value = this.scalar(key);
    if (choices.includes(value as T)) return value as T;
    this.say(
      key,
      this.has(key) ? `"${key}" must be one of ${choices.join(', ')}` : `"${key}" is missing`,
      `It is one of ${choices.join(', ')}.`,
    );
    return undefined;
  }

  number(key: string, least: number, most: number, otherwise: number, whole = false): number {
    if (!this.has(key)) return otherwise;
    const value = this.scalar(key);
    if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value)))
      return value;
    this.say(key, `"${key}" must be a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
    return otherwise;
  }

  list<T extends string>(key: string, choices: readonly T[], otherwise: readonly T[]): readonly T[] {
    if (!this.has(key)) return otherwise;
    const value = this.nodes.get(key)?.value;
    const items = isSeq(value) ? value.items.map((item) => (isScalar(item) ? item.value : null)) : null;
    const odd = items?.find((item) => !choices.includes(item as T));
    if (items !== null && odd === undefined && new Set(items).size === items.length) return items as T[];
    const hint = `Each is one of ${choices.join(', ')}, and stands there once.`;
    this.say(
      key,
      items === null ? `"${key}" must be a list` : `"${key}" cannot have "${String(odd ?? items)}"`,
      hint,
    );
    return otherwise;
  }

  map(key: string, keys: readonly string[] | null): Fields | null {
    const node = this.nodes.get(key);
    if (node === undefined) return null;
    if (isMap(node.value))
      return new Fields(node.value as YAMLMap, keys, key, this.placeAt, this.fault, node.place);
    this.say(key, `"${key}" must have fields`);
    return null;
  }

  numbers(key: string): Record<string, number> | null {
    if (!this.has(key)) this.say(key, `"${key}" is missing`, 'Say what each label is worth, from 0 to 1.');
    const fields = this.map(key, null);
    if (fields === null) return null;
    const numbers: Record<string, number> = {};
    for (const name of fields.nodes.keys()) {
      if (!/^[^\s<>[\]{}"]{1,16}$|^[A-Z]{1,2}[<>=]{1,2}[A-Z]{1,2}$/.test(name))
        fields.say(name, `"${name}" cannot be a label`, 'A label has 1 to 16 letters and no space.');
      numbers[name] = fields.number(name, 0, 1, 0);
    }
    return numbers;
  }
}

type Section = {
  readonly role: 'system' | 'user';
  readonly language: JudgeLanguage;
  readonly text: string;
  /** Where its text starts. */
  readonly line: number;
};

/** Roles are split on the file, before anything is filled in: a text cannot start a section. */
function splitSections(body: string, firstLine: number, fault: Fault): ReadonlyMap<string, Section> {
  const sections = new Map<
    string,
    { role: Section['role']; language: JudgeLanguage; line: number; lines: string[] }
  >();
  let current: { lines: string[] } | null = null;
  for (const [i, line] of body.split('\n').entries()) {
    const found = /^\{%\s*(\w+)(?:\s+(\w+))?\s*%\}$/.exec(line.trim());
    const [, role = '', language = 'en'] = found ?? [];
    const known = role === 'system' || role === 'user';
    if (found !== null && (known || (current === null && !KEYWORDS.has(role)) || role === 'assistant')) {
      if (!known) {
        fault({
          line: firstLine + i,
          message: `there is no section "${role}"`,
          hint: 'Sections are system and user.',
        });
        continue;
      }
      if (!JUDGE_LANGUAGES.includes(language as JudgeLanguage))
        fault({
          line: firstLine + i,
          message: `there is no language "${language}"`,
          hint: `Languages are ${JUDGE_LANGUAGES.join(', ')}.`,
        });
      const key = `${role} ${language}`;
      if (sections.has(key)) fault({ line: firstLine + i, message: `the section "${key}" is there twice` });
      const lines: string[] = [];
      sections.set(key, {
        role: role === 'system' ? 'system' : 'user',
        language: language as JudgeLanguage,
        line: firstLine + i + 1,
        lines,
      });
      current = { lines };
    } else if (current !== null) current.lines.push(line);
    else if (line.trim() !== '')
      fault({
        line: firstLine + i,
        message: 'text before the first section',
        hint: 'Start with {% system %} or {% user %}.',
      });
  }
  return new Map(
    [...sections].map(([key, { lines, ...section }]) => {
      const blank = lines.findIndex((line) => line.trim() !== '');
      return [key, { ...section, line: section.line + Math.max(0, blank), text: lines.join('\n').trim() }];
    }),
  );
}

const KEYWORDS = new Set(['if', 'elif', 'else', 'endif', 'for', 'endfor']);

function gather(
  sections: ReadonlyMap<string, Section>,
  fault: Fault,
): { [language in JudgeLanguage]?: JudgeSections } {
  const languages: { [language in JudgeLanguage]?: JudgeSections } = {};
  for (const language of JUDGE_LANGUAGES) {
    const [system, user] = [sections.get(`system ${language}`), sections.get(`user ${language}`)];
    if (user === undefined && (language === 'en' || system !== undefined)) {
      fault({
        line: system?.line ?? 1,
        message: `there is no section "user"${language === 'en' ? '' : ` in ${language}`}`,
        hint: 'A judge needs the answers, and a place for its verdict.',
      });
    }
    if (user !== undefined) {
      if (system === undefined && languages.en !== undefined && languages.en.system !== '')
        fault({ line: user.line, message: `there is no section "system" in ${language}` });
      languages[language] = { system: system?.text ?? '', user: user.text };
    }
  }
  return languages;
}

/** Each entry: one of these names must be used. */
function requiredOf(front: Front): readonly (readonly string[])[] {
  const answers =
    front.mode === 'pairwise'
      ? ['conversation', 'candidates', 'answer_a']
      : front.mode === 'listwise'
        ? ['conversation', 'candidates']
        : ['conversation', 'candidates', 'answer'];
  const inputs: Readonly<Record<JudgeInput, readonly string[] | null>> = {
    reference: ['reference'],
    rubric: ['rubric'],
    criteria: front.mode === 'criteria' ? ['criterion'] : ['criteria'],
    checklist: front.mode === 'checklist' ? ['item'] : ['checklist'],
    context: ['context'],
    dialogue: null,
    language: ['language'],
    category: ['category'],
  };
  const needed = front.needs.flatMap((input) => (inputs[input] === null ? [] : [inputs[input]]));
  return [answers, ['verdict_contract', 'verdict_tag'], ...needed];
}

function requireVariables(front: Front, sections: ReadonlyMap<string, Section>, fault: Fault): void {
  for (const language of JUDGE_LANGUAGES) {
    const user = sections.get(`user ${language}`);
    if (user === undefined) continue;
    const quiet = () => undefined;
    const used = new Set([
      ...checkTemplate(user.text, 1, quiet),
      ...checkTemplate(sections.get(`system ${language}`)?.text ?? '', 1, quiet),
    ]);
    for (const names of requiredOf(front)) {
      const satisfied = names.some((name) => used.has(name) && (name !== 'answer_a' || used.has('answer_b')));
      if (satisfied) continue;
      fault({
        line: user.line,
        message: `the template does not use {{ ${names[0]} }}`,
        hint:
          names[0] === 'verdict_contract'
            ? 'It tells the model how to write its verdict, so that it can be read.'
            : `Use ${names.join(' or ')}: a judge of this mode needs it.`,
      });
    }
  }
}

function variablesOf(front: Front, used: ReadonlySet<string>): JudgeVariable[] {
  const required = new Set(requiredOf(front).map(([name = '']) => name));
  return Object.keys(TEMPLATE_VARIABLES).map((name) => ({
    name,
    used: used.has(name),
    required: required.has(name),
  }));
}
