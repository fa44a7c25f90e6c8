/** Counting sort: `order` lists the comparisons cluster by cluster, those of no known cluster from `known` on. */
export function sortByCluster(codes: Int32Array): {
  readonly order: Int32Array;
  readonly starts: Int32Array;
  readonly known: number;
} {
  let largest = -1;
  for (const code of codes) if (code > largest) largest = code;
  const starts = new Int32Array(largest + 2);
  let known = 0;
  for (const code of codes) {
    if (code < 0) continue;
    starts[code + 1]! += 1;
    known += 1;
  }
  for (let c = 0; c <= largest; c += 1) starts[c + 1]! += starts[c]!;
  const next = Int32Array.from(starts);
  const order = new Int32Array(codes.length);
  let rest = known;
  codes.forEach((code, at) => {
    if (code < 0) {
      order[rest] = at;
      rest += 1;
    } else {
      order[next[code]!] = at;
      next[code]! += 1;
    }
  });
  return { order, starts, known };
}
