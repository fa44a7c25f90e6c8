import {
  ArenaError,
  type ComparisonColumns,
  type JudgePower,
  type ModelRating,
  type RatingResult,
  type RatingSettings,
  type RatingWarning,
} from '@agon/domain';
import { ELO_PER_LOGIT } from '../elo-scale.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import { pickRows } from '../pairs/pick-rows.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { type Core, type CoreFit, rateCores } from '../rate-cores.ts';
import { fitRectifiedVotes, type RectifiedFit, trace } from './fit-rectified-votes.ts';
import { groupVerdicts, type JudgedBattles } from './judged-battles.ts';
import { type RectifiedVotes, rectifyVotes } from './rectified-votes.ts';

type PoweredFit = CoreFit & {
  readonly members: readonly number[];
  readonly anchor: number;
  readonly rectified: RectifiedVotes;
  readonly fitted: RectifiedFit;
  readonly alone: GroupIntervals;
};

/**
 * People's Bradley–Terry ratings, sharpened by judges: their verdicts on the battles that people voted on tell how far
 * to trust them, those on other battles then make the intervals narrower. See `fitRectifiedVotes`.
 *
 * Valid where, pair by pair, the battles that people saw are like those that judges saw, and where the judges were not
 * tuned on these votes. Models on which only judges spoke stay unrated.
 * @param columns with `source`, and with `prompt` (and `turn`) codes by which verdicts find votes
 * @throws ArenaError('no_overlap') where no judge decided a battle that a person voted on
 */
export function ratePredictionPowered(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const rowsOf = (source: number): Int32Array =>
    Int32Array.from({ length: columns.length }, (_, row) => row).filter(
      (row) => (columns.source?.[row] ?? 0) === source,
    );
  const [people, verdicts] = [pickRows(columns, rowsOf(0)), pickRows(columns, rowsOf(1))];
  const judged = groupVerdicts(verdicts);
  if (people.length === 0 || judged.length === 0) throw noOverlap(people, verdicts, judged);
  const tally = tallyComparisons(people, settings);
  const { result, fits } = rateCores(people, settings, tally, (core) =>
    fitCore(people, settings, core, judged),
  );
  const paired = fits.reduce((sum, { rectified }) => sum + rectified.pairedVotes, 0);
  if (paired === 0) throw noOverlap(people, verdicts, judged);
  const used = fits.reduce((sum, { rectified }) => sum + rectified.verdicts, 0);
  const away = judged.verdicts.reduce((sum, count) => sum + count, 0) - used;
  const alone = ratingsAlone(people.models, settings, fits);
  const [largest] = fits;
  return {
    ...result,
    comparisons: {
      read: columns.length,
      used: result.comparisons.used + used,
      excluded: [
        ...result.comparisons.excluded,
        ...judged.excluded.map(({ reason, count }) => ({ reason: `verdict_${reason}`, count })),
        ...(away > 0 ? [{ reason: 'verdict_on_pair_without_votes', count: away }] : []),
      ],
    },
    models: result.models.map((model): ModelRating => ({ ...model, ...alone.get(model.model) })),
    ...(largest === undefined ? {} : { judgePower: powerOf(largest) }),
    warnings: [...result.warnings, ...intervalWarning(settings)],
  };
}

function fitCore(
  people: ComparisonColumns,
  settings: RatingSettings,
  core: Core,
  judged: JudgedBattles,
): PoweredFit {
  const rectified = rectifyVotes(people, settings, core, judged);
  const fitted = fitRectifiedVotes(core.table, rectified, settings.cluster);
  const { fit, alone, covariance, aloneCovariance, degrees } = fitted;
  const warnings = [...fitted.warnings, ...judgeWarnings(rectified, fitted.lambda)];
  const wanted = settings.interval !== 'none';
  const around = ({ theta }: { theta: Float64Array }, matrix: Float64Array | null, said: RatingWarning[]) =>
    matrix === null || !wanted
      ? withoutIntervals(said)
      : fromCovariance(theta, matrix, core.anchor, settings.seed, said, { degrees });
  return {
    theta: fit.theta,
    iterations: fit.iterations,
    used: core.table.count.reduce((sum, count) => sum + count, 0),
    intervals: around(fit, covariance, warnings),
    alone: around(alone, aloneCovariance, []),
    members: core.members,
    anchor: core.anchor,
    rectified,
    fitted,
  };
}

/** Below this trust the judges change next to nothing. */
const LITTLE_TRUST = 0.05;
/** Below this many votes with a verdict, how far to trust judges is itself poorly known. */
const FEW_PAIRED = 100;

