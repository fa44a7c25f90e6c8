import { sortByCluster } from './sort-by-cluster.ts';

/**
 * One code for each pair of codes, in the order of the first and then the second; a row that has only the first is a
 * cluster of its own, after the others with that code; one that has not even it stays unknown.
 */
export function joinCodes(first: Int32Array, second: Int32Array): Int32Array {
  const bySecond = sortByCluster(second).order;
  const byBoth = sortByCluster(bySecond.map((at) => first[at]!));
  const joined = new Int32Array(first.length).fill(-1);
  let code = -1;
  let last = -1;
  for (let k = 0; k < byBoth.known; k += 1) {
    const at = bySecond[byBoth.order[k]!]!;
    const isNext = last < 0 || second[at]! < 0 || first[at] !== first[last] || second[at] !== second[last];
    if (isNext) code += 1;
    joined[at] = code;
    last = at;
  }
  return joined;
}
