import { ArenaError, type Comparison } from '@agon/domain';

export const AGREEMENT_GROUPINGS = ['rater', 'source', 'judge'] as const;
export type AgreementGrouping = (typeof AGREEMENT_GROUPINGS)[number];

export type Sides = {
  /** Name of the side that a comparison speaks for; null: it takes no part. */
  readonly sideOf: (row: Comparison) => string | null;
  /** The two names in the order of the report; null: these two are not asked for. */
  readonly order: (x: string, y: string) => readonly [left: string, right: string] | null;
};

/**
 * Who is held against whom. Without names: all pairs of raters, judges against people, or each judge against the
 * people and against each other judge. `left` and `right` name a side: `people`, `judges`, or a rater, where `*`
 * stands for any letters (`expert*`); the same name twice means agreement inside that side.
 * @throws ArenaError('invalid_request') for a name that nobody has, or for sides that share votes
 */
export function nameSides(
  rows: readonly Comparison[],
  by: AgreementGrouping,
  left: string | undefined,
  right: string | undefined,
): Sides {
  const named = [...new Set([left, right])].flatMap((name) =>
    name === undefined ? [] : [{ name, holds: membership(name) }],
  );
  for (const { name, holds } of named) {
    if (!rows.some(holds)) throw unknownSide(name, rows);
  }
  if (named.length === 2 && rows.some((row) => named.every(({ holds }) => holds(row)))) {
    throw new ArenaError('invalid_request', `"${left}" and "${right}" share votes.`, {
      hint: 'Name two sides without a common rater, or the same side twice.',
    });
  }
  const both = left !== undefined && right !== undefined;
  return {
    sideOf: (row) => named.find(({ holds }) => holds(row))?.name ?? (both ? null : defaultSide(row, by)),
    order: (x, y) => {
      if (x === y) return both && left === right && x === left ? [x, y] : null;
      if (left !== undefined) return x === left ? [x, y] : y === left ? [y, x] : null;
      if (right !== undefined) return y === right ? [x, y] : x === right ? [y, x] : null;
      if (by !== 'rater' && (x === PEOPLE || y === PEOPLE)) return x === PEOPLE ? [y, x] : [x, y];
      return x < y ? [x, y] : [y, x];
    },
  };
}

const PEOPLE = 'people';
const JUDGES = 'judges';

function defaultSide(row: Comparison, by: AgreementGrouping): string | null {
  if (by === 'source') return row.source;
  if (by === 'judge' && row.source === 'people') return PEOPLE;
  return row.rater ?? null;
}

function membership(name: string): (row: Comparison) => boolean {
  if (name === PEOPLE || name === JUDGES) return (row) => row.source === name;
  const pattern = new RegExp(`^${name.split('*').map(escaped).join('.*')}$`, 's');
  return (row) => row.rater !== undefined && pattern.test(row.rater);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function unknownSide(name: string, rows: readonly Comparison[]): ArenaError {
  const raters = [...new Set(rows.flatMap((row) => (row.rater === undefined ? [] : [row.rater])))].sort();
  const shown = raters.slice(0, 20).join(', ');
  return new ArenaError('invalid_request', `Nobody is called "${name}" here.`, {
    hint: `Sides: people, judges${shown === '' ? '' : `, ${shown}`}${raters.length > 20 ? ', …' : ''}.`,
    at: { value: name },
  });
}
