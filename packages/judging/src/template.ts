import { ArenaError } from '@agon/domain';
import { Template } from '@huggingface/jinja';
import type { JudgeFault } from './judge.ts';

/**
 * What a template may name, and the fields of each. A text has none (`[]`), a list those of its elements. Names of
 * models, votes and other verdicts are not here: a template cannot reach them.
 */
export const TEMPLATE_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  conversation: [],
  question: [],
  answer: [],
  answer_a: [],
  answer_b: [],
  candidates: ['label', 'text', 'turns'],
  reference: [],
  rubric: [],
  criteria: ['id', 'text', 'weight'],
  criterion: ['id', 'text', 'weight'],
  checklist: [],
  item: [],
  context: [],
  language: [],
  category: [],
  labels: [],
  min_score: [],
  max_score: [],
  verdict_contract: [],
  // the tag alone, for templates that say in their own words how to write it
  verdict_tag: [],
  nonce: [],
  attempt: [],
};

const LISTS = new Set(['candidates', 'criteria', 'checklist', 'labels', 'candidates.turns']);
const LOOP_FIELDS = ['index', 'index0', 'first', 'last', 'length'];
const FILTERS = new Set(['length', 'join', 'trim', 'upper', 'lower', 'first', 'last', 'default']);
const TESTS = new Set(['defined', 'none', 'undefined']);
const OPERATORS = new Set(['==', '!=', '<', '>', '<=', '>=', 'and', 'or', 'in', 'not in', '+', '-', '~']);
/** Loops in loops: candidates and their turns need two; more would only multiply texts. */
const DEEPEST_LOOP = 2;
/** Letters of a template, and of what it is rendered to: a million tokens is more than any judge model reads. */
export const LONGEST_TEMPLATE = 100_000;
const LONGEST_RENDERED = 8_000_000;

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;
type Scope = ReadonlyMap<string, string>;

/**
 * Checks a section of a template: a part of Jinja with values, `if` and `for`, and no way to make new names, call
 * functions or include files. Jinja renders what it does not know as nothing, so every name is looked up here.
 * @param firstLine line of the file, from 1, where `text` starts
 * @returns names used, among those of TEMPLATE_VARIABLES
 */
export function checkTemplate(
  text: string,
  firstLine: number,
  fault: (fault: JudgeFault) => void,
): ReadonlySet<string> {
  const used = new Set<string>();
  const open: { kind: 'if' | 'for'; place: Place; scope: Scope }[] = [];
  const scopeNow = (): Scope => open.at(-1)?.scope ?? new Map();
  for (const block of blocksOf(text)) {
    const place = placeOf(text, block.start, firstLine);
    const say = (message: string, hint?: string) =>
      fault({ ...place, message, ...(hint === undefined ? {} : { hint }) });
    if (block.kind === 'unclosed') {
      say(`"${block.inner}" is not closed on its line`, 'Close {{ with }}, {% with %} and {# with #}.');
      break;
    }
    if (block.kind === 'comment') continue;
    if (block.kind === 'value') {
      checkExpression(block.inner, scopeNow(), used, say);
      continue;
    }
    const [, word = '', rest = ''] = /^(\w*)\s*([\s\S]*)$/.exec(block.inner) ?? [];
    if (word === 'if' || word === 'elif') {
      if (word === 'elif' && open.at(-1)?.kind !== 'if') say('"elif" without "if"');
      checkExpression(rest, scopeNow(), used, say);
      if (word === 'if') open.push({ kind: 'if', place, scope: scopeNow() });
    } else if (word === 'for') {
      const loop = /^([a-z_]\w*)\s+in\s+([a-z_]\w*(?:\.\w+)?)$/.exec(rest);
      if (loop === null) {
        say(`cannot read "for ${rest}"`, 'Write {% for answer in candidates %}.');
        open.push({ kind: 'for', place, scope: scopeNow() });
        continue;
      }
      const [, name = '', list = ''] = loop;
      checkExpression(list, scopeNow(), used, say);
      const of = resolve(list, scopeNow());
      if (of !== null && !LISTS.has(of))
        say(`"${list}" is not a list`, `Lists are ${[...LISTS].join(', ')}.`);
      if (Object.hasOwn(TEMPLATE_VARIABLES, name)) say(`"${name}" is the name of a variable already`);
      if (open.filter(({ kind }) => kind === 'for').length >= DEEPEST_LOOP) say('loops are nested too deep');
      const scope = new Map(scopeNow()).set(name, of === null ? '?' : `${of}[]`).set('loop', 'loop');
      open.push({ kind: 'for', place, scope });
    } else if (word === 'else') {
      if (open.length === 0) say('"else" without "if"');
    } else if (word === 'endif' || word === 'endfor') {
      if (open.pop()?.kind !== word.slice(3)) say(`"${word}" closes nothing`);
    } else {
      say(
        `there is no "{% ${word} %}" in a judge`,
        'There are if, elif, else, for, and the sections system and user.',
      );
    }
  }
  for (const { kind, place } of open) fault({ ...place, message: `"${kind}" is not closed by "end${kind}"` });
  return used;
}

