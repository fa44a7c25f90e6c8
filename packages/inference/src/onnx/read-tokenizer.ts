import { Tokenizer } from '@huggingface/tokenizers';

type Json = Readonly<Record<string, unknown>>;

/** Texts ↔ ids of tokens, as the model was trained with. */
export type ModelTokenizer = {
  /** @param text with a template's special tokens in it, which are recognised; nothing is added */
  encode(text: string): number[];
  /** As the tokenizer itself would: with its `bos` and whatever else it adds. */
  encodeWhole(text: string): number[];
  /** Two texts as one, with what the tokenizer puts between them; `types` tells which text a token is of. */
  encodePair(first: string, second: string): { readonly ids: number[]; readonly types: number[] };
  /** Special tokens are left out. */
  decode(ids: readonly number[]): string;
  /** One token as text; special ones by their names; bytes that are no whole character as U+FFFD. */
  textOf(id: number): string;
  idOf(token: string): number | undefined;
  /** Largest id and one more. */
  readonly size: number;
};

/**
 * @param tokenizer tokenizer.json
 * @param config tokenizer_config.json
 */
export function readTokenizer(tokenizer: Json, config: Json): ModelTokenizer {
  const inner = new Tokenizer(
    { ...tokenizer, pre_tokenizer: withAllDigits(tokenizer.pre_tokenizer) },
    config,
  );
  return {
    encode: (text) => inner.encode(text, { add_special_tokens: false }).ids,
    encodeWhole: (text) => inner.encode(text).ids,
    encodePair(first, second) {
      // an empty text would be no second text at all
      const options = { text_pair: second === '' ? ' ' : second, return_token_type_ids: true } as const;
      const { ids, token_type_ids: types } = inner.encode(first, options);
      return { ids, types: types ?? ids.map(() => 0) };
    },
    decode: (ids) =>
      inner.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    textOf: (id) => inner.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
    idOf: (token) => inner.token_to_id(token),
    size: [...inner.get_vocab(true).values()].reduce((most, id) => Math.max(most, id), -1) + 1,
  };
}

/**
 * The step that cuts texts at digits takes every numeric character where models are trained (½, ² and ١ among them), and
 * only decimal digits in the package that is used here: written as the pattern that it means.
 */
function withAllDigits(step: unknown): unknown {
  if (typeof step !== 'object' || step === null) return step;
  const { type, pretokenizers, individual_digits: individual } = step as Json;
  if (type === 'Sequence' && Array.isArray(pretokenizers)) {
    return { ...step, pretokenizers: pretokenizers.map(withAllDigits) };
  }
  if (type !== 'Digits') return step;
  const pattern = { Regex: individual === true ? '\\p{N}' : '\\p{N}+' };
  return { type: 'Split', pattern, behavior: 'Isolated', invert: false };
}
