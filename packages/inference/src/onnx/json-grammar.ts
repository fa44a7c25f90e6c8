import { ArenaError } from '@agon/domain';

/** What has to come next, the nearest first; null: nothing, the text is whole. */
export type JsonState = { readonly next: Expected; readonly rest: JsonState } | null;

type Expected =
  | { readonly kind: 'text'; readonly text: string }
  /** At most one character between two parts: a model may write as it likes, and not for ever. */
  | { readonly kind: 'space' }
  | { readonly kind: 'one of'; readonly texts: readonly string[] }
  /** What is left of a string and of an escape in it. */
  | { readonly kind: 'string' }
  | { readonly kind: 'escape' }
  | { readonly kind: 'hex'; readonly digits: number }
  | { readonly kind: 'number'; readonly written: string; readonly mayBreak: boolean }
  | { readonly kind: 'items'; readonly schema: JsonSchema; readonly isFirst: boolean };

type JsonSchema = Readonly<Record<string, unknown>>;

const KNOWN = [
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'const'],
  ...['title', 'description', '$schema'],
];
const SPACE: Expected = { kind: 'space' };
const PART_OF_NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?)?$/;
const WHOLE_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Texts that fit a JSON schema, read a character at a time: objects whose properties come in the order of the schema, all of
 * them; lists; strings, numbers, true and false; `enum` and `const`.
 * @throws ArenaError('invalid_request') for a keyword or type that is not known here, by its name
 */
export function jsonStateOf(schema: JsonSchema): JsonState {
  // a schema is read as far as the text has come: what it holds deeper would be met in the middle of a reply
  refuseUnknown(schema, 'the schema');
  return push(expectedOf(schema), null);
}

function refuseUnknown(schema: JsonSchema, where: string): void {
  const fail = (what: string): never => {
    throw new ArenaError('invalid_request', `Models of this machine do not write by ${what} in ${where}.`, {
      hint: `A schema may have ${KNOWN.join(', ')}; types are object, array, string, integer, number, boolean and null.`,
      at: { column: 'response_format' },
    });
  };
  const unknown = Object.keys(schema).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) fail(`"${unknown}"`);
  if (schema.enum !== undefined || schema.const !== undefined) {
    if (choicesOf(schema).length === 0) fail('an empty "enum"');
    return;
  }
  const { type } = schema;
  if (type === 'object') {
    for (const [name, each] of Object.entries(propertiesOf(schema))) refuseUnknown(each, `${where}.${name}`);
  } else if (type === 'array') refuseUnknown(itemsOf(schema), `${where}.items`);
  else if (!['string', 'integer', 'number', 'boolean', 'null'].includes(String(type)))
    fail(`the type ${JSON.stringify(type)}`);
}

const propertiesOf = ({ properties }: JsonSchema) =>
  (properties ?? {}) as Readonly<Record<string, JsonSchema>>;
const itemsOf = ({ items }: JsonSchema) => (items ?? {}) as JsonSchema;

/** As JSON. A text that another one begins with could not be told from it: numbers are read as numbers. */
function choicesOf(schema: JsonSchema): readonly string[] {
  const values = schema.const === undefined ? schema.enum : [schema.const];
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)) : [];
}

function expectedOf(schema: JsonSchema): readonly Expected[] {
  if (schema.enum !== undefined || schema.const !== undefined)
    return [{ kind: 'one of', texts: choicesOf(schema) }];
  switch (schema.type) {
    case 'object': {
      const parts = Object.entries(propertiesOf(schema)).map(([name, each]): readonly Expected[] => [
        { kind: 'text', text: JSON.stringify(name) },
        SPACE,
        { kind: 'text', text: ':' },
        SPACE,
        ...expectedOf(each),
        SPACE,
      ]);
      const joined = parts.flatMap((part, at): readonly Expected[] =>
        at === 0 ? part : [{ kind: 'text', text: ',' }, SPACE, ...part],
      );
      return [{ kind: 'text', text: '{' }, SPACE, ...joined, { kind: 'text', text: '}' }];
    }
    case 'array':
      return [{ kind: 'text', text: '[' }, SPACE, { kind: 'items', schema: itemsOf(schema), isFirst: true }];
    case 'string':
      return [{ kind: 'text', text: '"' }, { kind: 'string' }];
    case 'boolean':
      return [{ kind: 'one of', texts: ['true', 'false'] }];
    case 'null':
      return [{ kind: 'text', text: 'null' }];
    default:
      return [{ kind: 'number', written: '', mayBreak: schema.type === 'number' }];
  }
}

function push(expected: readonly Expected[], rest: JsonState): JsonState {
  return expected.reduceRight<JsonState>((state, next) => ({ next, rest: state }), rest);
}

/** Whether the text may end here. */
export function isWhole(state: JsonState): boolean {
  if (state === null) return true;
  const { next, rest } = state;
  return next.kind === 'number' ? WHOLE_NUMBER.test(next.written) && isWhole(rest) : false;
}

/** @returns what may follow then; undefined: the text does not fit */
export function readJson(state: JsonState, text: string): JsonState | undefined {
  let at: JsonState | undefined = state;
  for (const character of text) {
    at = readCharacter(at, character);
    if (at === undefined) return undefined;
  }
  return at;
}

/** Whether a string is being written, so that any text without quote, backslash and control characters fits. */
export function isInString(state: JsonState): boolean {
  return state?.next.kind === 'string';
}

function readCharacter(state: JsonState, character: string): JsonState | undefined {
  if (state === null) return undefined;
  const { next, rest } = state;
  switch (next.kind) {
    case 'text':
      if (!next.text.startsWith(character)) return undefined;
      return next.text === character
        ? rest
        : { next: { kind: 'text', text: next.text.slice(character.length) }, rest };
    case 'space':
      return /^[ \n\t]$/.test(character) ? rest : readCharacter(rest, character);
    case 'one of': {
      const texts = next.texts.flatMap((each) =>
        each.startsWith(character) ? [each.slice(character.length)] : [],
      );
      if (texts.length === 0) return undefined;
      return texts.includes('') ? rest : { next: { kind: 'one of', texts }, rest };
    }
    case 'string':
      if (character === '"') return rest;
      if (character === '\\') return { next: { kind: 'escape' }, rest: state };
      return character < ' ' ? undefined : state;
    case 'escape':
      if (character === 'u') return { next: { kind: 'hex', digits: 4 }, rest };
      return '"\\/bfnrt'.includes(character) ? rest : undefined;
    case 'hex':
      if (!/^[\da-fA-F]$/.test(character)) return undefined;
      return next.digits === 1 ? rest : { next: { kind: 'hex', digits: next.digits - 1 }, rest };
    case 'number': {
      const written = next.written + character;
      const isPart = next.mayBreak ? PART_OF_NUMBER.test(written) : /^-?(?:0|[1-9]\d*)?$/.test(written);
      if (isPart) return { next: { ...next, written }, rest };
      return WHOLE_NUMBER.test(next.written) ? readCharacter(rest, character) : undefined;
    }
    case 'items': {
      if (character === ']') return rest;
      const more: JsonState = { next: { ...next, isFirst: false }, rest };
      if (next.isFirst) return readCharacter(push([...expectedOf(next.schema), SPACE], more), character);
      return character === ',' ? push([SPACE, ...expectedOf(next.schema), SPACE], more) : undefined;
    }
  }
}