/** A section ready to be filled. */
export type CompiledTemplate = {
  /**
   * Fills it in one pass: values are data, never template.
   * @throws ArenaError('too_large') where it would become longer than any model reads
   */
  fill(values: Readonly<Record<string, unknown>>): string;
};

/** @throws Error where Jinja cannot read the text */
export function compileTemplate(text: string): CompiledTemplate {
  const template = new Template(text);
  return {
    fill(values) {
      if (mostLetters(text, values) > LONGEST_RENDERED)
        throw new ArenaError(
          'too_large',
          'The texts of this item make a longer request than any model reads.',
        );
      return template.render({ ...values });
    },
  };
}

type Place = { readonly line: number; readonly column: number };
type Block = {
  readonly kind: 'value' | 'statement' | 'comment' | 'unclosed';
  readonly inner: string;
  readonly start: number;
};

function* blocksOf(text: string): Generator<Block> {
  const opening = /\{\{|\{%|\{#/g;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const [mark] = found;
    const end = text.indexOf(mark === '{{' ? '}}' : mark === '{%' ? '%}' : '#}', found.index + 2);
    if (end === -1) {
      yield { kind: 'unclosed', inner: mark, start: found.index };
      return;
    }
    const kind = mark === '{{' ? 'value' : mark === '{%' ? 'statement' : 'comment';
    const inner = text
      .slice(found.index + 2, end)
      .replace(/^-|-$/g, '')
      .trim();
    yield { kind, inner, start: found.index };
    opening.lastIndex = end + 2;
  }
}

function placeOf(text: string, at: number, firstLine: number): Place {
  const before = text.slice(0, at).split('\n');
  return { line: firstLine + before.length - 1, column: before.at(-1)!.length + 1 };
}

/** What a name or a name's field is: a variable, `variable.field`, `variable[]`, `loop`; null: unknown. */
function resolve(path: string, scope: Scope): string | null {
  const [name = '', field] = path.split('.');
  const base = scope.get(name) ?? (Object.hasOwn(TEMPLATE_VARIABLES, name) ? name : null);
  if (base === null || field === undefined) return base;
  return `${base.replace(/\[\]$/, '')}.${field}`;
}

function checkExpression(
  text: string,
  scope: Scope,
  used: Set<string>,
  say: (message: string, hint?: string) => void,
): void {
  let body: Node | undefined;
  try {
    const parsed = new Template(`{{ ${text} }}`).parsed.body as unknown as Node[];
    body = parsed.length === 1 ? parsed[0] : undefined;
  } catch {
    body = undefined;
  }
  if (body === undefined) {
    say(`cannot read "${text}"`, 'Write a variable, as in {{ question }}.');
    return;
  }
  visit(body);

  function visit(node: Node): void {
    const children = (...keys: string[]) => {
      for (const key of keys) if (node[key] !== undefined && node[key] !== null) visit(node[key] as Node);
    };
    switch (node.type) {
      case 'Identifier':
        visitName(String(node.value));
        return;
      case 'MemberExpression':
        visitMember(node);
        return;
      case 'StringLiteral':
      case 'IntegerLiteral':
      case 'FloatLiteral':
        return;
      case 'BinaryExpression': {
        const operator = String((node.operator as Node).value);
        if (!OPERATORS.has(operator)) say(`"${operator}" cannot be used here`);
        children('left', 'right');
        return;
      }
      case 'UnaryExpression':
        children('argument');
        return;
      case 'Ternary':
        children('condition', 'trueExpr', 'falseExpr');
        return;
      case 'TestExpression':
        if (!TESTS.has(String((node.test as Node).value)))
          say('this test cannot be used here', namesOf(TESTS));
        children('operand');
        return;
      case 'FilterExpression': {
        const filter = node.filter as Node;
        const name = String((filter.type === 'CallExpression' ? (filter.callee as Node) : filter).value);
        if (!FILTERS.has(name)) say(`there is no filter "${name}" in a judge`, namesOf(FILTERS));
        if (filter.type === 'CallExpression') for (const argument of filter.args as Node[]) visit(argument);
        children('operand');
        return;
      }
      default:
        say(
          `"${text}" is more than a judge's template may do`,
          'Values, comparisons and filters can be used.',
        );
    }
  }

  function visitName(name: string): void {
    if (name === 'true' || name === 'false' || name === 'none' || scope.has(name)) return;
    if (!Object.hasOwn(TEMPLATE_VARIABLES, name))
      say(`there is no variable "${name}"`, `Variables are ${Object.keys(TEMPLATE_VARIABLES).join(', ')}.`);
    else used.add(name);
  }

  function visitMember(node: Node): void {
    const [object, property] = [node.object as Node, node.property as Node];
    if (object.type !== 'Identifier') {
      say(`"${text}" is more than a judge's template may do`);
      return;
    }
    const name = String(object.value);
    visitName(name);
    const base = scope.get(name) ?? name;
    if (node.computed === true) {
      if (property.type !== 'IntegerLiteral' || !LISTS.has(base))
        say(`"${name}[…]" takes a number, of a list`);
      return;
    }
    const field = String(property.value);
    const fields =
      base === 'loop'
        ? LOOP_FIELDS
        : base.endsWith('[]') || !LISTS.has(base)
          ? (TEMPLATE_VARIABLES[base.replace(/\[\]$/, '')] ?? [])
          : [];
    if (base !== '?' && !fields.includes(field))
      say(
        `"${name}" has no "${field}"`,
        fields.length === 0 ? `"${name}" is a text or a list.` : `It has ${fields.join(', ')}.`,
      );
  }
}

function namesOf(names: ReadonlySet<string>): string {
  return `There are ${[...names].join(', ')}.`;
}

/** Most letters that a section can become: loops times what they show. Told before anything is rendered. */
function mostLetters(text: string, values: Readonly<Record<string, unknown>>): number {
  const open: { times: number; sizes: ReadonlyMap<string, number> }[] = [];
  let letters = text.length;
  for (const { kind, inner } of blocksOf(text)) {
    const { times, sizes } = open.at(-1) ?? { times: 1, sizes: new Map<string, number>() };
    const loop = /^for\s+(\w+)\s+in\s+(\w+)/.exec(inner);
    if (kind === 'statement' && loop !== null) {
      const [, name = '', list = ''] = loop;
      const elements = values[list];
      const count = Array.isArray(elements) ? elements.length : 16;
      const size = Array.isArray(elements)
        ? Math.max(0, ...elements.map(sizeOf))
        : (sizes.get(list) ?? sizeOf(elements));
      open.push({ times: times * count, sizes: new Map(sizes).set(name, size) });
    } else if (kind === 'statement' && inner.startsWith('if')) open.push({ times, sizes });
    else if (kind === 'statement' && inner.startsWith('end')) open.pop();
    else if (kind === 'value') {
      for (const [name] of inner.matchAll(/[a-z_]\w*/g))
        letters += times * (sizes.get(name) ?? (Object.hasOwn(values, name) ? sizeOf(values[name]) : 0));
    }
    letters += kind === 'statement' && loop !== null ? text.length * (open.at(-1)?.times ?? 1) : 0;
  }
  return letters;
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 20;
  return Object.values(value).reduce<number>((sum, each) => sum + sizeOf(each), 0);
}
