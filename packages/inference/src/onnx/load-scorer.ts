import { availableParallelism } from 'node:os';
import { ArenaError } from '@agon/domain';
import { chatTemplate, type RenderChat } from './chat-template.ts';
import { providersToTry } from './execution-providers.ts';
import { type LoadOptions, type ModelInfo, mostBytesOf } from './load-model.ts';
import { planScorer } from './memory-plan.ts';
import { hashModel, openScorerFolder, type ScorerFolder } from './model-folder.ts';
import { dataFilesOf, measureModel } from './prepare-model.ts';
import { USUAL_READING } from './read-in-pieces.ts';
import { type ModelTokenizer, readTokenizer } from './read-tokenizer.ts';
import { type ScoredRow, Scorer } from './scorer.ts';

export type LoadedScorer = {
  readonly info: ModelInfo;
  readonly folder: ScorerFolder;
  readonly tokenizer: ModelTokenizer;
  /** Null: the folder has no chat template. */
  readonly renderChat: RenderChat | null;
  readonly scorer: Scorer;
};

/** Logits of one text that differ by no more are the same: what rounding alone does. */
const SAME_LOGIT = 0.01;
/** Some providers are wrong from 32 tokens on, and say nothing. */
const PROOF_REPEATS = 10;
/** An execution provider that is further from the processor, as a part of the logit, is wrong, not imprecise. */
const WRONG_LOGIT = 0.05;

/**
 * Loads a reward model.
 * @param admit is told how many bytes the model takes, and waited for before anything is loaded
 * @throws ArenaError not_found, invalid_file, unknown_option, too_large, provider_refused
 */
export async function loadScorer(
  options: LoadOptions,
  admit: (bytes: number) => Promise<void> = () => Promise.resolve(),
): Promise<LoadedScorer> {
  const folder = openScorerFolder(options.folder, options.file);
  const { modelFile, padToken } = folder;
  const memory = planScorer(measureModel(modelFile), {
    modelFile,
    mostBytes: mostBytesOf(options),
    contextTokens: folder.contextTokens,
  });
  if (options.numeric === 'int8') {
    throw new ArenaError('unknown_option', 'Reward models are run in float32 alone.', {
      hint: 'Leave out --numeric and the "+int8" behind the model’s name.',
      at: { column: 'numeric', value: 'int8' },
    });
  }
  await admit(memory.bytes);
  const tokenizer = readTokenizer(folder.tokenizer, folder.tokenizerConfig);
  const threads = options.threads ?? availableParallelism();
  const wanted = options.executionProvider === 'auto' ? 'cpu' : options.executionProvider;
  const [executionProvider = wanted] = await providersToTry(wanted);
  const scorer = await Scorer.load({ modelFile, executionProvider, threads, padToken });
  try {
    const repeats = executionProvider === 'cpu' ? 1 : PROOF_REPEATS;
    const [long, short] = someRows(tokenizer, repeats, folder.contextTokens);
    const alone = [(await scorer.score([long]))[0]!, (await scorer.score([short]))[0]!];
    if (executionProvider !== 'cpu') {
      const reference = await Scorer.load({ modelFile, executionProvider: 'cpu', threads, padToken });
      const exact = (await reference.score([long]))[0]!;
      await reference.release();
      refuseWrongNumbers(executionProvider, exact, alone[0]!);
    }
    const batches = await givesTheSame(scorer, [long, short], alone);
    const weightsHash = hashModel(modelFile, dataFilesOf(modelFile));
    return {
      folder,
      tokenizer,
      renderChat:
        folder.chatTemplate === null
          ? null
          : chatTemplate({ ...folder, chatTemplate: folder.chatTemplate }, false),
      scorer,
      info: {
        name: folder.name,
        file: modelFile,
        weightsHash,
        kernels: { prefill: 'given', decode: 'given' },
        numeric: 'float32',
        executionProvider,
        reading: USUAL_READING,
        memory,
        contextTokens: folder.contextTokens,
        vocabulary: tokenizer.size,
        batches,
        labels: alone[0]!.length,
        measured: [],
        notes: batches ? [] : ['Rows of a batch differ from the same rows alone: texts go one by one.'],
        fingerprint: `onnx-${weightsHash.slice(0, 16)}-float32-${executionProvider}`,
      },
    };
  } catch (error) {
    await scorer.release();
    throw error;
  }
}

/**
 * Two texts of different lengths.
 * @param repeats of the longer one's question, some ten tokens each
 * @param most tokens that a text may have; what is more is cut off
 */
function someRows(
  { encodePair }: ModelTokenizer,
  repeats: number,
  most: number,
): readonly [ScoredRow, ScoredRow] {
  const question = 'What is the capital of France, and since when? '.repeat(repeats).trim();
  const row = (first: string, second: string): ScoredRow => {
    const { ids, types } = encodePair(first, second);
    return { ids: ids.slice(0, most), types: types.slice(0, most) };
  };
  return [row(question, 'Paris, with interruptions, since 987.'), row('Hello', 'Hi')];
}

function refuseWrongNumbers(
  executionProvider: string,
  exact: readonly number[],
  found: readonly number[],
): void {
  const isNear = exact.every(
    (logit, at) => Math.abs(logit - found[at]!) <= WRONG_LOGIT * (1 + Math.abs(logit)),
  );
  if (isNear) return;
  throw new ArenaError(
    'provider_refused',
    `${executionProvider} computes this model wrongly: ${found.join(', ')} where the processor has ${exact.join(', ')}.`,
    { hint: 'Run it with --ep cpu.', at: { column: 'ep', value: executionProvider } },
  );
}

/** Whether padded rows of one batch get what each gets alone: exports without a pad token score the padding. */
async function givesTheSame(
  scorer: Scorer,
  rows: readonly ScoredRow[],
  alone: readonly (readonly number[])[],
): Promise<boolean> {
  try {
    const together = await scorer.score(rows);
    return together.every((logits, row) =>
      logits.every((logit, at) => Math.abs(logit - alone[row]![at]!) <= SAME_LOGIT),
    );
  } catch {
    // some graphs take one row alone
    return false;
  }
}
