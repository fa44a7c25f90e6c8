import type { RatingResult } from '@agon/domain';

/** One number of a result with its interval, in the unit in which the result has it. */
export type Reading = {
  readonly name: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

export type ReadIntervals = (result: RatingResult) => readonly Reading[];

export const readRatings: ReadIntervals = ({ models }) =>
  models.map(({ model, rating, low, high }) => ({ name: model, value: rating, low, high }));

export const readWinRates: ReadIntervals = ({ models }) =>
  models.map((row) => ({
    name: row.model,
    value: row.winRate ?? null,
    low: row.winRateLow ?? null,
    high: row.winRateHigh ?? null,
  }));

export const readControlledRates: ReadIntervals = ({ models }) =>
  models.map((row) => ({
    name: row.model,
    value: row.lcWinRate ?? null,
    low: row.lcWinRateLow ?? null,
    high: row.lcWinRateHigh ?? null,
  }));

export const readTieParameter: ReadIntervals = ({ tie }) =>
  tie === undefined ? [] : [{ name: tie.name, value: tie.value, low: tie.low, high: tie.high }];

export const readCoefficients: ReadIntervals = ({ style }) =>
  (style ?? []).map(({ feature, coefficient, low, high }) => ({
    name: feature,
    value: coefficient,
    low,
    high,
  }));
