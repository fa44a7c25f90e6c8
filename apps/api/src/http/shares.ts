/** One who holds things of which each may have so many. */
export type Share = { readonly owner: string; readonly most: number };

/** Who holds what, oldest first, so that whoever takes more than a share loses what they took first. */
export class Shares<Held extends object> {
  readonly #held = new Map<string, Set<Held>>();
  readonly #owners = new Map<Held, readonly string[]>();

  /** @returns what is to be given up for it: of each owner who now has too much, the oldest */
  take(held: Held, shares: readonly Share[]): readonly Held[] {
    const tooMany = new Set<Held>();
    for (const { owner, most } of shares) {
      const own = this.#held.get(owner) ?? new Set();
      this.#held.set(owner, own.add(held));
      // those that another share takes already make room here too
      let left = own.size - [...own].filter((each) => tooMany.has(each)).length;
      for (const each of own) {
        if (left <= most) break;
        if (each === held || tooMany.has(each)) continue;
        tooMany.add(each);
        left -= 1;
      }
    }
    this.#owners.set(
      held,
      shares.map(({ owner }) => owner),
    );
    return [...tooMany];
  }

  giveUp(held: Held): void {
    for (const owner of this.#owners.get(held) ?? []) {
      const own = this.#held.get(owner);
      own?.delete(held);
      if (own?.size === 0) this.#held.delete(owner);
    }
    this.#owners.delete(held);
  }
}
