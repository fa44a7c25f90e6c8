import type { JudgeCardJson } from '@agon/contract';
import type { Judge } from '@agon/judging';
import {
  type ChanceFigures,
  calibrateScores,
  chanceOf,
  FEWEST_TO_CALIBRATE,
  SCORE_FOLDS,
  type ScoreCalibration,
} from '@agon/rating/judge-card';
import { type HeldItem, swapOf } from './read-cells.ts';

/**
 * What a reward model's scores say of people on these items, by their votes as they are now.
 * @returns the items with P(people prefer a) where the votes can tell it, and with nothing but who won where they cannot,
 * whatever an earlier calibration wrote down
 */
export function calibrateRewards(
  items: readonly HeldItem[],
  subject: number,
): { readonly items: readonly HeldItem[]; readonly fit: ScoreCalibration } {
  const fit = calibrateScores(
    items.map(({ prompt, splitBy, votes, weight, verdicts, gaps }) => ({
      prompt,
      splitBy,
      votes,
      ...(weight === undefined ? {} : { weight }),
      gaps: verdicts.flatMap(({ order }, k) => {
        const gap = gaps[k] ?? null;
        return gap === null ? [] : [{ order, gap }];
      }),
    })),
  );
  const withChances = items.map((item): HeldItem => {
    const verdicts = item.verdicts.map((verdict, k) => {
      const gap = item.gaps[k] ?? null;
      return gap === null ? verdict : { ...verdict, shareA: chanceOf(fit, item, gap) };
    });
    const said = item.said.map((own, at) => (at === subject ? verdicts : own));
    return { ...item, verdicts, said, swap: swapOf(verdicts) };
  });
  return { items: withChances, fit };
}

export function presentRewards(
  { verdict }: Judge,
  fit: ScoreCalibration,
): NonNullable<JudgeCardJson['reward']> {
  const figures = (of: ChanceFigures) => ({
    log_loss: of.logLoss,
    accuracy: of.accuracy,
    brier: of.brier,
    ece: of.ece,
  });
  return {
    form: verdict.parser === 'reward' ? verdict.form : 'pointwise',
    state: fit.state,
    slope: fit.slope,
    fitted_on: fit.fittedOn,
    held_out: fit.heldOut,
    folds: SCORE_FOLDS,
    needs: FEWEST_TO_CALIBRATE,
    calibrated: figures(fit.figures.calibrated),
    as_it_is: figures(fit.figures.asItIs),
    half: figures(fit.figures.half),
    gain: fit.gain,
  };
}
