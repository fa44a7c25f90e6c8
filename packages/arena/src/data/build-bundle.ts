import { contentHash, swapOutcome } from '@agon/domain';
import type { ReadComparison } from '@agon/formats';
import { seededRandom } from '@agon/stats';
import type { ModelRecord } from '../ports/content-store.ts';
import type { ImportBundle, ImportedModel } from '../ports/import-store.ts';
import { defaultAliases } from '../self-naming/default-aliases.ts';
import { findOwnName } from '../self-naming/find-own-name.ts';
import type { MergedFiles } from './merge-files.ts';

export type BundleFacts = Pick<
  ImportBundle,
  'id' | 'campaignId' | 'format' | 'files' | 'rows' | 'errors' | 'by' | 'atMs'
> & {
  readonly knownModels: readonly ModelRecord[];
  readonly describedModels: readonly ImportedModel[];
  readonly shuffleSides: boolean;
  readonly seed: number;
};

/** Read files → rows to store, joined by names and content hashes. Same input, same bundle. */
export function buildBundle(merged: MergedFiles, facts: BundleFacts): ImportBundle {
  const { knownModels, describedModels, shuffleSides, seed, ...rest } = facts;
  const models = collectModels(merged, knownModels, describedModels);
  const aliasesOf = new Map(models.map((model) => [model.name, model.aliases]));
  const promptTurns = new Map(merged.prompts.map((prompt) => [prompt.key, prompt.turns]));
  const compared = collectBattles(merged.comparisons, { shuffleSides, seed, atMs: facts.atMs });
  return {
    ...rest,
    models,
    prompts: merged.prompts.map((prompt) => {
      const content = {
        turns: prompt.turns,
        category: prompt.category ?? null,
        language: prompt.language ?? null,
        reference: prompt.reference ?? null,
      };
      return { key: prompt.key, contentHash: contentHash(JSON.stringify(content)), ...content };
    }),
    answers: merged.answers.map((answer) => {
      const asked = (promptTurns.get(answer.promptKey) ?? []).join('\n');
      const spans = answer.turns.map((text) =>
        findOwnName(text, { name: answer.model, aliases: aliasesOf.get(answer.model) ?? [] }, asked),
      );
      return {
        promptKey: answer.promptKey,
        model: answer.model,
        turns: answer.turns,
        contentHash: contentHash(JSON.stringify(answer.turns)),
        selfNaming: spans.some((turn) => turn.length > 0) ? spans : null,
      };
    }),
    ...compared,
    scores: merged.scores.map(({ model, benchmark, score, n, source }) => ({
      model,
      benchmark,
      score,
      n,
      source,
    })),
  };
}

function collectModels(
  merged: MergedFiles,
  known: readonly ModelRecord[],
  described: readonly ImportedModel[],
): readonly ImportedModel[] {
  const names = new Set<string>([
    ...merged.answers.map((answer) => answer.model),
    ...merged.comparisons.flatMap((row) => [row.modelA, row.modelB]),
    ...merged.scores.map((score) => score.model),
  ]);
  const knownOf = new Map(known.map((model) => [model.name, model]));
  const describedOf = new Map(described.map((model) => [model.name, model]));
  return [...names].sort().map((name) => {
    const described = describedOf.get(name);
    const before = knownOf.get(name);
    return {
      name,
      title: described?.title ?? before?.title ?? name,
      provider: described?.provider ?? before?.provider ?? null,
      licence: described?.licence ?? before?.licence ?? null,
      openWeights: described?.openWeights ?? before?.openWeights ?? null,
      aliases: [...new Set([...(described?.aliases ?? before?.aliases ?? []), ...defaultAliases(name)])],
    };
  });
}

type Compared = Pick<ImportBundle, 'battles' | 'votes' | 'verdicts'>;

/**
 * One battle for each (prompt, pair in its slots, turn); all raters' outcomes hang on it. A rater who compared the same
 * two answers again gets a second battle, so that no vote is lost to "one vote a battle".
 */
function collectBattles(
  rows: readonly ReadComparison[],
  options: { readonly shuffleSides: boolean; readonly seed: number; readonly atMs: number },
): Compared {
  const battles = new Map<string, ImportBundle['battles'][number]>();
  const taken = new Map<string, number>();
  const votes: ImportBundle['votes'][number][] = [];
  const verdicts: ImportBundle['verdicts'][number][] = [];
  const seenKeys = new Set<string>();
  for (const row of rows) {
    const rater = row.rater ?? `row:${row.key}`;
    const identity = `${row.source}/${rater}/${row.key}`;
    if (seenKeys.has(identity)) continue;
    seenKeys.add(identity);
    const turned = options.shuffleSides && coin(row, options.seed);
    const [modelA, modelB] = turned ? [row.modelB, row.modelA] : [row.modelA, row.modelB];
    const outcome = turned ? swapOutcome(row.outcome) : row.outcome;
    const shareA = row.shareA === undefined ? null : turned ? 1 - row.shareA : row.shareA;
    const place = JSON.stringify([row.promptKey ?? null, modelA, modelB, row.turn ?? null]);
    const mine = `${row.source}/${rater}/${place}`;
    const repeat = (taken.get(mine) ?? 0) + 1;
    taken.set(mine, repeat);
    const isVote = row.source === 'people';
    const battleKey = contentHash(isVote && repeat > 1 ? `${place}#${repeat}` : place);
    if (!battles.has(battleKey)) {
      battles.set(battleKey, {
        key: battleKey,
        promptKey: row.promptKey ?? null,
        modelA,
        modelB,
        turns: row.turn ?? null,
        category: row.category ?? null,
        language: row.language ?? null,
      });
    }
    const atMs = row.atMs ?? options.atMs;
    if (isVote) votes.push({ battleKey, rater, outcome, key: row.key, atMs });
    else verdicts.push({ battleKey, judge: row.rater ?? 'unnamed judge', outcome, shareA, repeat, atMs });
  }
  return { battles: [...battles.values()], votes, verdicts };
}

/** The same for every rater of the same two answers, whichever way round the row has them. */
function coin(row: ReadComparison, seed: number): boolean {
  const sorted = row.modelA < row.modelB;
  const [first, second] = sorted ? [row.modelA, row.modelB] : [row.modelB, row.modelA];
  const heads =
    seededRandom(`sides/${seed}/${row.promptKey ?? ''}/${first}/${second}/${row.turn ?? ''}`).below(2) === 0;
  return heads === sorted;
}
