export type AlpacaEvalOutput = {
  /** Name of the set that the instruction is from. */
  readonly dataset: string;
  readonly instruction: string;
  readonly output: string;
  readonly model: string;
};

/** AlpacaEval's `model_outputs.json`; its files are one a model, this one may hold several. */
export function writeAlpacaEvalOutputs(outputs: readonly AlpacaEvalOutput[]): string {
  return JSON.stringify(
    outputs.map(({ dataset, instruction, output, model }) => ({
      dataset,
      instruction,
      output,
      generator: model,
    })),
  );
}
