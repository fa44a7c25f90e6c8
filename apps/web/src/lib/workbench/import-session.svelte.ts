import type { FileInspection, FormatJson, ImportResult } from '@agon/contract';
import { api } from '#lib/api/browser-client.ts';
import { faultText } from '#lib/api/fault-text.ts';
import { m } from '#paraglide/messages.js';
import { postImport, type StageProgress } from './post-import.ts';
import { mapToSend, suggestFormat, suggestMap } from './suggest-map.ts';

/** One chosen file, and what is said about it. */
export type SourceChoice = FileInspection & {
  readonly file: File;
  /** Id of the format to read it as; empty: as it was recognised. */
  readonly readAs: string;
  /** Column → field; a column without a meaning is left out. Null: columns are used under their own names. */
  readonly map: Readonly<Record<string, string>> | null;
  /** Scores in per cent. */
  readonly perCent: boolean;
};

export type ShownProgress = StageProgress & { readonly elapsedMs: number };

/** Enough for the first rows of any table; a JSON list has no end before its end. */
const HEAD_BYTES = 256 * 1024;

/** An import from choosing files to its result. Nothing is stored before `importGood`. */
export class ImportSession {
  sources = $state.raw<readonly SourceChoice[]>([]);
  phase = $state<'empty' | 'looking' | 'choosing' | 'checking' | 'checked' | 'importing' | 'done'>('empty');
  progress = $state.raw<ShownProgress | null>(null);
  preview = $state.raw<ImportResult | null>(null);
  result = $state.raw<ImportResult | null>(null);
  fault = $state('');
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

  fieldsOf(source: SourceChoice): FormatJson['fields'] {
    const id = source.readAs || source.format;
    return this.#formats.find((format) => format.id === id)?.fields ?? [];
  }

  /** Needed fields that no column is mapped to. Prompts may be in the campaign already, under their ids. */
  missingFields(source: SourceChoice): readonly string[] {
    if (source.readAs === '' && source.format === null) return ['format'];
    if (source.map === null) return [];
    const mapped = new Set(Object.values(source.map));
    return this.fieldsOf(source)
      .filter((field) => field.required && !mapped.has(field.name))
      .filter((field) => !(field.name === 'prompt' && mapped.has('prompt_id')))
      .map((field) => field.name);
  }

  /** Adds files; those of the same name take the place of the earlier ones. */
  async take(list: Iterable<File> | null | undefined): Promise<void> {
    const files = [...(list ?? [])];
    if (files.length === 0 || this.isBusy) return;
    this.phase = 'looking';
    this.fault = '';
    this.result = null;
    try {
      const looked = await Promise.all(files.map((file) => this.#look(file)));
      const names = new Set(files.map((file) => file.name));
      this.sources = [...this.sources.filter((each) => !names.has(each.file.name)), ...looked];
      this.preview = null;
    } catch (error) {
      this.fault = faultText(error);
    }
    this.phase = this.sources.length > 0 ? 'choosing' : 'empty';
    if (this.fault === '' && this.isReady) await this.check();
  }

  change(source: SourceChoice, change: Partial<SourceChoice>): void {
    this.sources = this.sources.map((each) => (each.file === source.file ? { ...each, ...change } : each));
    this.isStale = true;
  }

  /** Another format means other fields: columns are guessed anew. */
  readAs(source: SourceChoice, format: string): void {
    const fields = this.#formats.find((each) => each.id === format)?.fields ?? [];
    const map = fields.length === 0 ? null : suggestMap(source.columns, fields);
    this.change(source, { readAs: format, map });
  }

  remove(source: SourceChoice): void {
    this.sources = this.sources.filter((each) => each.file !== source.file);
    this.isStale = true;
    if (this.sources.length === 0) this.reset();
  }

  /** Reads everything and shows what would be imported. */
  async check(): Promise<void> {
    this.preview = await this.#post('checking', true);
    this.phase = this.preview === null ? 'choosing' : 'checked';
    if (this.preview !== null) this.isStale = false;
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
    this.preview = null;
    this.result = null;
    this.fault = '';
    this.isStale = false;
    this.phase = 'empty';
  }

  async #look(file: File): Promise<SourceChoice> {
    let text = await file.slice(0, HEAD_BYTES).text();
    if (file.size > HEAD_BYTES) {
      const isList = text.trimStart().startsWith('[');
      text = isList ? await file.text() : text.slice(0, text.lastIndexOf('\n') + 1);
    }
    const found = await api('inspectFile', { body: { name: file.name, text } });
    const readAs = found.format === null ? (suggestFormat(found.columns, this.#formats) ?? '') : '';
    const fields = this.#formats.find((format) => format.id === readAs)?.fields ?? [];
    const map = fields.length === 0 ? null : suggestMap(found.columns, fields);
    return { ...found, file, readAs, map, perCent: false };
  }

  async #post(phase: 'checking' | 'importing', dryRun: boolean): Promise<ImportResult | null> {
    this.phase = phase;
    this.fault = '';
    this.progress = null;
    this.#calledOff = new AbortController();
    let startedAt = performance.now();
    try {
      const files = await Promise.all(
        this.sources.map(async (source) => ({
          name: source.file.name,
          text: await source.file.text(),
          ...(source.readAs === '' ? {} : { format: source.readAs }),
          ...(source.map === null ? {} : { map: mapToSend(source.columns, source.map) }),
          ...(source.perCent ? { scale: 100 as const } : {}),
        })),
      );
      return await postImport(
        this.#campaign,
        { files, on_error: 'good', dry_run: dryRun },
        {
          signal: this.#calledOff.signal,
          onProgress: (progress) => {
            if (progress.stage !== this.progress?.stage) startedAt = performance.now();
            this.progress = { ...progress, elapsedMs: performance.now() - startedAt };
          },
        },
      );
    } catch (error) {
      const calledOff = error instanceof DOMException && error.name === 'AbortError';
      this.fault = calledOff ? m.workbench_import_called_off() : faultText(error);
      return null;
    } finally {
      this.progress = null;
      this.#calledOff = null;
    }
  }
}