function judgeWarnings(
  { pairedVotes, extraBattles, judgedBattles }: RectifiedVotes,
  lambda: number,
): RatingWarning[] {
  if (pairedVotes === 0) {
    return [
      {
        code: 'no_paired_votes',
        message:
          'No judge decided a battle that people voted on, so these ratings are those of people alone.',
      },
    ];
  }
  const warnings: RatingWarning[] = [];
  if (pairedVotes < FEW_PAIRED) {
    warnings.push({
      code: 'few_paired_votes',
      message: `Only ${pairedVotes} votes are on battles that judges decided, too: how far to trust the judges rests on few, and intervals tend to be too narrow below ${FEW_PAIRED}.`,
    });
  }
  if (extraBattles === 0) {
    warnings.push({
      code: 'no_extra_verdicts',
      message: `People voted on all of the ${judgedBattles} battles that judges decided, so the judges add next to nothing; let them judge more battles.`,
    });
  } else if (lambda < LITTLE_TRUST) {
    warnings.push({
      code: 'judges_uninformative',
      message: `The judges' verdicts hardly go with people's votes on the same battles (λ = ${lambda.toFixed(2)}), so these ratings are nearly those of people alone.`,
    });
  }
  return warnings;
}

function powerOf({ fitted, rectified, intervals, alone }: PoweredFit): JudgePower {
  const { covariance, aloneCovariance, lambda } = fitted;
  const [own, before] = [trace(covariance ?? ONE), trace(aloneCovariance ?? ONE)];
  const [width, widthBefore] = [widthOf(intervals), widthOf(alone)];
  return {
    lambda,
    gain: own > 0 ? before / own : 1,
    narrower: width === null || widthBefore === null || widthBefore <= 0 ? null : 1 - width / widthBefore,
    votes: rectified.votes,
    pairedVotes: rectified.pairedVotes,
    judgedBattles: rectified.judgedBattles,
    extraBattles: rectified.extraBattles,
  };
}

const ONE = Float64Array.of(1);

function widthOf({ low, high }: GroupIntervals): number | null {
  if (low === null || high === null) return null;
  return high.reduce((sum, value, i) => sum + value - low[i]!, 0);
}

function ratingsAlone(
  models: readonly string[],
  settings: RatingSettings,
  fits: readonly PoweredFit[],
): ReadonlyMap<string, Pick<ModelRating, 'peopleRating' | 'peopleLow' | 'peopleHigh'>> {
  const { value } = settings.anchor;
  return new Map(
    fits.flatMap(({ members, anchor, fitted, alone: { low, high } }) => {
      const { theta } = fitted.alone;
      const origin = anchor < 0 ? 0 : theta[anchor]!;
      return members.map((model, i) => [
        models[model]!,
        {
          peopleRating: value + ELO_PER_LOGIT * (theta[i]! - origin),
          peopleLow: low === null ? null : value + ELO_PER_LOGIT * low[i]!,
          peopleHigh: high === null ? null : value + ELO_PER_LOGIT * high[i]!,
        },
      ]);
    }),
  );
}

function intervalWarning({ interval }: RatingSettings): RatingWarning[] {
  if (interval !== 'bootstrap' && interval !== 'fisher') return [];
  return [
    {
      code: 'interval_not_available',
      message: `Prediction-powered ratings have no ${interval} interval; theirs is the sandwich.`,
    },
  ];
}

function noOverlap(
  people: ComparisonColumns,
  verdicts: ComparisonColumns,
  judged: JudgedBattles,
): ArenaError {
  const data = { votes: people.length, verdicts: verdicts.length, judged_battles: judged.length };
  const refuse = (message: string, hint: string) => new ArenaError('no_overlap', message, { hint, data });
  if (people.length === 0) {
    return refuse(
      'There is no vote of a person: judges alone say nothing of what people prefer.',
      'Add people’s votes; or rate the judges’ verdicts by themselves with bradley-terry.',
    );
  }
  if (verdicts.length === 0) {
    return refuse(
      'There is no verdict of a judge beside people’s votes.',
      'Add a file of verdicts (--verdicts FILE), or mark them by a column source=judges.',
    );
  }
  return refuse(
    `None of the ${verdicts.length} verdicts is on a battle that one of the ${people.length} votes is on.`,
    'A verdict finds a vote by prompt (prompt_id), pair of models and turn; have judges decide battles that people voted on.',
  );
}
