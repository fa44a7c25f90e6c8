import type { FormatJson, ImportForm, ImportResult } from '@agon/contract';
import { isArenaError } from '@agon/domain';
import { api } from '#lib/api/browser-client.ts';
import { faultText } from '#lib/api/fault-text.ts';
import { m } from '#paraglide/messages.js';
import {
  choiceOf,
  type FileChoice,
  formatOf,
  missingIn,
  optionsOf,
  readAs,
  withFound,
  withMap,
  withModel,
} from './file-choice.ts';
import { fileHead } from './file-head.ts';
import { unknownLabels } from './label-choice.ts';
import { postImport, type StageProgress } from './post-import.ts';

/** One chosen file, and what is said about it. */
export type SourceChoice = FileChoice & {
  readonly file: File;
  /** Labels were counted in all of the file, not in its first rows only. */
  readonly isCounted: boolean;
};

export type ShownProgress = StageProgress & { readonly elapsedMs: number };

/** What holds for all files of an import. */
export type ImportRules = Required<Pick<ImportForm, 'unblinded' | 'oversampled' | 'on_error'>>;

const RULES: ImportRules = { unblinded: 'drop', oversampled: 'keep', on_error: 'good' };

/** An import from choosing files to its result. Nothing is stored before `importGood`. */
export class ImportSession {
  sources = $state.raw<readonly SourceChoice[]>([]);
  rules = $state.raw<ImportRules>(RULES);
  phase = $state<'empty' | 'looking' | 'choosing' | 'checking' | 'checked' | 'importing' | 'done'>('empty');
  progress = $state.raw<ShownProgress | null>(null);
  preview = $state.raw<ImportResult | null>(null);
  result = $state.raw<ImportResult | null>(null);
  fault = $state('');
  /** The fault is the researcher's own wish. */
  isCalledOff = $state(false);
  /** Something was changed since the files were checked. */
  isStale = $state(false);

  readonly #campaign: string;
  readonly #formats: readonly FormatJson[];
  readonly #onimported: () => void;
  #calledOff: AbortController | null = null;

  constructor(campaign: string, formats: readonly FormatJson[], onimported: () => void) {
    this.#campaign = campaign;
    this.#formats = formats;
    this.#onimported = onimported;
  }

  get isBusy(): boolean {
    return this.phase === 'looking' || this.phase === 'checking' || this.phase === 'importing';
  }

  /** Every file has a format, and each field that it needs. */
  get isReady(): boolean {
    return this.sources.length > 0 && this.sources.every((each) => this.missingFields(each).length === 0);
  }

  fieldsOf(source: FileChoice): FormatJson['fields'] {
    const id = formatOf(source);
    return this.#formats.find((format) => format.id === id)?.fields ?? [];
  }

  /** What is still to be said before the file can be read: fields, or `format`, `models`, `ends`. */
  missingFields(source: FileChoice): readonly string[] {
    return missingIn(source, this.fieldsOf(source));
  }

  /** Adds files; those of the same name take the place of the earlier ones. */
  async take(list: Iterable<File> | null | undefined): Promise<void> {
    const files = [...(list ?? [])];
    if (files.length === 0 || this.isBusy) return;
    this.phase = 'looking';
    this.fault = '';
    this.result = null;
    await this.#cancellable(async (signal) => {
      const looked = await Promise.all(files.map((file) => this.#look(file, signal)));
      const names = new Set(files.map((file) => file.name));
      this.sources = [...this.sources.filter((each) => !names.has(each.file.name)), ...looked];
      this.preview = null;
    });
    this.phase = this.sources.length > 0 ? 'choosing' : 'empty';
    // what is guessed or not known is asked about first
    const asks = this.sources.some(
      ({ readAs: guess, labels, means }) => guess !== '' || unknownLabels(labels, means).length > 0,
    );
    if (this.fault === '' && this.isReady && !asks) await this.check();
  }

  change(source: SourceChoice, change: Partial<FileChoice>): void {
    this.sources = this.sources.map((each) => (each.file === source.file ? { ...each, ...change } : each));
    this.isStale = true;
  }

