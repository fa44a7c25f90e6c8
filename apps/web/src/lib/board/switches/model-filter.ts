import type { Board } from '@agon/contract';
import type { Search } from './board-address.ts';

/** `open_weights=yes|no` and `licence=…` of the URL choose rows. Ranks and ratings stay those of the whole board. */
export function keepModels<Row extends { readonly model: string }>(
  rows: readonly Row[],
  models: Board['models'],
  search: Search,
): readonly Row[] {
  const openWeights = search.get('open_weights');
  const licence = search.get('licence') ?? '';
  if (openWeights !== 'yes' && openWeights !== 'no' && licence === '') return rows;
  const about = new Map(models.map((model) => [model.name, model]));
  return rows.filter(({ model }) => {
    const known = about.get(model);
    if (openWeights === 'yes' && known?.open_weights !== true) return false;
    if (openWeights === 'no' && known?.open_weights !== false) return false;
    return licence === '' || known?.licence === licence;
  });
}

/** Licences that models of this board have, by name. */
export function licencesOf(models: Board['models']): string[] {
  return [...new Set(models.flatMap(({ licence }) => (licence === null ? [] : [licence])))].sort();
}
