import type { ReadAnswer, ReadComparison, ReadFile, ReadPrompt, ReadScore, RefusedRow } from '@agon/formats';

/** What several files say together; rows that do not fit one another are refused here. */
export type MergedFiles = {
  readonly prompts: readonly ReadPrompt[];
  readonly answers: readonly ReadAnswer[];
  readonly comparisons: readonly ReadComparison[];
  readonly scores: readonly ReadScore[];
  readonly refused: readonly RefusedRow[];
  readonly rowsRead: number;
};

/**
 * @param files the read files, in the order of `sources`
 * @param knownKeys prompts that the campaign has already: an answer may belong to one of them
 */
export function mergeFiles(
  files: readonly ReadFile[],
  sources: readonly { readonly name: string }[],
  knownKeys: ReadonlySet<string>,
): MergedFiles {
  const prompts = new Map<string, ReadPrompt>();
  for (const file of files)
    for (const prompt of file.prompts) if (!prompts.has(prompt.key)) prompts.set(prompt.key, prompt);
  const refused: RefusedRow[] = files.flatMap((file) => file.refused);
  const answers = new Map<string, ReadAnswer>();
  for (const [i, file] of files.entries()) {
    const name = sources[i]?.name ?? '';
    const refuse = (answer: ReadAnswer, column: string, value: string, reason: string) =>
      refused.push({ file: answer.at.file ?? name, line: answer.at.line ?? 1, column, value, reason });
    for (const answer of file.answers) {
      if (!prompts.has(answer.promptKey) && !knownKeys.has(answer.promptKey)) {
        refuse(
          answer,
          'prompt',
          answer.promptKey,
          'no prompt with this id, in these files or in the campaign',
        );
        continue;
      }
      const slot = `${answer.promptKey}\u0000${answer.model}`;
      const first = answers.get(slot);
      if (first === undefined) answers.set(slot, answer);
      else if (JSON.stringify(first.turns) !== JSON.stringify(answer.turns)) {
        refuse(answer, 'model', answer.model, 'a second, different answer of this model to this prompt');
      }
    }
  }
  const comparisons: ReadComparison[] = [];
  for (const file of files) {
    for (const row of file.comparisons) {
      if (row.modelA !== row.modelB) comparisons.push(row);
      else {
        refused.push({
          file: row.at.file ?? '',
          line: row.at.line ?? 1,
          column: null,
          value: row.modelA,
          reason: 'the same model on both sides',
        });
      }
    }
  }
  return {
    prompts: [...prompts.values()],
    answers: [...answers.values()],
    comparisons,
    scores: files.flatMap((file) => file.scores),
    refused,
    rowsRead: files.reduce((sum, file) => sum + file.rowsRead, 0),
  };
}
