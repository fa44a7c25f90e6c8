import type { ModelInfo } from './load-model.ts';
import type { LocalRequest } from './local-request.ts';
import { sharedTokens } from './prefix-cache.ts';
import { endsInSingle } from './read-in-pieces.ts';

type Prompt = { readonly ids: readonly number[]; readonly request: Pick<LocalRequest, 'echo'> };

/** Tokens of prompts that are read together, padding included: more do not fill a processor better. */
const BATCH_TOKENS = { cpu: 256, device: 8192 };
/** Of a batch, padding may be a fifth. */
const MAX_PADDING = 0.2;

/**
 * Others to be read together with a prompt that nothing is known of: about as long, and with a beginning of their own, as
 * what begins alike is read once instead. A device that is not the processor reads long batches, and fetches no pasts for
 * beginnings.
 * @param most.mostRows prompts that are read together, the first included
 * @param most.isKnown whether the beginning of a prompt was read before
 */
export function chooseBeside<P extends Prompt>(
  first: P,
  waiting: readonly P[],
  {
    info,
    mostRows,
    isKnown,
  }: {
    readonly info: Pick<ModelInfo, 'executionProvider' | 'reading' | 'batches'>;
    readonly mostRows: number;
    readonly isKnown: (ids: readonly number[]) => boolean;
  },
): readonly P[] {
  const isCpu = info.executionProvider === 'cpu';
  if (!(isCpu ? info.reading.keepsBits : info.batches) || info.reading.attention === 'cpu') return [];
  const mostTokens = isCpu ? BATCH_TOKENS.cpu : BATCH_TOKENS.device;
  const fits = ({ ids, request }: P) =>
    !request.echo && !endsInSingle(ids.length) && !(isCpu && isKnown(ids));
  if (!fits(first)) return [];
  const taken: P[] = [];
  let longest = first.ids.length;
  let tokens = longest;
  for (const each of waiting) {
    const rows = taken.length + 2;
    if (rows > mostRows) break;
    const { length } = each.ids;
    const width = Math.max(longest, length);
    const isPadded = tokens + length < (1 - MAX_PADDING) * width * rows;
    if (width * rows > mostTokens || isPadded || !fits(each)) continue;
    if (isCpu && sharedTokens(first.ids, each.ids) > length / 4) continue;
    taken.push(each);
    longest = width;
    tokens += length;
  }
  return taken;
}
