import { ArenaError } from '@agon/domain';

/** `--name value` as a whole number within a range. @throws ArenaError('unknown_option') */
export function wholeNumber(
  name: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most || text.trim() === '') {
      throw refuse(
        name,
        text,
        most === Number.MAX_SAFE_INTEGER
          ? `a whole number from ${least}`
          : `a whole number from ${least} to ${most}`,
      );
    }
    return value;
  };
}

/** `--name value` as a number above `above`. */
export function numberAbove(name: string, above: number): (text: string) => number {
  return number(name, (value) => value > above, `a number above ${above}`);
}

/** `--name value` as a number, `least` or more; without `least` any. */
export function numberFrom(name: string, least = Number.NEGATIVE_INFINITY): (text: string) => number {
  return number(
    name,
    (value) => value >= least,
    Number.isFinite(least) ? `a number from ${least}` : 'a number',
  );
}

function number(name: string, fits: (value: number) => boolean, wanted: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isFinite(value) || !fits(value) || text.trim() === '') throw refuse(name, text, wanted);
    return value;
  };
}

/** `--name value` as one of a closed list. */
export function oneOf<const Choice extends string>(
  name: string,
  choices: readonly Choice[],
): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    const near = choices.find((choice) => loose(choice) === loose(text));
    throw refuse(name, text, `one of ${choices.join(', ')}`, near);
  };
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** `--map column=field`, as often as given. A column may have an equals sign in its name, a field has none. */
export function columnMap(pairs: readonly string[] = []): Record<string, string> {
  const map = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    if (at <= 0 || at === pair.length - 1) throw refuse('map', pair, 'column=field');
    const column = pair.slice(0, at);
    if (map.has(column)) throw refuse('map', pair, `one field for the column ${column}`);
    map.set(column, pair.slice(at + 1));
  }
  return Object.fromEntries(map);
}

/** Without what is easily mistaken: case, the kind of dash, the order of a list. */
function loose(text: string): string {
  const parts = text.toLowerCase().split(',');
  return parts
    .map((part) => part.replace(/[^a-z0-9]/g, ''))
    .sort()
    .join();
}

function refuse(name: string, value: string, wanted: string, near?: string): ArenaError {
  return new ArenaError('unknown_option', `--${name} takes ${wanted}, not "${value}".`, {
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    at: { column: name, value },
  });
}
