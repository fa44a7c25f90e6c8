import type { ScriptedReply, ScriptedRequest } from './scripted-requests.ts';

/** How the files and batches of a scripted server behave. */
export type BatchScript = {
  /** Times that a batch is looked at before it is over; default 1: at the first. */
  readonly looks?: number;
  /** What the nth batch (from 0) comes to; default `completed`. */
  readonly end?: (batch: number) => 'completed' | 'expired' | 'failed';
  /** Whether a line of a batch that does not complete was asked before; default: none. */
  readonly isAsked?: (line: number) => boolean;
  /** Put between the lines of the output. */
  readonly junk?: readonly string[];
  /** A status in place of an answer, by method and path below /v1: `POST /batches`. */
  readonly refuse?: (call: string) => number | null;
};

export type ScriptedBatch = {
  readonly id: string;
  readonly inputFile: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lines: readonly Line[];
  status: string;
  looks: number;
};
type Line = { readonly custom_id: string; readonly body: ScriptedRequest['body'] };
/** What the server says to one request. */
type AnswerLine = (body: ScriptedRequest['body']) => {
  readonly reply: ScriptedReply;
  readonly completion: unknown;
};
type Answer = { readonly status: number; readonly body: unknown; readonly raw?: string };

/** Files and batches as OpenAI's endpoints have them; each line is answered by the script of the server. */
export class ScriptedBatches {
  readonly batches: ScriptedBatch[] = [];
  readonly #files = new Map<string, string>();
  readonly #script: BatchScript;
  readonly #answer: AnswerLine;

  constructor(script: BatchScript, answer: AnswerLine) {
    this.#script = script;
    this.#answer = answer;
  }

  /** @param path below /v1, without a query @returns null where it is no path of these */
  handle(method: string, path: string, text: string): Answer | null {
    const refused = this.#script.refuse?.(`${method} ${path}`) ?? null;
    if (refused !== null)
      return { status: refused, body: { error: { message: 'scripted', type: 'scripted' } } };
    if (method === 'POST' && path === '/files')
      return ok({ id: this.#keep(fileIn(text)), object: 'file', purpose: 'batch' });
    const content = /^\/files\/([\w-]+)\/content$/.exec(path)?.[1];
    if (method === 'GET' && content !== undefined) {
      const file = this.#files.get(content);
      return file === undefined ? NOT_FOUND : { status: 200, body: null, raw: file };
    }
    if (path === '/batches') return method === 'POST' ? this.#create(JSON.parse(text)) : this.#list();
    const [, id, cancels] = /^\/batches\/([\w-]+?)(\/cancel)?$/.exec(path) ?? [];
    if (id === undefined) return null;
    const batch = this.batches.find((each) => each.id === id);
    if (batch === undefined) return NOT_FOUND;
    if (cancels !== undefined) {
      if (!isOver(batch)) batch.status = 'cancelling';
    } else this.#goOn(batch);
    return ok(this.#present(batch));
  }

  #keep(text: string): string {
    const id = `file-${this.#files.size}`;
    this.#files.set(id, text);
    return id;
  }

  #create(body: { input_file_id: string; endpoint: string; metadata?: Record<string, string> }): Answer {
    const file = this.#files.get(body.input_file_id);
    if (file === undefined || body.endpoint !== '/v1/chat/completions') {
      return { status: 400, body: { error: { message: 'no such file', type: 'invalid_request_error' } } };
    }
    const batch: ScriptedBatch = {
      id: `batch_${this.batches.length}`,
      inputFile: body.input_file_id,
      metadata: body.metadata ?? {},
      lines: file.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line])),
      status: 'validating',
      looks: 0,
    };
    this.batches.push(batch);
    return ok(this.#present(batch));
  }

  #list(): Answer {
    return ok({ object: 'list', data: this.batches.toReversed().map((batch) => this.#present(batch)) });
  }

  #goOn(batch: ScriptedBatch): void {
    batch.looks += 1;
    if (batch.status === 'cancelling') this.#end(batch, 'cancelled');
    else if (!isOver(batch)) {
      if (batch.looks >= (this.#script.looks ?? 1)) {
        this.#end(batch, this.#script.end?.(this.batches.indexOf(batch)) ?? 'completed');
      } else batch.status = 'in_progress';
    }
  }

  #end(batch: ScriptedBatch, status: string): void {
    batch.status = status;
    if (status === 'failed') return;
    const output: string[] = [...(this.#script.junk ?? [])];
    const errors: string[] = [];
    for (const [place, { custom_id, body }] of batch.lines.entries()) {
      const isAsked = status === 'completed' || (this.#script.isAsked?.(place) ?? false);
      const line = isAsked ? this.#lineOf(custom_id, body) : notAsked(custom_id, status);
      (line.isGood ? output : errors).push(line.text);
    }
    // in any order, as the field's servers do
    if (output.length > 0) this.#files.set(`${batch.id}-output`, output.toReversed().join('\n'));
    if (errors.length > 0) this.#files.set(`${batch.id}-errors`, errors.join('\n'));
  }

  #lineOf(
    custom_id: string,
    body: ScriptedRequest['body'],
  ): { readonly isGood: boolean; readonly text: string } {
    const { reply, completion } = this.#answer(body);
    const line = (response: unknown, error: unknown) =>
      JSON.stringify({ id: `line-${custom_id}`, custom_id, response, error });
    if (reply.kind === 'text') {
      return { isGood: true, text: line({ status_code: 200, request_id: 'r', body: completion }, null) };
    }
    if (reply.kind === 'status') {
      const error = {
        message: reply.message ?? 'scripted',
        type: reply.type ?? 'scripted',
        code: reply.code ?? null,
      };
      return {
        isGood: false,
        text: line({ status_code: reply.status, request_id: 'r', body: { error } }, null),
      };
    }
    return { isGood: false, text: line(null, { code: 'request_timeout', message: 'scripted' }) };
  }

  #present(batch: ScriptedBatch) {
    const file = (name: string) => (this.#files.has(`${batch.id}-${name}`) ? `${batch.id}-${name}` : null);
    return {
      id: batch.id,
      object: 'batch',
      endpoint: '/v1/chat/completions',
      input_file_id: batch.inputFile,
      completion_window: '24h',
      status: batch.status,
      metadata: batch.metadata,
      output_file_id: file('output'),
      error_file_id: file('errors'),
      errors: batch.status === 'failed' ? { object: 'list', data: [{ code: 'token_limit_exceeded' }] } : null,
    };
  }
}

const NOT_FOUND: Answer = { status: 404, body: { error: { message: 'not found', type: 'scripted' } } };

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function isOver({ status }: ScriptedBatch): boolean {
  return ['completed', 'expired', 'failed', 'cancelled'].includes(status);
}

function notAsked(custom_id: string, status: string) {
  const error = { code: `batch_${status}`, message: 'scripted' };
  return {
    isGood: false,
    text: JSON.stringify({ id: `line-${custom_id}`, custom_id, response: null, error }),
  };
}

/** The part of a form that is a file. */
function fileIn(form: string): string {
  const boundary = form.slice(0, form.indexOf('\r\n'));
  const part = form.split(boundary).find((each) => each.includes('filename='));
  return part === undefined ? '' : part.slice(part.indexOf('\r\n\r\n') + 4, -2);
}