  /** Another format means other fields: columns are guessed anew. */
  readAs(source: SourceChoice, format: string): void {
    this.change(source, readAs(source, format, this.#formats));
  }

  map(source: SourceChoice, map: Readonly<Record<string, string>>): void {
    this.change(source, withMap(source, map, this.fieldsOf(source)));
  }

  takeModel(source: SourceChoice, column: string, isModel: boolean): void {
    this.change(source, withModel(source, column, isModel));
  }

  /** What becomes of rows, not what they say: files need not be checked again. */
  rule(change: Partial<ImportRules>): void {
    this.rules = { ...this.rules, ...change };
  }

  remove(source: SourceChoice): void {
    this.sources = this.sources.filter((each) => each.file !== source.file);
    this.isStale = true;
    if (this.sources.length === 0) this.reset();
  }

  /** Reads everything and shows what would be imported. */
  async check(): Promise<void> {
    const asked = this.sources;
    this.isStale = false;
    const preview = await this.#post('checking', true);
    if (preview === null) {
      this.phase = 'choosing';
      return;
    }
    this.preview = preview;
    this.sources = this.sources.map((source) => {
      // what was changed meanwhile is not what was checked
      const found = preview.files[asked.indexOf(source)];
      return found === undefined ? source : { ...source, ...withFound(found, source), isCounted: true };
    });
    this.phase = 'checked';
  }

  async importGood(): Promise<void> {
    const result = await this.#post('importing', false);
    if (result === null) {
      this.phase = this.preview === null ? 'choosing' : 'checked';
      return;
    }
    this.reset();
    this.result = result;
    this.phase = 'done';
    this.#onimported();
  }

  /** Calls off what runs; an import that was not committed yet is taken back. */
  cancel(): void {
    this.#calledOff?.abort();
  }

  reset(): void {
    this.sources = [];
    this.rules = RULES;
    this.preview = null;
    this.result = null;
    this.fault = '';
    this.isStale = false;
    this.phase = 'empty';
  }

  async #look(file: File, signal: AbortSignal): Promise<SourceChoice> {
    const head = await fileHead(file);
    const form = new FormData();
    form.append('file', head, file.name);
    const found = await api('inspectFile', { form, signal });
    return { ...choiceOf(found, this.#formats), file, isCounted: head === file };
  }

  async #post(phase: 'checking' | 'importing', dryRun: boolean): Promise<ImportResult | null> {
    this.phase = phase;
    let startedAt = performance.now();
    return this.#cancellable((signal) =>
      postImport(
        this.#campaign,
        {
          options: {
            files: this.sources.map((source) => optionsOf(source, this.fieldsOf(source))),
            ...this.rules,
            dry_run: dryRun,
          },
          files: this.sources.map(({ file }) => file),
        },
        {
          signal,
          onProgress: (progress) => {
            if (progress.stage !== this.progress?.stage) startedAt = performance.now();
            this.progress = { ...progress, elapsedMs: performance.now() - startedAt };
          },
        },
      ),
    );
  }

  async #cancellable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result | null> {
    this.fault = '';
    this.progress = null;
    this.#calledOff = new AbortController();
    try {
      return await work(this.#calledOff.signal);
    } catch (error) {
      this.isCalledOff = error instanceof DOMException && error.name === 'AbortError';
      this.fault = this.isCalledOff ? m.workbench_import_called_off() : await this.#faultOf(error);
      return null;
    } finally {
      this.progress = null;
      this.#calledOff = null;
    }
  }

  /** A browser that cannot read a chosen file any more says no more than that the request failed. */
  async #faultOf(error: unknown): Promise<string> {
    const isSilent = !isArenaError(error) || error.code === 'provider_unreachable';
    for (const { file } of isSilent ? this.sources : []) {
      const isThere = await file
        .slice(0, 1)
        .arrayBuffer()
        .then(
          () => true,
          () => false,
        );
      if (!isThere) return m.workbench_file_changed({ file: file.name });
    }
    return faultText(error);
  }
}
