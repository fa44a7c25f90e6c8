/** How good a judge is, beside people and rules without a model; and how judges stand together. */
export {
  type Calibration,
  calibrated,
  calibrateJudge,
} from './judge-card/calibrate-judge.ts';
export {
  type ChanceFigures,
  calibrateScores,
  chanceOf,
  FEWEST_TO_CALIBRATE,
  SCORE_FOLDS,
  type ScoreCalibration,
} from './judge-card/calibrate-scores.ts';
export { compareSpeakers } from './judge-card/compare-speakers.ts';
export { effectiveJudges, type JuryItem } from './judge-card/effective-judges.ts';
export { fitJury, type JuryFit, type JuryStatement } from './judge-card/fit-jury.ts';
export { judgeAuc } from './judge-card/judge-auc.ts';
export { JUDGE_HABITS, type JudgeHabit, judgeHabits } from './judge-card/judge-habits.ts';
export {
  type CardItem,
  type CardLabel,
  type CardOrder,
  type CardVerdict,
  type Estimate,
  judgeOf,
  peopleOf,
  preferenceOf,
  type Speaker,
} from './judge-card/judged-item.ts';
export { type OrderFigures, orderFigures, type SwapParts } from './judge-card/order-figures.ts';
export { rankDisagreements } from './judge-card/rank-disagreements.ts';
export { type WinnerAgreement, winnerAgreement } from './judge-card/winner-agreement.ts';
