import type { Format } from './format.ts';
import {
  alpacaEvalAnnotations,
  alpacaEvalInstructions,
  alpacaEvalNumberedOutputs,
  alpacaEvalOutputs,
  alpacaEvalTable,
} from './readers/alpaca-eval.ts';
import { arenaHard } from './readers/arena-hard.ts';
import { fastchatBattles, fastchatLog, kaggle55k } from './readers/fastchat.ts';
import { llmfaoComparisons, llmfaoPrompts, llmfaoResults } from './readers/llmfao.ts';
import { mtBenchAnswers, mtBenchHuman, mtBenchPairs, mtBenchQuestions } from './readers/mt-bench.ts';
import { pandalm } from './readers/pandalm.ts';
import { plainAnswers, plainComparisons, plainPrompts, scores } from './readers/plain.ts';
import { rankedLists } from './readers/ranked-lists.ts';
import { vicunaAnswers, vicunaQuestions } from './readers/vicuna.ts';

/** Every format that is read. A file is the first one that its columns fit: the special before the plain. */
export const FORMATS: readonly Format[] = [
  alpacaEvalAnnotations,
  alpacaEvalOutputs,
  alpacaEvalTable,
  alpacaEvalNumberedOutputs,
  alpacaEvalInstructions,
  fastchatLog,
  kaggle55k,
  fastchatBattles,
  mtBenchPairs,
  mtBenchHuman,
  arenaHard,
  llmfaoComparisons,
  llmfaoResults,
  llmfaoPrompts,
  pandalm,
  plainComparisons,
  rankedLists,
  scores,
  mtBenchAnswers,
  vicunaAnswers,
  vicunaQuestions,
  plainAnswers,
  mtBenchQuestions,
  plainPrompts,
];
