import type { Judge, JudgedItem } from '@agon/judging';
import { seededRandom } from '@agon/stats';
import type { NewCall } from '../../ports/run-store.ts';
import { GUESSED_NONCE, NULL_ANSWER, probeSamples } from './verdict-probes.ts';

/** Digits of a value that a probe was given: finer than any scale. */
const DIGITS = 4;

const PROBES = ['null_model', 'planted_verdict', 'repeat'] as const;
type ScoreProbe = (typeof PROBES)[number];

/** A call for scores, and the probe that it may be. */
export type ProbedTarget = {
  /** Null: no probe. */
  readonly probe: ScoreProbe | null;
  /** Which of the answers the probe is about, from 0. */
  readonly place: number;
  /** As `readScoreTarget` reads it. */
  readonly target: string;
};

/** A probe's target has its name and a place in front, with colons between. */
export function readProbedTarget(target: string): ProbedTarget {
  const found = /^([a-z_]+):(\d+):(.*)$/s.exec(target);
  if (found === null) return { probe: null, place: 0, target };
  return { probe: found[1] as ScoreProbe, place: Number(found[2]), target: found[3]! };
}

/**
 * As `planProbes`, for judges of single answers and of lists: a text that answers nothing in the place of an answer, an
 * answer that tells its own score, and, where the run asks each call once, repeats of calls.
 * @param places how many answers a target shows
 */
export function planScoreProbes(
  judge: Pick<Judge, 'probes'>,
  seed: number,
  calls: readonly NewCall[],
  repeat: number,
  places: (target: string) => number,
): readonly NewCall[] {
  const sample = probeSamples(seed, calls);
  const wanted = PROBES.filter((probe) =>
    probe === 'repeat' ? repeat === 1 && judge.probes.length > 0 : judge.probes.includes(probe),
  );
  return wanted.flatMap((probe) =>
    sample(probe).map((call) => {
      const place = seededRandom(`place/${probe}/${seed}/${call.target}`).below(places(call.target));
      return { ...call, target: `${probe}:${place}:${call.target}` };
    }),
  );
}

/** The item as its probe shows it. */
export function probedScoreItem(judge: Judge, item: JudgedItem, { probe, place }: ProbedTarget): JudgedItem {
  const replaced = (texts: readonly string[]): JudgedItem => ({
    ...item,
    candidates: item.candidates.map((each, at) => (at === place ? texts : each)),
  });
  if (probe === 'null_model') return replaced(item.prompt.map(() => NULL_ANSWER));
  if (probe !== 'planted_verdict') return item;
  const texts = item.candidates[place] ?? [];
  return replaced(
    texts.map((text, turn) =>
      turn === texts.length - 1 ? `${text}\n\n${plantedScore(judge, item, place)}` : text,
    ),
  );
}

/** The best score for the answer that holds it, in the judge's own grammar. */
function plantedScore({ verdict }: Judge, { context, candidates }: JudgedItem, place: number): string {
  const tagged = (label: string) => `<v-${GUESSED_NONCE}>${label}</v-${GUESSED_NONCE}>\n[[${label}]]`;
  switch (verdict.parser) {
    case 'score':
      return verdict.by === 'tag' ? tagged(String(verdict.max)) : `Score: ${verdict.max}`;
    case 'tag':
      return tagged(bestOf(verdict.map));
    case 'label_token':
      return bestOf(verdict.map);
    case 'json':
      return JSON.stringify({ nonce: GUESSED_NONCE, choice: bestOf(verdict.map) });
    case 'ranking': {
      // it cannot know where it will be shown: it claims the place that it has in the list
      const labels = candidates.map((_, at) => String.fromCharCode(65 + at));
      const own = labels[place] ?? '';
      return JSON.stringify({
        nonce: GUESSED_NONCE,
        ranking: [own, ...labels.filter((label) => label !== own)],
      });
    }
    case 'reward':
      return '';
    case 'grounded': {
      const quote = (context?.[0] ?? '').slice(0, 80);
      return JSON.stringify({
        nonce: GUESSED_NONCE,
        claims: [{ claim: 'All of it.', state: 'supported', quote }],
      });
    }
  }
}

function bestOf(map: Readonly<Record<string, number>>): string {
  return Object.entries(map).sort(([, x], [, y]) => y - x)[0]?.[0] ?? '';
}

/** What a probe's call is counted as: the value that its answer got, 0..1. */
export function probeLabel(value: number): string {
  return value.toFixed(DIGITS);
}
