/** Work in parts that any thread may do, as a message between threads: the memory is shared. */
export type SharedParts = {
  readonly count: number;
  /** First the next part that nobody has begun, then how many are done, then the state of each. */
  readonly progress: SharedArrayBuffer;
};

const [NEXT, DONE, STATES] = [0, 1, 2];
/** Final states of a part: whose result counts; the last, the owner's in place of a helper's that is late. */
const OWN = 1;
const HELPED = 2;
const GIVEN_UP = 3;

export function shareParts(count: number): SharedParts {
  return { count, progress: new SharedArrayBuffer(4 * (STATES + count)) };
}

/** False where every part has been begun: then a helper need not get ready. */
export function isAnyLeft({ count, progress }: SharedParts): boolean {
  return Atomics.load(new Int32Array(progress), NEXT) < count;
}

/**
 * Does part after part until none is left to begin. `doPart` may write only where nothing but this part's result stands,
 * and the same bits whoever does it: where a helper is late, the owner does the part a second time.
 */
export function helpWithParts({ count, progress }: SharedParts, doPart: (part: number) => void): void {
  doParts(count, new Int32Array(progress), HELPED, doPart);
}

/**
 * Does parts together with whoever helps, and returns when all are done. What a helper began and did not finish while the
 * owner waited `patienceMs` for any part is done again here.
 */
export function finishParts(
  { count, progress }: SharedParts,
  doPart: (part: number) => void,
  patienceMs: number,
): void {
  const ints = new Int32Array(progress);
  doParts(count, ints, OWN, doPart);
  for (let done = Atomics.load(ints, DONE); done < count; done = Atomics.load(ints, DONE)) {
    if (Atomics.wait(ints, DONE, done, patienceMs) === 'timed-out') break;
  }
  for (let part = 0; part < count; part += 1) {
    if (Atomics.compareExchange(ints, STATES + part, 0, GIVEN_UP) === 0) doPart(part);
  }
}

/** Whether a helper's result of a finished part counts, and not the owner's. */
function isHelped({ progress }: SharedParts, part: number): boolean {
  return Atomics.load(new Int32Array(progress), STATES + part) === HELPED;
}

/** Parts that helpers did. */
export function helpedParts(parts: SharedParts): number {
  let helped = 0;
  for (let part = 0; part < parts.count; part += 1) helped += Number(isHelped(parts, part));
  return helped;
}

function doParts(count: number, ints: Int32Array, state: number, doPart: (part: number) => void): void {
  for (;;) {
    const part = Atomics.add(ints, NEXT, 1);
    if (part >= count) return;
    doPart(part);
    // the owner may have given it up, and done it meanwhile
    Atomics.compareExchange(ints, STATES + part, 0, state);
    Atomics.add(ints, DONE, 1);
    Atomics.notify(ints, DONE);
  }
}
