import type { CallShape } from '@agon/contract';
import { problemSchema } from '@agon/contract';
import { z } from '@hono/zod-openapi';

type Content = Readonly<Record<string, { readonly schema: z.ZodType | Record<string, unknown> }>>;

/** Files of an export, by what the query asks for. */
const EXPORT_TYPES = [
  'application/x-ndjson',
  'text/csv',
  'application/vnd.apache.parquet',
  'application/json',
];

/** What a call replies, by its media type: a stream is a text whose parts have the schema, a file is bytes. */
export function replyContent({ reply, replyType }: CallShape): Content {
  switch (replyType) {
    case undefined:
      return { 'application/json': { schema: reply } };
    case 'text/event-stream':
      return { [replyType]: { schema: streamOf(reply, 'Server-sent events; the data of each is this.') } };
    case 'application/x-ndjson':
      return { [replyType]: { schema: streamOf(reply, 'One document a line, each of them this.') } };
    default:
      return Object.fromEntries(EXPORT_TYPES.map((type) => [type, { schema: {} }]));
  }
}

function streamOf(part: z.ZodType, description: string): Record<string, unknown> {
  const contentSchema = schemaInText(part, 'output');
  return { type: 'string', description, contentMediaType: 'application/json', contentSchema };
}

/** The schema of JSON in a text, which the generator of the document does not look into; its parts are components of it. */
function schemaInText(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io });
  const name = root.$ref?.replace('#/$defs/', '');
  const whole = name === undefined ? root : $defs[name];
  return JSON.parse(JSON.stringify(whole).replaceAll('#/$defs/', '#/components/schemas/'));
}

/** What a call takes: JSON, and files as a form where it takes some. */
export function bodyContent({ body, form }: CallShape): Content | null {
  if (body === undefined) return null;
  if (form === undefined) return { 'application/json': { schema: body } };
  return {
    'application/json': { schema: body },
    'multipart/form-data': {
      schema: {
        type: 'object',
        properties: {
          options: {
            type: 'string',
            description: 'JSON, before the files.',
            contentMediaType: 'application/json',
            contentSchema: schemaInText(form, 'input'),
          },
          file: {
            type: 'array',
            minItems: 1,
            items: { description: 'A file, with its name.' },
          },
        },
        required: ['file'],
        additionalProperties: false,
      },
    },
  };
}

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'A field is missing, unknown or has a value that it cannot have',
  401: 'No session and no key, or one that is not known',
  403: 'The role is too low, the key lacks the scope, or the request comes from another site',
  404: 'There is nothing of that name',
  405: 'The path takes other methods, which the header Allow lists',
  413: 'The body is too large',
  415: 'The body is of a type that the call does not take',
};

/** Refusals that a call may give, besides those of its own (`default`). */
export function problemReplies(path: string, shape: CallShape) {
  const codes = [
    400,
    // a key that is not known is refused by every call
    401,
    403,
    ...(path.includes('{') ? [404] : []),
    405,
    ...(shape.body === undefined ? [] : [413, 415]),
  ];
  const content = { 'application/problem+json': { schema: problemSchema } };
  return {
    ...Object.fromEntries(codes.map((code) => [code, { description: PROBLEMS[code] ?? '', content }])),
    default: { description: 'Refused or failed; the code says why', content },
  };
}

/**
 * `{allOf: [reference, {type: [object, null]}]}`, as the generator writes a reference that may be null, asks for both at
 * once, which null never is. It is one or the other.
 */
export function withNullableReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNullableReferences);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withNullableReferences(inner)] as const);
  const { allOf, ...rest } = Object.fromEntries(entries) as Record<string, unknown>;
  if (!Array.isArray(allOf)) return Object.fromEntries(entries);
  const parts = allOf.filter((part) => !isNullMark(part));
  if (parts.length === allOf.length) return { allOf, ...rest };
  return { ...rest, anyOf: [parts.length === 1 ? parts[0] : { allOf: parts }, { type: 'null' }] };
}

function isNullMark(part: unknown): boolean {
  const { type, ...others } = part as { readonly type?: unknown };
  return Array.isArray(type) && type.includes('null') && Object.keys(others).length === 0;
}
