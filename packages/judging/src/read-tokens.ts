/** Probabilities at one place of a reply, natural logarithms. */
export type TokenLogprobs = {
  readonly token: string;
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
};

export type JudgeReply = {
  readonly text: string;
  readonly reasoning?: string | null;
  /** As the server says it: `stop`, `length`, `content_filter`; null where it does not. */
  readonly finishReason: string | null;
  readonly logprobs?: readonly TokenLogprobs[] | null;
};

/** How far probabilities must reach, and whether a label without any counts. */
export type TokenRules = { readonly coverage: number; readonly text: 'accept' | 'refuse' };

export type TokenReading =
  | {
      readonly kind: 'shares';
      /** Of each label, summing to 1. */
      readonly shares: ReadonlyMap<string, number>;
      /** What all labels had together, 0..1. */
      readonly coverage: number;
      /** The likeliest, and whether another one is as likely. */
      readonly label: string;
      readonly level: boolean;
    }
  | { readonly kind: 'said'; readonly label: string }
  | { readonly kind: 'unscored'; readonly reason: 'unparseable' | 'cut_off' | 'low_coverage' };

/**
 * Labels' probabilities at the verdict's place: the first token behind thinking, which must be the whole reply. Spellings
 * with blanks around them ("A", " A") are summed. Without probabilities, a reply that is one label and nothing else.
 * @param labels one letter or digit each
 * @param bare a token without what may stand around its label
 */
export function readTokens(
  labels: readonly string[],
  rules: TokenRules,
  reply: JudgeReply,
  nonce: string | null,
  bare = (token: string) => token.trim(),
): TokenReading {
  const text = withoutThinking(reply.text, nonce);
  if (text === null) return { kind: 'unscored', reason: 'cut_off' };
  const none = {
    kind: 'unscored',
    reason: reply.finishReason === 'length' ? 'cut_off' : 'unparseable',
  } as const;
  const labelOf = (token: string): string | undefined => {
    const word = bare(token);
    if (labels.includes(word)) return word;
    // AlpacaEval's names for the two answers, in the order in which they are shown
    if (nonce === null && labels.includes('A') && labels.includes('B') && (word === 'm' || word === 'M'))
      return word === 'm' ? 'A' : 'B';
    return undefined;
  };
  const said = labelOf(text);
  const places = tokensOf(reply, text).filter(({ token }) => token.trim() !== '' && !isEndMark(token));
  const [place] = places;
  if (place === undefined) {
    if (said !== undefined && (rules.text === 'accept' || nonce === null))
      return { kind: 'said', label: said };
    return none;
  }
  // the "A" of "A good answer would …" is no verdict
  if (said === undefined && places.length > 1) return none;
  const sums = new Map<string, number>();
  const top = place.top.length > 0 ? place.top : [place];
  for (const [token, logprob] of new Map(top.map((each) => [each.token, each.logprob]))) {
    const label = labelOf(token);
    if (label !== undefined && logprob <= 0.001) sums.set(label, (sums.get(label) ?? 0) + Math.exp(logprob));
  }
  const covered = [...sums.values()].reduce((total, each) => total + each, 0);
  const [first, second] = [...sums].sort(([, x], [, y]) => y - x);
  if (first === undefined || covered < rules.coverage) return { kind: 'unscored', reason: 'low_coverage' };
  return {
    kind: 'shares',
    shares: new Map([...sums].map(([label, each]) => [label, each / covered])),
    coverage: Math.min(1, covered),
    label: first[0],
    level: second !== undefined && first[1] === second[1],
  };
}

/**
 * The same where the reply is a JSON object with one label under `choice` and nothing else: the place is the token in
 * which that label begins, whatever quotes and brackets the token has beside it.
 */
export function readTokensInJson(
  labels: readonly string[],
  rules: TokenRules,
  reply: JudgeReply,
  nonce: string | null,
): TokenReading {
  const text = withoutThinking(reply.text, nonce);
  const found = text === null ? null : /^\s*\{\s*"choice"\s*:\s*"(.)"\s*\}\s*$/su.exec(text);
  // a server that held the model to no schema: the bare label
  if (text === null || found === null) return readTokens(labels, rules, reply, nonce);
  const label = found[1]!;
  const at = text.lastIndexOf(`"${label}"`) + 1;
  const tokens = tokensOf(reply, text);
  let end = 0;
  const place = tokens.find(({ token }) => {
    end += token.length;
    return end > at;
  });
  // where the tokens are not the text, nobody knows which of them is the label's
  const isWhole = tokens
    .map(({ token }) => token)
    .join('')
    .startsWith(text.trimEnd());
  const logprobs = place === undefined || !isWhole ? null : [place];
  return readTokens(labels, rules, { text: label, finishReason: 'stop', logprobs }, nonce, (token) =>
    token.replace(/["{}\s]/g, ''),
  );
}

/** The reply's tokens from where its text starts, behind thinking. */
function tokensOf({ text: all, logprobs }: JudgeReply, text: string): readonly TokenLogprobs[] {
  let skip = all.length - text.length;
  return (logprobs ?? []).filter(({ token }) => {
    const isBehind = skip <= 0;
    skip -= token.length;
    return isBehind;
  });
}

function isEndMark(token: string): boolean {
  return /^<[|｜].*[|｜]>$|^<\/s>$|^<end_of_turn>$/.test(token.trim());
}

/**
 * The text behind the model's thinking, where a server left that in; null: the thinking does not end. Some chat
 * templates put the opening mark into the prompt, so that a reply has only the closing one; that is not believed in
 * replies without a nonce, where an answer that is quoted could have planted it.
 */
export function withoutThinking(text: string, nonce: string | null): string | null {
  const opened = /^\s*<(think|thinking|reasoning)>/i.test(text);
  const close = /<\/(think|thinking|reasoning)>/i.exec(text);
  if (close !== null) return opened || nonce !== null ? text.slice(close.index + close[0].length) : text;
  return opened ? null : text;
}
