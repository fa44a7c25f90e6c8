import { ArenaError, isArenaError } from '@agon/domain';
import { note } from './print.ts';

/**
 * Says what is wrong, where, and what to do: one JSON document on stdout with `--json`, else one line on stderr.
 * @returns the exit code: 2, nothing was done
 */
export function reportError(thrown: unknown, json: boolean): number {
  const error = isArenaError(thrown)
    ? thrown
    : new ArenaError('internal', thrown instanceof Error ? thrown.message : String(thrown), {
        cause: thrown,
      });
  if (json) {
    const document = {
      error: {
        code: error.code,
        message: error.message,
        hint: error.hint ?? null,
        ...(error.at === undefined ? {} : { at: error.at }),
        ...(error.data === undefined ? {} : { data: error.data }),
      },
    };
    process.stdout.write(`${JSON.stringify(document)}\n`);
  } else {
    const place = error.at === undefined ? '' : describePlace(error.at);
    const message = `${error.message}${place}`;
    const hint = error.hint === undefined ? '' : `${/[.!?]$/.test(message) ? ' ' : ' — '}${error.hint}`;
    note(`agon: ${message}${hint}`);
  }
  if (error.code === 'internal' && thrown instanceof Error && process.env.AGON_DEBUG)
    process.stderr.write(`${thrown.stack}\n`);
  return 2;
}

function describePlace(at: NonNullable<ArenaError['at']>): string {
  const parts = [
    at.file,
    at.line === undefined ? undefined : `line ${at.line}`,
    at.column === undefined ? undefined : `column ${at.column}`,
  ];
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}
