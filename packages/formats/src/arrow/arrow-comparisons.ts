import { ArenaError, type FilePlace, OUTCOME_CODES, OUTCOMES } from '@agon/domain';
import { type ColumnFilter, ColumnSink } from '../columns/column-sink.ts';
import { WINNERS } from '../labels/winner-labels.ts';
import { styleField } from '../readers/column-names.ts';
import type { RowSink } from '../row-sink.ts';
import { type CodedTexts, isBlank, isNoCount, RowAppender, type RowsChunk } from './append-rows.ts';
import type { ArrowBatch, ArrowFile, ReadInto } from './arrow-file.ts';
import { CHUNK_ROWS, type CodeColumn } from './code-column.ts';
import {
  type ArrowColumnChoice,
  type CodedColumn,
  type ComparisonFields,
  findArrowColumns,
  unknownColumns,
} from './find-arrow-columns.ts';

/** A stretch of rows, valid until the next one is asked for. */
export type ArrowChunk = {
  readonly a: CodeColumn;
  readonly b: CodeColumn;
  readonly outcome: CodeColumn;
  /** From a code to its place in `models`; -1 where it names none. Absent: the codes are these places. */
  readonly modelOfA?: Int32Array;
  readonly modelOfB?: Int32Array;
  /** From a code to `OUTCOME_CODES`, -1 where it is none. Absent: the codes are these. */
  readonly outcomeOf?: Int32Array;
};

/** Comparisons of an Arrow file: dictionary columns model_a, model_b; winner as a dictionary or as OUTCOME_CODES. */
export class ArrowComparisons {
  /** Every name in the dictionaries met so far; one that no row has may be among them. */
  readonly models: string[] = [];
  /** Columns that no reader of comparisons knows. */
  readonly unused: readonly string[];
  readonly #file: ArrowFile;
  readonly #columns: ComparisonFields;
  readonly #codes = new Map<string, number>();
  readonly #maps = new Map<readonly (string | null)[], Int32Array>();

  /** @throws ArenaError unknown_format, invalid_file */
  constructor(file: ArrowFile, read: ReadInto, wants: ArrowColumnChoice = { rater: true, prompt: true }) {
    this.#file = file;
    this.#columns = findArrowColumns(file, read, wants);
    this.unused = unknownColumns(file, wants);
  }

