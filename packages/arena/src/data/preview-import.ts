import type { ImportResult } from '@agon/contract';
import type { MergedFiles } from './merge-files.ts';

const PREVIEW_BATTLES = 5;
const PREVIEW_ROWS = 5;
const EXCERPT = 600;

/** The first rows as battles, and the first lines of a table for mapping its columns. */
export function previewImport(
  files: readonly { readonly name: string; readonly text: string }[],
  merged: MergedFiles,
): NonNullable<ImportResult['preview']> {
  const table = firstTable(files[0]?.text ?? '');
  const textOf = new Map(merged.prompts.map((prompt) => [prompt.key, prompt.turns.join('\n\n')]));
  const answersOf = new Map<string, { model: string; text: string }[]>();
  for (const answer of merged.answers) {
    const list = answersOf.get(answer.promptKey) ?? [];
    list.push({ model: answer.model, text: answer.turns.join('\n\n').slice(0, EXCERPT) });
    answersOf.set(answer.promptKey, list);
  }
  const fromComparisons = merged.comparisons.slice(0, PREVIEW_BATTLES).map((row) => {
    const known = answersOf.get(row.promptKey ?? '') ?? [];
    const show = (model: string) => known.find((answer) => answer.model === model) ?? { model, text: '' };
    return {
      prompt: (textOf.get(row.promptKey ?? '') ?? row.promptKey ?? '').slice(0, EXCERPT),
      answers: [show(row.modelA), show(row.modelB)],
      outcome: row.outcome as string | null,
    };
  });
  const fromAnswers = merged.prompts.slice(0, PREVIEW_BATTLES).map((prompt) => ({
    prompt: prompt.turns.join('\n\n').slice(0, EXCERPT),
    answers: (answersOf.get(prompt.key) ?? []).slice(0, 2),
    outcome: null,
  }));
  return { ...table, battles: fromComparisons.length > 0 ? fromComparisons : fromAnswers };
}

/** Columns and first rows of a file, a value a column; what cannot be read as a table is an empty one. */
export function firstTable(text: string): { columns: string[]; rows: (string | null)[][] } {
  const head = text.trimStart().slice(0, 1);
  if (head === '{' || head === '[') {
    const records = text
      .split('\n', PREVIEW_ROWS + 1)
      .flatMap((line) => parseRecord(line))
      .slice(0, PREVIEW_ROWS);
    const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
    return { columns, rows: records.map((record) => columns.map((column) => cell(record[column]))) };
  }
  const lines = text.split(/\r?\n/, PREVIEW_ROWS + 1).filter((line) => line !== '');
  const separator = (lines[0] ?? '').includes('\t') ? '\t' : ',';
  const cells = lines.map((line) => line.split(separator).map((value) => value.replace(/^"|"$/g, '')));
  return { columns: cells[0] ?? [], rows: cells.slice(1) };
}

function parseRecord(line: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [value as Record<string, unknown>]
      : [];
  } catch {
    return [];
  }
}

function cell(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, EXCERPT);
}
