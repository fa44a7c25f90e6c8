import { ArenaError } from '@agon/domain';

/** Variables of the arena, of its database and of the machine: their values are no keys of providers. */
const RESERVED = [
  /^(AGON|PG|POSTGRES|DATABASE|NODE|NPM|LD|DYLD|SSH|SSL|XDG|LC)(_|$)/,
  /^PG[A-Z]+$/,
  /(^|_)DATABASE_URL$/,
  /^(PATH|HOME|USER|USERNAME|LOGNAME|SHELL|PWD|OLDPWD|HOSTNAME|LANG|LANGUAGE|TERM|TZ|TMPDIR|TEMP|TMP|MAIL|PORT|HOST)$/,
];

/** Whether a variable never leaves the machine as a key, whoever names it. */
export function isReservedName(name: string): boolean {
  const upper = name.toUpperCase();
  return !/^[A-Z_][A-Z0-9_]*$/.test(upper) || RESERVED.some((pattern) => pattern.test(upper));
}

/** @throws ArenaError('provider_forbidden') where the variable is reserved */
export function refuseReserved(name: string): void {
  if (!isReservedName(name)) return;
  throw new ArenaError('provider_forbidden', `The variable ${name} is never sent to a provider.`, {
    hint: 'Put the key into a variable of its own, as OPENAI_API_KEY.',
  });
}
