/**
 * Names short enough to stand over a narrow column, and still all different: each is cut after the fewest of its parts
 * that no other name begins with. `gpt-4`, `gpt-3.5-turbo`, `vicuna-13b-v1.2` → `gpt-4`, `gpt-3.5`, `vicuna`.
 */
export function shortNames(names: readonly string[]): Map<string, string> {
  return new Map(names.map((name) => [name, shortest(name, names)]));
}

function shortest(name: string, names: readonly string[]): string {
  const ends = [...name.matchAll(/[-_/ :]/g)].map((found) => found.index).filter((at) => at > 0);
  for (const end of ends) {
    const head = name.slice(0, end);
    if (names.every((other) => other === name || !other.startsWith(head))) return head;
  }
  return name;
}
