import { ArenaError } from '@agon/domain';

/** SQLSTATE classes and codes of the driver and of the network that say "nobody answers", not "no". */
const UNREACHABLE =
  /^(08|57P0|53300|CONNECT|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)/;

/** @returns the address without its password; null where it is none of a PostgreSQL server */
export function readDatabaseUrl(
  text: string,
): { readonly place: string; readonly role: string; readonly name: string } | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') return null;
  const role = decodeURIComponent(url.username) || 'of this user';
  const name = decodeURIComponent(url.pathname.slice(1)) || role;
  return { place: `${url.hostname || 'localhost'}:${url.port || 5432}`, role, name };
}

/**
 * One line on why a database does not let us work, and one on what to do. The password is in neither.
 * @param url where the connection went
 * @returns ArenaError database_unreachable, database_refused; an ArenaError as it is
 */
export function explainRefusal(url: string, cause: unknown): ArenaError {
  if (cause instanceof ArenaError) return cause;
  const code = codeOf(cause) ?? codeOf((cause as { cause?: unknown } | null)?.cause) ?? '';
  const said = cause instanceof Error ? cause.message : String(cause);
  const read = readDatabaseUrl(url);
  if (read === null) {
    return new ArenaError('database_refused', 'The address of the database is not one of PostgreSQL.', {
      hint: 'Write DATABASE_URL as postgres://role:password@host:5432/database',
    });
  }
  const { place, role, name } = read;
  const refuse = (message: string, hint: string) =>
    new ArenaError('database_refused', message, { hint, cause, data: { code } });
  if (UNREACHABLE.test(code)) {
    return new ArenaError('database_unreachable', `The database at ${place} does not answer (${code}).`, {
      hint: 'Check DATABASE_URL and that the PostgreSQL server runs and takes connections.',
      retryAfterMs: 2000,
      cause,
    });
  }
  switch (code) {
    case '28P01':
    case '28000':
      return refuse(
        `The database at ${place} does not let the role "${role}" in: ${said}.`,
        'Check the role and its password in DATABASE_URL, and pg_hba.conf of the server.',
      );
    case '3D000':
      return refuse(
        `There is no database "${name}" at ${place}.`,
        `Make it: createdb --owner "${role}" "${name}"`,
      );
    case '42501':
      return refuse(
        `The role "${role}" may not do this in the database "${name}": ${said}.`,
        `Make it the owner: ALTER DATABASE "${name}" OWNER TO "${role}"`,
      );
    case '25006':
      return readOnly(name);
    default:
      return refuse(
        `The database at ${place} cannot be used: ${said}${code === '' ? '' : ` (${code})`}.`,
        'Check DATABASE_URL.',
      );
  }
}

/** A standby, or a role whose transactions are read-only. */
export function readOnly(name: string): ArenaError {
  return new ArenaError('database_refused', `The database "${name}" is read-only for this role.`, {
    hint: 'Name the primary server and a role that may write in DATABASE_URL.',
  });
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
