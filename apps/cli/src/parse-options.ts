import { ArenaError } from '@agon/domain';
import type { PreferenceRange } from '@agon/formats';
import { type LabelMeaning, parseLabelMeaning } from '@agon/formats/labels';

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

/** `--name value` as a number from `least` to `most`; without them any. */
export function numberFrom(
  name: string,
  least = Number.NEGATIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
): (text: string) => number {
  const wanted = Number.isFinite(most)
    ? `a number from ${least} to ${most}`
    : Number.isFinite(least)
      ? `a number from ${least}`
      : 'a number';
  return number(name, (value) => value >= least && value <= most, wanted);
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

const OUTCOME_WORDS = 'VALUE=a, b, tie, both_bad or skip (a*3 for one that counts three times)';

/** `--label value=outcome`, as often as given. A value may have an equals sign, an outcome has none. */
export function labelMap(pairs: readonly string[] = []): Record<string, LabelMeaning> {
  const map = new Map<string, LabelMeaning>();
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    const value = pair.slice(0, Math.max(0, at)).trim();
    const meaning = at < 0 ? null : parseLabelMeaning(pair.slice(at + 1).trim());
    if (meaning === null) throw refuse('label', pair, OUTCOME_WORDS);
    if (map.has(value)) throw refuse('label', pair, `one meaning for the value ${value}`);
    map.set(value, meaning);
  }
  return Object.fromEntries(map);
}

/** `--preference LOW..HIGH`: from the value at which slot a wins to that at which slot b does. */
export function preferenceRange(text: string): PreferenceRange {
  const [low, high, ...more] = text
    .split('..')
    .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const fits = Number.isFinite(low) && Number.isFinite(high) && low !== high && more.length === 0;
  if (!fits) throw refuse('preference', text, 'LOW..HIGH, such as 0..1 or 1..2');
  return { low: low!, high: high! };
}

/** `--models column,column`, as often as given. */
export function columnList(lists: readonly string[]): string[] {
  const columns = lists.flatMap((list) => list.split(',').map((column) => column.trim()));
  if (columns.some((column) => column === '')) throw refuse('models', lists.join(','), 'column,column');
  return [...new Set(columns)];
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
