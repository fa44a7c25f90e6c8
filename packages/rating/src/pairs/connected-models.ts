import type { FittedPairs, PairTable } from './pair-table.ts';

export type ConnectedModels = {
  /** Groups that some chain of comparisons joins; each group ascending. Models without a comparison are in none. */
  readonly components: readonly (readonly number[])[];
  /**
   * Inside each component, the largest group whose members all beat each other through some chain (a tie counts as
   * half a win each way): there, and only there, is the maximum of the likelihood finite and unique (Zermelo, Ford).
   * Empty where no two models are joined that way.
   */
  readonly cores: readonly (readonly number[])[];
};

/**
 * Components, the largest first, with their cores in the same order. Of groups of one size the one with more comparisons
 * comes first, then the one with the first name: never the one that happened to be numbered first.
 * @param names of the models by number; without them a last draw goes by the numbers
 */
export function connectModels(table: PairTable, names: readonly string[] = []): ConnectedModels {
  const together = mutualGroup(table);
  if (together !== null) return { components: [together], cores: [together] };
  const { beats, meets } = neighbours(table);
  const component = new Int32Array(table.models).fill(-1);
  const components: number[][] = [];
  for (let start = 0; start < table.models; start += 1) {
    if (component[start]! >= 0 || meets[start]!.length === 0) continue;
    const group = [start];
    component[start] = components.length;
    for (let i = 0; i < group.length; i += 1) {
      for (const other of meets[group[i]!]!) {
        if (component[other]! >= 0) continue;
        component[other] = components.length;
        group.push(other);
      }
    }
    components.push(group.sort((x, y) => x - y));
  }
  const coreOf = components.map((): readonly number[] => []);
  const strong = strongGroups(beats).filter((group) => group.length > 1);
  for (const group of strong.sort(largestFirst(table, strong, names))) {
    const home = component[group[0]!]!;
    if (coreOf[home]!.length === 0) coreOf[home] = group;
  }
  const compare = largestFirst(table, components, names);
  const order = components.map((_, i) => i).sort((x, y) => compare(components[x]!, components[y]!));
  return { components: order.map((i) => components[i]!), cores: order.map((i) => coreOf[i]!) };
}

/** Whether all models are one core. Pairs without weight join nobody. */
export function isMutual(table: FittedPairs): boolean {
  if (mutualGroup(table)?.length === table.models) return true;
  return strongGroups(neighbours(table).beats).some((group) => group.length === table.models);
}

function largestFirst(
  table: PairTable,
  groups: readonly (readonly number[])[],
  names: readonly string[],
): (x: readonly number[], y: readonly number[]) => number {
  const home = new Int32Array(table.models).fill(-1);
  groups.forEach((group, i) => {
    for (const model of group) home[model] = i;
  });
  const inside = new Float64Array(groups.length);
  for (let cell = 0; cell < table.cells; cell += 1) {
    const at = home[table.low[cell]!]!;
    if (at >= 0 && at === home[table.high[cell]!]!) inside[at]! += table.count[cell]!;
  }
  const comparisons = (group: readonly number[]): number => inside[home[group[0]!]!]!;
  const firstName = (group: readonly number[]): string =>
    group.reduce((first, model) => {
      const name = names[model] ?? '';
      return name < first ? name : first;
    }, names[group[0]!] ?? '');
  return (x, y) => {
    const bySize = y.length - x.length || comparisons(y) - comparisons(x);
    if (bySize !== 0) return bySize;
    const [first, other] = [firstName(x), firstName(y)];
    return first === other ? x[0]! - y[0]! : first < other ? -1 : 1;
  };
}

/**
 * The usual case, told at once: pairs in which both sides got some points join all models that met anyone. Everybody then
 * beats everybody through some chain, either way. null proves nothing.
 */
function mutualGroup({ models, cells, low, high, weight, points }: FittedPairs): number[] | null {
  const parent = new Int32Array(models).fill(-1);
  const rootOf = (model: number): number => {
    let root = model;
    while (parent[root]! !== root) {
      parent[root] = parent[parent[root]!]!;
      root = parent[root]!;
    }
    return root;
  };
  let groups = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const i = low[cell]!;
    const j = high[cell]!;
    if (parent[i]! < 0 || parent[j]! < 0) {
      for (const model of [i, j]) {
        if (parent[model]! >= 0) continue;
        parent[model] = model;
        groups += 1;
      }
    } else if (groups === 1) continue;
    if (!(points[cell]! > 0 && points[cell]! < weight[cell]!)) continue;
    const [one, other] = [rootOf(i), rootOf(j)];
    if (one === other) continue;
    parent[other] = one;
    groups -= 1;
  }
  if (groups !== 1) return null;
  const members: number[] = [];
  for (let model = 0; model < models; model += 1) if (parent[model]! >= 0) members.push(model);
  return members;
}

function neighbours(table: FittedPairs): { beats: number[][]; meets: number[][] } {
  const beats: number[][] = Array.from({ length: table.models }, () => []);
  const meets: number[][] = Array.from({ length: table.models }, () => []);
  for (let cell = 0; cell < table.cells; cell += 1) {
    const low = table.low[cell]!;
    const high = table.high[cell]!;
    meets[low]!.push(high);
    meets[high]!.push(low);
    if (table.points[cell]! > 0) beats[low]!.push(high);
    if (table.points[cell]! < table.weight[cell]!) beats[high]!.push(low);
  }
  return { beats, meets };
}

/** Strongly connected groups, each ascending: Tarjan (1972), with its own stack so that long chains do not overflow. */
function strongGroups(edges: readonly (readonly number[])[]): number[][] {
  const found = new Int32Array(edges.length).fill(-1);
  const reach = new Int32Array(edges.length);
  const open = new Uint8Array(edges.length);
  const next = new Int32Array(edges.length);
  const pending: number[] = [];
  const groups: number[][] = [];
  let clock = 0;
  for (let root = 0; root < edges.length; root += 1) {
    if (found[root]! >= 0) continue;
    const path = [root];
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      if (found[node]! < 0) {
        found[node] = clock;
        reach[node] = clock;
        clock += 1;
        pending.push(node);
        open[node] = 1;
      }
      const targets = edges[node]!;
      let deeper = -1;
      while (next[node]! < targets.length && deeper < 0) {
        const target = targets[next[node]!]!;
        next[node]! += 1;
        if (found[target]! < 0) deeper = target;
        else if (open[target] === 1) reach[node] = Math.min(reach[node]!, found[target]!);
      }
      if (deeper >= 0) {
        path.push(deeper);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) reach[parent] = Math.min(reach[parent]!, reach[node]!);
      if (reach[node] !== found[node]) continue;
      const group: number[] = [];
      for (;;) {
        const member = pending.pop()!;
        open[member] = 0;
        group.push(member);
        if (member === node) break;
      }
      groups.push(group.sort((x, y) => x - y));
    }
  }
  return groups;
}
