import type { ImportResult } from '@agon/contract';
import { shownValue } from '@agon/domain';
import type { ReadMaterial, ReadPrompt } from '@agon/formats';

const BATTLES = 5;
const ROWS = 5;
/** Prompts of whose answers some are kept. */
const PROMPTS = 50;
const EXCERPT = 600;

type MaterialKind = keyof ReadMaterial;
type Shown = { readonly model: string; readonly text: string };

/** The first rows of the first file as they stand there, and the first battles that rows make. */
export class Preview {
  readonly #rows: Readonly<Record<string, unknown>>[] = [];
  readonly #columns = new Set<string>();
  readonly #prompts = new Map<number, string>();
  readonly #answers = new Map<number, Shown[]>();
  readonly #materials = new Map<number, { kind: MaterialKind; text: string }[]>();
  readonly #battles: { prompt: number | null; key: string; a: string; b: string; outcome: string }[] = [];

  row(file: number, values: Readonly<Record<string, unknown>>): void {
    if (file !== 0 || this.#rows.length >= ROWS) return;
    this.#rows.push(values);
    for (const column of Object.keys(values)) this.#columns.add(column);
  }

  prompt(code: number, prompt: Pick<ReadPrompt, 'turns'>): void {
    if (this.#prompts.size < PROMPTS) this.#prompts.set(code, prompt.turns.join('\n\n').slice(0, EXCERPT));
  }

  material(code: number, material: ReadMaterial): void {
    if (!this.#prompts.has(code)) return;
    const known = this.#materials.get(code) ?? [];
    for (const [kind, value] of Object.entries(material) as [MaterialKind, unknown][])
      if (!known.some((each) => each.kind === kind)) known.push({ kind, text: materialText(value) });
    this.#materials.set(code, known);
  }

  answer(prompt: number, model: string, turns: readonly string[]): void {
    const list = this.#answers.get(prompt);
    if (list === undefined && this.#answers.size >= PROMPTS) return;
    const shown = { model, text: turns.join('\n\n').slice(0, EXCERPT) };
    if (list === undefined) this.#answers.set(prompt, [shown]);
    else list.push(shown);
  }

  comparison(prompt: number | null, a: string, b: string, outcome: string, key: string): void {
    if (this.#battles.length < BATTLES) this.#battles.push({ prompt, key, a, b, outcome });
  }

  /** What a person looks at before the import. */
  present(): NonNullable<ImportResult['preview']> {
    const columns = [...this.#columns];
    return {
      columns,
      rows: this.#rows.map((row) => columns.map((column) => cell(row[column]))),
      battles:
        this.#battles.length > 0
          ? this.#battles.map(({ prompt, key, a, b, outcome }) => ({
              prompt: (prompt === null ? undefined : this.#prompts.get(prompt)) ?? key.slice(0, EXCERPT),
              answers: [a, b].map(
                (model) =>
                  (prompt === null ? [] : (this.#answers.get(prompt) ?? [])).find(
                    (answer) => answer.model === model,
                  ) ?? { model, text: '' },
              ),
              outcome,
              material: prompt === null ? [] : (this.#materials.get(prompt) ?? []),
            }))
          : [...this.#prompts].slice(0, BATTLES).map(([code, prompt]) => ({
              prompt,
              answers: (this.#answers.get(code) ?? []).slice(0, 2),
              outcome: null,
              material: this.#materials.get(code) ?? [],
            })),
    };
  }
}

/** A line for each item, level or criterion, as a person would write it. */
function materialText(value: unknown): string {
  const items = Array.isArray(value) ? value : [value];
  return items.map(itemText).join('\n').slice(0, EXCERPT);
}

function itemText(item: unknown): string {
  if (typeof item === 'string') return item;
  const { name, levels, id, text } = item as {
    name?: string;
    levels?: { score: number; text: string }[];
    id?: string;
    text?: string;
  };
  if (levels === undefined) return `${id}: ${text}`;
  return [...(name ? [name] : []), ...levels.map((level) => `${level.score}: ${level.text}`)].join('\n');
}

function cell(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return shownValue(value, EXCERPT);
}