  /**
   * Whether every label is one that the field knows, and no model has the name of one: else a label may be the winner's
   * own name, which only a look at each row tells.
   */
  get knowsLabels(): boolean {
    const { a, b, winner } = this.#columns;
    return this.#file.batches.every((batch) => {
      this.#modelsOf(batch, a);
      this.#modelsOf(batch, b);
      return (
        winner.field.dictionary === null ||
        (valuesOf(batch, winner).every((label) => label === null || Object.hasOwn(WINNERS, label.trim())) &&
          !this.models.some((model) => Object.hasOwn(WINNERS, model.trim())))
      );
    });
  }

  get rows(): number {
    return this.#file.rows;
  }

  /** All rows, none left out; nothing is kept of a chunk when the next one is read. */
  *chunks(): Generator<ArrowChunk> {
    const { a, b, winner } = this.#columns;
    for (const batch of this.#file.batches) {
      const modelOfA = this.#modelsOf(batch, a);
      const modelOfB = this.#modelsOf(batch, b);
      const outcomeOf = this.#outcomesOf(batch);
      for (let from = 0; from < batch.rows; from += CHUNK_ROWS) {
        const rows = Math.min(CHUNK_ROWS, batch.rows - from);
        yield {
          a: codesOf(a, batch, from, rows),
          b: codesOf(b, batch, from, rows),
          outcome: codesOf(winner, batch, from, rows),
          ...(this.#isIdentity(modelOfA) ? {} : { modelOfA }),
          ...(this.#isIdentity(modelOfB) ? {} : { modelOfB }),
          ...(outcomeOf === null ? {} : { outcomeOf }),
        };
      }
    }
  }

  /** Whether every row has a value in the three columns and every label is known: then no row need be looked at. */
  get isRegular(): boolean {
    const { a, b, winner } = this.#columns;
    const noNulls = [a, b, winner].every(({ at }) =>
      this.#file.batches.every((batch) => batch.columns[at]?.nulls === 0),
    );
    return (
      noNulls &&
      this.#file.batches.every(
        (batch) =>
          !this.#outcomesOf(batch)?.includes(-1) &&
          !this.#modelsOf(batch, a).includes(-1) &&
          !this.#modelsOf(batch, b).includes(-1),
      )
    );
  }

  /**
   * Row by row, or as columns where the sink takes these: what is not there, or has no meaning, is refused with its row's
   * number (the first is 1).
   */
  readInto(sink: RowSink, filter: ColumnFilter): void {
    this.#checkFilter(filter);
    const columns = filter.source !== 'judges' && sink instanceof ColumnSink ? sink : undefined;
    columns?.reserve(this.rows);
    const appender = columns === undefined ? null : new RowAppender(columns);
    let line = 1;
    for (const batch of this.#file.batches) {
      for (let from = 0; from < batch.rows; from += CHUNK_ROWS) {
        const chunk = this.#chunk(batch, from, Math.min(CHUNK_ROWS, batch.rows - from));
        const at = (row: number): FilePlace => ({ file: this.#file.name, line: line + row });
        if (appender === null) this.#readRows(chunk, batch, sink, at);
        else appender.append(chunk, (row) => this.#refuse(chunk, row, batch, sink, at(row)));
        line += chunk.rows;
      }
    }
  }

  #chunk(batch: ArrowBatch, from: number, rows: number): RowsChunk {
    const { a, b, winner, rater, prompt, counts } = this.#columns;
    const coded = (column: CodedColumn): CodedTexts => ({
      codes: codesOf(column, batch, from, rows),
      texts: column.field.dictionary === null ? null : valuesOf(batch, column),
    });
    return {
      rows,
      a: coded(a),
      b: coded(b),
      winner: codesOf(winner, batch, from, rows),
      outcomeOf: this.#outcomesOf(batch),
      rater: rater === null ? null : coded(rater),
      prompt: prompt === null ? null : coded(prompt),
      counts: counts.map(({ at, reader, slot, count }) => ({
        slot,
        count,
        ...reader.values(batch.columns[at]!, from, rows),
      })),
    };
  }

  #readRows(chunk: RowsChunk, batch: ArrowBatch, sink: RowSink, placeOf: (row: number) => FilePlace): void {
    const { a, b, winner, outcomeOf, rater, prompt } = chunk;
    for (let row = 0; row < chunk.rows; row += 1) {
      const at = placeOf(row);
      if (this.#refuse(chunk, row, batch, sink, at)) continue;
      const by = rater === null ? null : textOf(rater, row);
      const promptKey = prompt === null ? null : textOf(prompt, row);
      const code = winner[row]!;
      sink.comparison(at, {
        modelA: textOf(a, row)!,
        modelB: textOf(b, row)!,
        outcome: OUTCOMES[outcomeOf === null ? code : outcomeOf[code]!]!,
        source: 'people',
        ...(by === null ? {} : { rater: by }),
        ...(promptKey === null ? {} : { promptKey }),
      });
    }
  }

  /** Whether a row cannot be taken; the sink is told why. */
  #refuse(chunk: RowsChunk, row: number, batch: ArrowBatch, sink: RowSink, at: FilePlace): boolean {
    const [modelA, modelB] = [textOf(chunk.a, row), textOf(chunk.b, row)];
    const code = chunk.winner[row]!;
    const outcome = OUTCOMES[(chunk.outcomeOf === null ? code : chunk.outcomeOf[code]) ?? -1];
    const wrong = chunk.counts.find(({ values }) => isNoCount(values[row]!));
    if (modelA === null) sink.refuse(at, 'missing', 'model_a');
    else if (modelB === null) sink.refuse(at, 'missing', 'model_b');
    else if (isBlank(modelA)) sink.refuse(at, 'empty', 'model_a', modelA);
    else if (isBlank(modelB)) sink.refuse(at, 'empty', 'model_b', modelB);
    else if (outcome === undefined) this.#refuseWinner(sink, at, batch, code);
    else if (modelA === modelB) sink.refuse(at, 'the same model on both sides', null, modelA);
    else if (wrong !== undefined)
      sink.refuse(at, 'not a count', styleField(wrong.count, wrong.slot), String(wrong.values[row]));
    else return false;
    return true;
  }

  #refuseWinner(sink: RowSink, at: FilePlace, batch: ArrowBatch, code: number): void {
    const { winner } = this.#columns;
    const value = winner.field.dictionary === null ? code : valuesOf(batch, winner)[code];
    if (code < 0 || value === undefined || value === null) sink.refuse(at, 'missing', 'winner');
    else {
      const known = winner.field.dictionary === null ? OUTCOMES.map((_, i) => i) : Object.keys(WINNERS);
      sink.refuse(at, `unknown label; known are ${known.join(', ')}`, 'winner', String(value));
    }
  }

  #modelsOf(batch: ArrowBatch, column: CodedColumn): Int32Array {
    return this.#mapOf(valuesOf(batch, column), (name) => {
      if (isBlank(name)) return -1;
      let code = this.#codes.get(name);
      if (code === undefined) {
        code = this.models.push(name) - 1;
        this.#codes.set(name, code);
      }
      return code;
    });
  }

  /** A shorter one is none: it would let codes through that it does not have. */
  #isIdentity(map: Int32Array): boolean {
    return map.length === this.models.length && map.every((model, code) => model === code);
  }

  #outcomesOf(batch: ArrowBatch): Int32Array | null {
    const { winner } = this.#columns;
    if (winner.field.dictionary === null) return null;
    return this.#mapOf(valuesOf(batch, winner), (label) => {
      const outcome = Object.hasOwn(WINNERS, label.trim()) ? WINNERS[label.trim()] : undefined;
      return outcome === undefined ? -1 : OUTCOME_CODES[outcome];
    });
  }

  #mapOf(values: readonly (string | null)[], codeOf: (value: string) => number): Int32Array {
    let map = this.#maps.get(values);
    if (map === undefined) {
      map = Int32Array.from(values, (value) => (value === null ? -1 : codeOf(value)));
      this.#maps.set(values, map);
    }
    return map;
  }

  #checkFilter(filter: ColumnFilter): void {
    const by = filter.category !== undefined ? 'category' : filter.language !== undefined ? 'language' : null;
    if (by === null) return;
    throw new ArenaError('unknown_option', `An Arrow file cannot be filtered by ${by}.`, {
      hint: 'Filter before you write it, or write CSV or JSONL.',
      at: { file: this.#file.name, column: by },
    });
  }
}

function codesOf(column: CodedColumn, batch: ArrowBatch, from: number, rows: number): CodeColumn {
  return column.reader.codes(batch.columns[column.at]!, from, rows);
}

function valuesOf(batch: ArrowBatch, column: CodedColumn): readonly (string | null)[] {
  return batch.dictionaries.get(column.field.dictionary?.id ?? -1) ?? [];
}

/** A text of a dictionary, or a number; null where there is none. */
function textOf({ codes, texts }: CodedTexts, row: number): string | null {
  const code = codes[row]!;
  if (texts === null) return code < 0 ? null : String(code);
  return texts[code] ?? null;
}
