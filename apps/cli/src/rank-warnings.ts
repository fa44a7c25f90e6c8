import type { RatingResultJson } from '@agon/contract';
import {
  countsInOrder,
  METHOD_FACTS,
  type MethodOption,
  RATING_METHODS,
  type RatingMethod,
  type RatingWarning,
  takesOption,
} from '@agon/domain';

/** The options that were given on the command line, by their names in commander, and what they were fitted under. */
export type Given = {
  readonly names: ReadonlySet<string>;
  readonly method: RatingMethod;
  readonly settings: RatingResultJson['settings'];
  readonly isCampaign: boolean;
};

type Use = {
  /** The option's name in commander, and as it is typed. */
  readonly name: string;
  readonly flag: string;
  readonly isUsed: (given: Given) => boolean;
  /** What does use it. */
  readonly by: string;
};

/** An option that some methods use. */
const ofMethods = (name: MethodOption, flag: string, option: string = name): Use => ({
  name: option,
  flag,
  isUsed: ({ method }) => takesOption(method, name),
  by: `--method ${RATING_METHODS.filter((method) => takesOption(method, name)).join(' and ')}`,
});

/** The board's own query has no place for these. */
const inFilesOnly = (name: string, flag: string): Use => ({
  name,
  flag,
  isUsed: ({ isCampaign }) => !isCampaign,
  by: 'files, not for --campaign',
});

/** Options that change nothing under some settings: given all the same, they would be believed to have. */
const USES: readonly Use[] = [
  ofMethods('k', '--k'),
  ofMethods('initial', '--initial'),
  ofMethods('baseline', '--baseline'),
  ofMethods('style', '--style'),
  ofMethods('style', '--style-definition', 'styleDefinition'),
  ofMethods('ridge', '--ridge'),
  {
    name: 'anchor',
    flag: '--anchor',
    isUsed: ({ method, settings }) =>
      METHOD_FACTS[method].anchorsModel && !(countsInOrder(method) && settings.anchor.startsWith('mean=')),
    by: 'ratings that a fit puts on a scale; --initial is the mean of elo and glicko2',
  },
  {
    name: 'interval',
    flag: '--interval',
    isUsed: ({ method, settings }) =>
      METHOD_FACTS[method].intervals !== 'own' || settings.interval === 'none',
    by: 'other methods; the interval of glicko2 is always its own',
  },
  {
    name: 'cluster',
    flag: '--cluster',
    isUsed: ({ method, settings }) =>
      settings.cluster === 'none' ||
      (METHOD_FACTS[method].clustered.length > 0 &&
        (!countsInOrder(method) || settings.interval === 'bootstrap')),
    by: 'intervals that votes are drawn for: of elo the bootstrap, of glicko2 none',
  },
  {
    name: 'rounds',
    flag: '--rounds',
    isUsed: ({ settings }) => settings.interval === 'bootstrap',
    by: '--interval bootstrap',
  },
  {
    name: 'reweight',
    flag: '--reweight',
    isUsed: ({ method, settings }) => METHOD_FACTS[method].weights || settings.reweight === 'none',
    by: 'methods that use weights',
  },
  { name: 'data', flag: '--data', isUsed: ({ isCampaign }) => isCampaign, by: '--campaign' },
  inFilesOnly('panel', '--panel'),
  inFilesOnly('k', '--k'),
  inFilesOnly('initial', '--initial'),
  inFilesOnly('rounds', '--rounds'),
  inFilesOnly('seed', '--seed'),
  inFilesOnly('format', '--format'),
  inFilesOnly('map', '--map'),
  inFilesOnly('label', '--label'),
  inFilesOnly('preference', '--preference'),
  inFilesOnly('unblinded', '--unblinded'),
  inFilesOnly('oversampled', '--oversampled'),
  inFilesOnly('verdicts', '--verdicts'),
];

/** Fewer bootstrap rounds than this have no 2.5th percentile worth the name. */
const FEW_ROUNDS = 100;

/** What a careless command line asked for in vain. */
export function optionWarnings(given: Given, insights: RatingResultJson['insights']): RatingWarning[] {
  const { names, method, settings } = given;
  const warnings: RatingWarning[] = [];
  const told = new Set<string>();
  for (const { name, flag, isUsed, by } of USES) {
    if (!names.has(name) || told.has(name) || isUsed(given)) continue;
    told.add(name);
    warnings.push({ code: 'option_not_used', message: `${flag} changes nothing here: it is for ${by}.` });
  }
  if (names.has('insights') && insights == null) {
    const reason =
      method !== 'bradley-terry' || settings.prior !== null
        ? `they are of bradley-terry without a prior, not of ${settings.prior === null ? method : 'a prior'}`
        : 'no group of 2 to 300 models has a covariance';
    warnings.push({ code: 'no_insights', message: `There are no insights: ${reason}.` });
  }
  if (
    settings.interval === 'bootstrap' &&
    METHOD_FACTS[method].intervals !== 'own' &&
    settings.rounds < FEW_ROUNDS
  ) {
    warnings.push({
      code: 'few_rounds',
      message: `Percentiles of ${settings.rounds} bootstrap rounds are rough, and may miss the rating itself; take 1000.`,
    });
  }
  return warnings;
}

/** In which order the comparisons were counted, where times play a part in it. */
export function orderWarning(
  { isByTime, withoutTime }: { readonly isByTime: boolean; readonly withoutTime: number },
  count: number,
): RatingWarning[] {
  if (isByTime) {
    const message = 'The comparisons are counted in the order of their times, not of the file: each has one.';
    return [{ code: 'ordered_by_time', message }];
  }
  if (withoutTime === 0 || withoutTime === count) return [];
  const message = `The comparisons are counted in the order of the file: ${withoutTime} of ${count} have no time.`;
  return [{ code: 'ordered_by_file', message }];
}

/** Groups of names that are told, and letters of each. */
const [GROUPS_TOLD, LETTERS_TOLD] = [5, 60];

/** Names that a reader takes for one model, and the ratings for several. */
export function namesAlike(models: readonly string[]): RatingWarning[] {
  const byLook = new Map<string, string[]>();
  for (const model of models) {
    const look = model.normalize('NFKC').replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim().toLowerCase();
    const known = byLook.get(look);
    if (known === undefined) byLook.set(look, [model]);
    else known.push(model);
  }
  const groups = [...byLook.values()].filter((group) => group.length > 1);
  if (groups.length === 0) return [];
  const shown = groups.slice(0, GROUPS_TOLD).map((group) => group.map(asCode).join(' and '));
  const more = groups.length > GROUPS_TOLD ? `; and ${groups.length - GROUPS_TOLD} more` : '';
  return [
    {
      code: 'names_alike',
      message: `Some names differ only in case, spaces or signs that cannot be seen, and count as models of their own: ${shown.join('; ')}${more}.`,
    },
  ];
}

/** In quotes, with everything written out that does not show. */
function asCode(name: string): string {
  const seen = name
    .slice(0, LETTERS_TOLD)
    .replace(/[^\P{C}]|[\p{Z}\p{M}]/gu, (sign) =>
      sign === ' ' ? sign : `\\u{${sign.codePointAt(0)!.toString(16)}}`,
    );
  return `"${seen}${name.length > LETTERS_TOLD ? '…' : ''}"`;
}
