/** Natural logarithms of the probabilities that these logits mean. */
export function logSoftmax(logits: Float32Array): Float64Array {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > most) most = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - most);
  const all = most + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - all);
}

/** The likeliest tokens, first the likeliest; of equal ones the smaller id. */
export function likeliest(logprobs: Float64Array, count: number): number[] {
  const top: number[] = [];
  for (let id = 0; id < logprobs.length; id += 1) {
    const value = logprobs[id]!;
    if (top.length === count && !(value > logprobs[top[count - 1]!]!)) continue;
    let place = top.length;
    while (place > 0 && value > logprobs[top[place - 1]!]!) place -= 1;
    top.splice(place, 0, id);
    if (top.length > count) top.pop();
  }
  return top;
}
