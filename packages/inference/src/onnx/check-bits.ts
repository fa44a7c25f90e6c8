import type { Tensor } from 'onnxruntime-node';
import { someTokens } from './check-provider.ts';
import type { Decoder, Past, Prefilled } from './decoder.ts';
import { ReplyRows } from './reply-rows.ts';

const PROMPT_TOKENS = 45;
/** Where the prompt is cut: behind two tokens, in the middle, in front of two. */
const CUTS = [2, 18, PROMPT_TOKENS - 2];
/** Of a prompt beside it, longer and shorter. */
const OTHER_TOKENS = [58, 33];

/**
 * Whether one and the same numbers come out, to the bit, wherever a prompt is cut (but for pieces that
 * `endsInSingle`), whatever prompts are read beside it, and whatever replies grow
 * beside its own. Products of matrices work out each row alone, in an order that does not depend on the others; attention
 * does so where it is told how long each row is. It is tried here rather than believed.
 */
export async function keepsBits(decoder: Decoder, vocabulary: number): Promise<boolean> {
  if (!decoder.hasRoom) return false;
  const ids = someTokens(PROMPT_TOKENS, vocabulary);
  const others = OTHER_TOKENS.map((count) => someTokens(count, vocabulary, 11));
  const whole = await decoder.read([lastOf(ids)], null, true);
  for (const cut of CUTS) {
    const { past } = await decoder.read([lastOf(ids.slice(0, cut))], null, true);
    if (!areAlike(whole, await decoder.read([lastOf(ids.slice(cut))], past, true))) return false;
  }
  for (const other of others) {
    const both = await decoder.read([lastOf(other), lastOf(ids)], null, true);
    const past = decoder.cut(both.past!, ids.length, 1);
    if (!areAlike(whole, { logits: [both.logits[1]!], past })) return false;
  }
  const alone = new ReplyRows(decoder, 1);
  const beside = new ReplyRows(decoder, OTHER_TOKENS.length + 1);
  for (const other of others) beside.add((await decoder.read([lastOf(other)], null, true)).past!);
  const rows = [alone.add(whole.past!), beside.add(whole.past!)] as const;
  for (const id of someTokens(2, vocabulary, 7)) {
    const one = (await alone.write(new Map([[rows[0], id]]))).get(rows[0])!;
    const next = new Map([...others.keys(), rows[1]].map((row) => [row, row === rows[1] ? id : 3] as const));
    if (!sameNumbers(one, (await beside.write(next)).get(rows[1])!)) return false;
  }
  return true;
}

const lastOf = (ids: readonly number[]) => ({ ids, places: [ids.length - 1] });

function areAlike(one: Prefilled, other: Prefilled): boolean {
  return (
    sameNumbers(one.logits[0]![0]!, other.logits[0]![0]!) &&
    tensorsOf(one.past!).every((tensor, at) =>
      sameNumbers(tensor.data as Float32Array, tensorsOf(other.past!)[at]!.data as Float32Array),
    )
  );
}

const tensorsOf = ({ tensors }: Past): readonly Tensor[] => Object.values(tensors);

function sameNumbers(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i += 1) if (one[i] !== other[i]) return false;
  return true;
}
