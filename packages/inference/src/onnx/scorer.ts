import { readFileSync } from 'node:fs';
import { ArenaError } from '@agon/domain';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { asFloats } from './decoder.ts';
import { loadRuntime, type Runtime } from './onnx-runtime.ts';
import { openSession } from './open-session.ts';

/** A text as a scorer reads it. */
export type ScoredRow = {
  readonly ids: readonly number[];
  /** Of two texts, which one each token is of: 0 or 1. */
  readonly types: readonly number[];
};

export type ScorerOptions = {
  readonly modelFile: string;
  readonly executionProvider: string;
  readonly threads: number;
  /** What fills up the shorter rows of a batch. */
  readonly padToken: number;
};

const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'];
const LOGITS = 'logits';

/** One session of a model that gives a text one or two logits. Names and types are those that its graph tells. */
export class Scorer {
  readonly #options: ScorerOptions;
  readonly #runtime: typeof Runtime;
  readonly #session: InferenceSession;

  private constructor(options: ScorerOptions, runtime: typeof Runtime, session: InferenceSession) {
    this.#options = options;
    this.#runtime = runtime;
    this.#session = session;
  }

  /** @throws ArenaError as `openSession`; 'invalid_file' where the graph is not one of a scorer */
  static async load(options: ScorerOptions): Promise<Scorer> {
    const { modelFile } = options;
    const session = await openSession(readFileSync(modelFile), options);
    const unknown = session.inputNames.find((name) => !INPUTS.includes(name));
    const wrong =
      unknown !== undefined
        ? `has an input that is not known here: ${unknown}`
        : session.outputNames.includes(LOGITS)
          ? null
          : `has no output "${LOGITS}"; it has ${session.outputNames.join(', ')}`;
    if (wrong !== null) {
      await session.release();
      throw new ArenaError('invalid_file', `${modelFile} ${wrong}.`, {
        hint: `Export it for text classification: inputs among ${INPUTS.join(', ')}, and one output "${LOGITS}".`,
        at: { file: modelFile },
      });
    }
    return new Scorer(options, await loadRuntime(), session);
  }

  /**
   * @param rows of any lengths, padded on the right; at least one
   * @returns the logits of each row
   * @throws ArenaError('invalid_file') where they are not one or two numbers a row
   */
  async score(rows: readonly ScoredRow[]): Promise<readonly (readonly number[])[]> {
    const width = Math.max(...rows.map(({ ids }) => ids.length));
    const feeds: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) feeds[name] = this.#feed(name, rows, width);
    const logits = (await this.#session.run(feeds, [LOGITS]))[LOGITS]!;
    const [batch, labels = 0] = logits.dims;
    if (logits.dims.length !== 2 || batch !== rows.length || labels < 1 || labels > 2) {
      throw new ArenaError(
        'invalid_file',
        `${this.#options.modelFile} gives logits of the shape ${logits.dims.join(' × ')} for ${rows.length} texts; a reward model gives each text one logit, or two.`,
        {
          hint: 'Take a model with one label (a reward) or two (worse and better; first and second).',
          at: { file: this.#options.modelFile },
        },
      );
    }
    const all = asFloats(logits);
    return rows.map((_, row) => Array.from(all.subarray(row * labels, (row + 1) * labels)));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feed(name: string, rows: readonly ScoredRow[], width: number): Tensor {
    const fedAt = ({ ids, types }: ScoredRow, at: number): number => {
      const isPadding = at >= ids.length;
      switch (name) {
        case 'input_ids':
          return isPadding ? this.#options.padToken : ids[at]!;
        case 'attention_mask':
          return isPadding ? 0 : 1;
        case 'token_type_ids':
          return types[at] ?? 0;
        default:
          return isPadding ? 0 : at;
      }
    };
    const values = rows.flatMap((row) => Array.from({ length: width }, (_, at) => fedAt(row, at)));
    const dims = [rows.length, width];
    const meta = this.#session.inputMetadata.find((each) => each.name === name);
    return meta?.isTensor === true && meta.type === 'int32'
      ? new this.#runtime.Tensor('int32', Int32Array.from(values), dims)
      : new this.#runtime.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  }
}
