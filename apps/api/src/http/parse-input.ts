import { ArenaError, shownValue } from '@agon/domain';
import type { z } from '@hono/zod-openapi';

const SHOWN_VALUE = 200;

/** @throws ArenaError('invalid_request') with the first fault's field path in `at.column` */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // an unknown field is reported at its parent: name the field itself
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown].map(String);
  const value = path.length === 0 ? undefined : valueAt(input, path);
  const more = parsed.error.issues.length - 1;
  const where = path.length === 0 ? 'The request' : path.join('.');
  throw new ArenaError(
    'invalid_request',
    `${where}: ${issue?.message ?? 'does not fit'}${more > 0 ? ` (and ${more} more)` : ''}.`,
    {
      hint: 'See /api/v1/docs for the fields of this call.',
      ...(path.length === 0
        ? {}
        : {
            at: {
              column: path.join('.'),
              ...(value === undefined ? {} : { value: shownValue(value, SHOWN_VALUE) }),
            },
          }),
    },
  );
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
}
