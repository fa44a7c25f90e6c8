import type { DrawableContent } from '../ports/content-store.ts';
import type { DrawRule } from './draw-rule.ts';

/** The answers that stand for their models. Places are those of the content's answers. */
export type StandingAnswers = {
  /** Those to prompt `p` are `places[starts[p]]` to `places[starts[p + 1] - 1]`, one for each model that may be drawn. */
  readonly starts: Uint32Array;
  readonly places: Uint32Array;
  /** Where several answers may stand for a model: all their places, by the one that is in `places`. */
  readonly choices: ReadonlyMap<number, readonly number[]>;
  /** Some model gave several answers to a prompt, whether they may be drawn or not. */
  readonly hasSeveral: boolean;
};

/**
 * Which answers may be drawn. The rule first chooses the answer that stands for a model, then asks whether it may be
 * shown: a model whose newest answer is blank and skipped is not drawn for that prompt at all, as falling back to an
 * older answer would show voters a better model than the one that is rated. Of `any`, those that may be shown are left.
 */
export function standingAnswers(content: DrawableContent, rule: DrawRule): StandingAnswers {
  const { answers } = content;
  const retired = new Set(content.models.filter((model) => model.retired).map((model) => model.id));
  const isRetired = answers.models.map((id) => retired.has(id));
  const isShown = (place: number) =>
    !(
      isRetired[answers.model[place]!] ||
      (rule.skipSelfNaming && answers.namesItself[place] === 1) ||
      (rule.skipBlank && answers.blank[place] === 1)
    );
  const { begins, sorted } = byPrompt(answers.prompt, answers.length, answers.prompts);
  const starts = new Uint32Array(answers.prompts + 1);
  const places = new Uint32Array(answers.length);
  const choices = new Map<number, readonly number[]>();
  let hasSeveral = false;
  let end = 0;
  for (let prompt = 0; prompt < answers.prompts; prompt += 1) {
    // a prompt is answered by few models: a list is quicker than a map
    const models: number[] = [];
    const standing: number[] = [];
    const groups: (number[] | undefined)[] = [];
    for (let i = begins[prompt]!; i < begins[prompt + 1]!; i += 1) {
      const place = sorted[i]!;
      const at = models.indexOf(answers.model[place]!);
      if (at === -1) {
        models.push(answers.model[place]!);
        standing.push(place);
        continue;
      }
      hasSeveral = true;
      if (rule.choice === 'newest') standing[at] = place;
      if (rule.choice !== 'any') continue;
      groups[at] ??= [standing[at]!];
      groups[at].push(place);
    }
    for (let at = 0; at < standing.length; at += 1) {
      const group = groups[at]?.filter(isShown);
      if (group !== undefined && group.length > 1) choices.set(group[0]!, group);
      const place = group === undefined ? standing[at]! : group[0];
      if (place === undefined || !isShown(place)) continue;
      places[end] = place;
      end += 1;
    }
    starts[prompt + 1] = end;
  }
  return { starts, places: places.slice(0, end), choices, hasSeveral };
}

/** Places of answers in the order of their prompts, the oldest first: those of prompt `p` begin at `begins[p]`. */
function byPrompt(promptOf: Uint32Array, length: number, prompts: number) {
  const begins = new Uint32Array(prompts + 1);
  for (let place = 0; place < length; place += 1) begins[promptOf[place]! + 1]! += 1;
  for (let prompt = 0; prompt < prompts; prompt += 1) begins[prompt + 1]! += begins[prompt]!;
  const next = begins.slice();
  const sorted = new Uint32Array(length);
  for (let place = 0; place < length; place += 1) {
    const prompt = promptOf[place]!;
    sorted[next[prompt]!] = place;
    next[prompt]! += 1;
  }
  return { begins, sorted };
}
