import { ArenaError, contentHash, type Outcome } from '@agon/domain';
import type { Judge, ReplyForm } from './judge.ts';
import type { JudgedItem } from './judged-item.ts';
import { parseJudge } from './parse-judge.ts';
import { readJudgeReply } from './read-judge-reply.ts';
import type { TokenLogprobs } from './read-tokens.ts';
import { applies, renderJudge, wholeReply } from './render-judge.ts';

export const BUNDLE_SCHEMA = 'agon-run/1';

/** The first line of a bundle: which judge was asked, of which model, by which file. JSON, here and below. */
export type BundleHeader = {
  readonly schema: typeof BUNDLE_SCHEMA;
  readonly run: string;
  readonly campaign: string | null;
  readonly judge: string;
  readonly identity: string;
  readonly template_hash: string;
  readonly parser_hash: string;
  readonly model: string;
  /** The judge's whole file. */
  readonly source: string;
  /** In which form replies were asked for; missing: in plain words. */
  readonly reply_form?: ReplyForm;
  readonly orders: string;
  readonly seed: number;
  readonly standing: string;
  readonly started_at: string;
};

/** Each further line: a battle with its texts, what was sent, what came back, and what was read in it. */
export type BundleRow = {
  readonly model_a: string;
  readonly model_b: string;
  readonly prompt: readonly string[];
  readonly answer_a: readonly string[];
  readonly answer_b: readonly string[];
  /** Turns that were shown; null: all. */
  readonly turn: number | null;
  readonly category: string | null;
  readonly language: string | null;
  readonly reference: readonly string[] | null;
  readonly material: Pick<JudgedItem, 'rubric' | 'criteria' | 'checklist' | 'context'> | null;
  readonly order: 'ab' | 'ba';
  readonly repeat: number;
  readonly nonce: string;
  /** 1: the reply to being asked again. */
  readonly attempt: number;
  /** Null: nothing was asked: equal answers, or something missing that the judge needs. */
  readonly request: {
    readonly system: string;
    readonly user: string;
    /** How the reply was begun; the text of the reply is what follows. */
    readonly prefill?: string;
  } | null;
  readonly reply: {
    readonly text: string;
    readonly reasoning: string | null;
    readonly finish_reason: string | null;
    readonly logprobs: readonly TokenLogprobs[] | null;
    readonly model: string | null;
    readonly fingerprint: string | null;
  } | null;
  /** As it was read then. */
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  readonly share_a: number | null;
};

/** A verdict as the plain comparison format has it. */
type ReplayedVerdict = {
  readonly id: string;
  readonly model_a: string;
  readonly model_b: string;
  readonly winner: string;
  readonly judge: string;
  readonly prompt: readonly string[];
  readonly answer_a: readonly string[];
  readonly answer_b: readonly string[];
  readonly turn?: number;
  readonly category?: string;
  readonly language?: string;
  readonly share_a?: number;
};

export type Replayed = {
  /** Null: unscored, now. */
  readonly verdict: ReplayedVerdict | null;
  readonly unscored: string | null;
  /** The texts and the judge's file give another request than the one in the bundle. */
  readonly requestDiffers: boolean;
  /** The reply is read otherwise now. */
  readonly verdictDiffers: boolean;
};

/**
 * The judge of a bundle.
 * @throws ArenaError('invalid_file') where the line is no header, or its hashes are not those of its judge's file
 */
export function readBundleHeader(line: string, file: string): { header: BundleHeader; judge: Judge } {
  const fail = (message: string, hint?: string) =>
    new ArenaError('invalid_file', `${file}: ${message}`, {
      at: { file, line: 1 },
      ...(hint === undefined ? {} : { hint }),
    });
  let header: BundleHeader;
  try {
    header = JSON.parse(line) as BundleHeader;
  } catch {
    throw fail('the first line is no JSON.', 'A bundle is what `agon runs bundle RUN` writes.');
  }
  if (header?.schema !== BUNDLE_SCHEMA || typeof header.source !== 'string')
    throw fail(`it is no bundle of ${BUNDLE_SCHEMA}.`, 'A bundle is what `agon runs bundle RUN` writes.');
  const judge = parseJudge(header.source, file);
  if (judge.identity !== header.identity || judge.templateHash !== header.template_hash)
    throw fail(
      `its judge is ${judge.identity}, and it says ${header.identity}: one of the two was changed.`,
      'Take the bundle as it was written.',
    );
  return { header, judge };
}

/** Renders and reads one row again. @param row as the bundle has it, parsed */
export function replayRow({ header, judge }: ReturnType<typeof readBundleHeader>, row: BundleRow): Replayed {
  const shown = row.turn ?? row.prompt.length;
  const item: JudgedItem = {
    prompt: row.prompt.slice(0, shown),
    candidates: [row.answer_a.slice(0, shown), row.answer_b.slice(0, shown)],
    language: row.language,
    category: row.category,
    reference: row.reference,
    ...row.material,
  };
  const order = row.order === 'ba' ? [1, 0] : [0, 1];
  const showing = { order, nonce: row.nonce, part: '', attempt: row.attempt };
  const read = readRow(judge, item, row, showing);
  const isAsked = row.request !== null && applies(judge, item);
  const again = isAsked ? renderJudge(judge, item, showing) : null;
  return {
    verdict:
      read.outcome === null
        ? null
        : {
            id: contentHash(
              JSON.stringify([
                header.identity,
                header.model,
                row.prompt,
                item.candidates,
                row.order,
                row.repeat,
              ]),
            ),
            model_a: row.model_a,
            model_b: row.model_b,
            winner: WINNERS[read.outcome],
            judge: `${header.judge} / ${header.model}`,
            prompt: row.prompt,
            answer_a: row.answer_a,
            answer_b: row.answer_b,
            ...(row.turn === null ? {} : { turn: row.turn }),
            ...(row.category === null ? {} : { category: row.category }),
            ...(row.language === null ? {} : { language: row.language }),
            ...(read.shareA === null ? {} : { share_a: read.shareA }),
          },
    unscored: read.unscored,
    requestDiffers:
      again !== null && (again.system !== row.request?.system || again.user !== row.request.user),
    verdictDiffers: read.outcome !== row.outcome || read.unscored !== row.unscored,
  };
}

const WINNERS: Readonly<Record<Outcome, string>> = {
  a: 'model_a',
  b: 'model_b',
  tie: 'tie',
  both_bad: 'both_bad',
};

type Read = {
  readonly outcome: Outcome | null;
  readonly unscored: string | null;
  readonly shareA: number | null;
};

function readRow(
  judge: Judge,
  item: JudgedItem,
  row: BundleRow,
  showing: Parameters<typeof readJudgeReply>[2],
): Read {
  // what was not asked, or was not answered, has nothing to be read again
  if (row.reply === null) return { outcome: row.outcome, unscored: row.unscored, shareA: row.share_a };
  const { reasoning, finish_reason: finishReason, logprobs } = row.reply;
  const text = wholeReply(judge, row.request?.prefill ?? '', row.reply.text);
  const reading = readJudgeReply(judge, { text, reasoning, finishReason, logprobs }, showing, item);
  if (reading.kind === 'preference')
    return { outcome: reading.outcome, unscored: null, shareA: reading.shareA };
  return {
    outcome: null,
    unscored: reading.kind === 'unscored' ? reading.reason : 'unparseable',
    shareA: null,
  };
}
