export {
  JUDGE_LABELS,
  type Judge,
  type JudgeLabel,
  parseJudge,
  TEMPLATE_VARIABLES,
} from './judge.ts';
export { type JudgeReply, type ParsedVerdict, parseVerdict, type UnscoredReason } from './parse-verdict.ts';
export {
  type OrderedVerdicts,
  type PositionReport,
  type Reconciled,
  reconcileOrders,
  reportPosition,
} from './reconcile-orders.ts';
export {
  type JudgedBattle,
  type JudgePrompt,
  renderJudgePrompt,
  type SlotOrder,
} from './render-judge-prompt.ts';
