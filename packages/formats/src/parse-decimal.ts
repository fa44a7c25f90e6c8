const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A number as people write it in tables; NaN for everything else, `0x10`, `1_000` and `Infinity` among it. */
export function parseDecimal(text: string): number {
  const digits = text.trim();
  if (!DECIMAL.test(digits)) return Number.NaN;
  const value = Number(digits);
  return Number.isFinite(value) ? value : Number.NaN;
}
