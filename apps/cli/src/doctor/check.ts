import { isArenaError } from '@agon/domain';

/** One line of `agon doctor`. */
export type Check = {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do, or what is good to know. */
  readonly advice: string | null;
};

/** A check that fails with the message and the hint of an error. */
export function failed(name: string, error: unknown): Check {
  return {
    name,
    ok: false,
    found: error instanceof Error ? error.message : String(error),
    advice: (isArenaError(error) ? error.hint : undefined) ?? null,
  };
}
