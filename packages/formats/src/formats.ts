import type { Format } from './format.ts';
import {
  alpacaEvalAnnotations,
  alpacaEvalInstructions,
  alpacaEvalNumberedOutputs,
  alpacaEvalOutputs,
  alpacaEvalTable,
} from './readers/alpaca-eval.ts';
import { answerSheet } from './readers/answer-sheet.ts';
import { arenaHard } from './readers/arena-hard.ts';
import { fastchatBattles, kaggle55k } from './readers/fastchat.ts';
import { fastchatLog } from './readers/fastchat-log.ts';
import { llmfaoComparisons, llmfaoPrompts, llmfaoResults } from './readers/llmfao.ts';
import { mtBenchAnswers, mtBenchHuman, mtBenchPairs, mtBenchQuestions } from './readers/mt-bench.ts';
import { pandalm } from './readers/pandalm.ts';
import { plainAnswers, plainComparisons, plainPrompts, scores } from './readers/plain.ts';
import { rankedLists } from './readers/ranked-lists.ts';
import { vicunaAnswers, vicunaQuestions } from './readers/vicuna.ts';

/** Every format that is read. Of those that read equally many of a file's columns, it is the first: the special before the plain. */
export const FORMATS: readonly Format[] = [
  alpacaEvalAnnotations,
  alpacaEvalOutputs,
  alpacaEvalTable,
  alpacaEvalNumberedOutputs,
  alpacaEvalInstructions,
  fastchatLog,
  mtBenchHuman,
  fastchatBattles,
  kaggle55k,
  mtBenchPairs,
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
  answerSheet,
];
