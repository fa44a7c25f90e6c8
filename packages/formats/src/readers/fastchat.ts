import type { Format } from '../format.ts';
import { comparisonTable } from './comparison-table.ts';

const BATTLE = ['model_a', 'model_b', 'winner'];

/** `clean_battle_*.json`, and the 33k, 100k and 140k data sets: model_a, model_b, winner, and conversations where kept. */
export const fastchatBattles: Format = comparisonTable({
  id: 'fastchat-battles',
  title: 'FastChat battles (clean_battle, 33k, 100k, 140k)',
  requires: ['conversation_a', 'anony', 'evaluation_session_id', 'judge_hash'].map((telling) => [
    ...BATTLE,
    telling,
  ]),
  judge: 'person',
  prompts: ['prompt_id'],
  promptPrefix: '',
  ids: ['question_id', 'id', 'evaluation_session_id'],
  sharedIds: true,
  textPrefix: 'fastchat-',
});

/** Kaggle's 55k set, and others with one column an outcome. */
export const kaggle55k: Format = comparisonTable({
  id: 'kaggle-55k',
  title: 'One column an outcome (LMSYS 55k, Kaggle)',
  requires: [['model_a', 'model_b', 'winner_model_a', 'winner_model_b']],
  unless: /^winner$/,
  judge: 'by name',
  prompts: ['prompt_id'],
  promptPrefix: '',
  ids: ['id'],
  textPrefix: 'kaggle-',
});
