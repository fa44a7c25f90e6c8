import type { Ranking } from '@agon/domain';
import type { Format } from '../format.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import { firstTwice } from '../rows/first-twice.ts';
import { parseCell } from '../rows/parse-json.ts';
import { RATER_COLUMNS } from './column-names.ts';
import { commonFields } from './common-fields.ts';

const PLACE_COLUMN = /^rank_(\d+)$/;
/** Every order of the models of one place is weighed, and there are 2ⁿ ways to have begun. */
const MAX_TIED_MODELS = 8;
/** Models in one list: every pair of them is one that met. */
const LONGEST = 1000;

/**
 * Rankings of several models: `ranking` (a list from the best, tied models in a list of their own; or `a > b = c`);
 * `models` and `ranks` (equal ranks tie, an empty one leaves the model unplaced); `rank_1`, `rank_2`, …; or `models`
 * and `winner`, an N-way vote. `models` beside `ranking` names all that were shown.
 */
export const rankedLists: Format = {
  id: 'ranked-lists',
  title: 'Ranked lists of models',
  requires: [['ranking'], ['rank_1'], ['models', 'ranks'], ['models', 'winner']],
  columns: new Set([
    'ranking',
    'models',
    'ranks',
    'winner',
    'prompt_id',
    'question_id',
    ...RATER_COLUMNS,
    'source',
    'weight',
    'category',
    'language',
  ]),
  numbered: PLACE_COLUMN,
  read(row, sink) {
    const { source, rater, weight, category, language } = commonFields(row, 'by name');
    const promptKey = row.optionalText('prompt_id') ?? row.optionalText('question_id');
    if (weight !== undefined && weight < 0) throw new RowFault('a weight below 0', 'weight', weight);
    sink.ranking(row, {
      ...checked(readPlaces(row)),
      source,
      ...(weight === undefined ? {} : { weight }),
      ...(rater === undefined ? {} : { rater }),
      ...(promptKey === undefined ? {} : { promptKey }),
      ...(category === undefined ? {} : { category }),
      ...(language === undefined ? {} : { language }),
    });
  },
};

type Places = Pick<Ranking, 'places' | 'unplaced'>;

function readPlaces(row: RowReader): Places {
  if (row.has('ranking')) {
    const places = placesOf(row);
    const shown = row.has('models') ? shownModels(row) : [];
    const ranked = new Set(places.flat());
    const strange = shown.length === 0 ? undefined : [...ranked].find((model) => !shown.includes(model));
    if (strange !== undefined) throw new RowFault('a ranked model that was not shown', 'ranking', strange);
    return { places, unplaced: shown.filter((model) => !ranked.has(model)) };
  }
  if (row.has('ranks')) return byRank(row, shownModels(row));
  if (row.has('models')) {
    const models = shownModels(row);
    const winner = row.text('winner');
    if (!models.includes(winner)) throw new RowFault('a winner that was not shown', 'winner', winner);
    return { places: [[winner]], unplaced: models.filter((model) => model !== winner) };
  }
  const columns = Object.keys(row.values)
    .flatMap((column) => {
      const place = PLACE_COLUMN.exec(column)?.[1];
      return place === undefined ? [] : [{ column, place: Number(place) }];
    })
    .sort((x, y) => x.place - y.place);
  const last = columns.findLastIndex(({ column }) => row.has(column));
  return { places: columns.slice(0, last + 1).map(({ column }) => [row.text(column)]), unplaced: [] };
}

function shownModels(row: RowReader): string[] {
  const models = row.texts('models');
  const twice = firstTwice(models);
  if (twice !== undefined) throw new RowFault('a model twice in one ranking', 'models', twice);
  return models;
}

/** A list, or its JSON, or `a > b = c` with blanks around the signs. */
function placesOf(row: RowReader): string[][] {
  const value = row.values.ranking;
  if (typeof value === 'string' && !value.trimStart().startsWith('[')) {
    return value.split(/\s+>\s+/).map((place) => place.split(/\s+=\s+/).map((model) => model.trim()));
  }
  const list: unknown = typeof value === 'string' ? parseCell(value) : value;
  if (!Array.isArray(list)) throw new RowFault('not a list of models', 'ranking', value);
  return list.map((place: unknown) => {
    const models: unknown[] = Array.isArray(place) ? place : [place];
    return models.map((model) => {
      if (typeof model === 'string' && model.trim() !== '') return model;
      throw new RowFault('not a list of models', 'ranking', value);
    });
  });
}

function byRank(row: RowReader, models: readonly string[]): Places {
  const given = row.values.ranks;
  const ranks: unknown = typeof given === 'string' ? parseCell(given) : given;
  if (!Array.isArray(ranks)) throw new RowFault('not a list of ranks', 'ranks', given);
  if (ranks.length !== models.length) {
    throw new RowFault(`${ranks.length} ranks for ${models.length} models`, 'ranks', given);
  }
  const byPlace = new Map<number, string[]>();
  const unplaced: string[] = [];
  models.forEach((model, at) => {
    const rank: unknown = ranks[at];
    if (rank === null || rank === '') unplaced.push(model);
    else if (typeof rank !== 'number' || !Number.isFinite(rank))
      throw new RowFault('not a list of ranks', 'ranks', given);
    else byPlace.set(rank, [...(byPlace.get(rank) ?? []), model]);
  });
  const places = [...byPlace].sort(([x], [y]) => x - y).map(([, tied]) => tied);
  return { places, unplaced };
}

function checked({ places, unplaced }: Places): Places {
  const all = [...places.flat(), ...unplaced];
  if (all.some((model) => model.trim() === '')) throw new RowFault('a model without a name');
  const twice = firstTwice(all);
  if (twice !== undefined) throw new RowFault('a model twice in one ranking', null, twice);
  if (places.length === 0) throw new RowFault('no model has a place');
  if (all.length > LONGEST) throw new RowFault(`more than ${LONGEST} models in one ranking`);
  if (all.length < 2) throw new RowFault('a ranking of one model', null, all[0]);
  const crowded = places.find((place) => place.length > MAX_TIED_MODELS);
  if (crowded !== undefined)
    throw new RowFault(`more than ${MAX_TIED_MODELS} models share one place`, null, crowded.join(', '));
  return { places, unplaced };
}
