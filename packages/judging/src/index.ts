export {
  type Judge,
  JUDGE_LABELS,
  type JudgeLabel,
  parseJudge,
  TEMPLATE_VARIABLES,
} from './judge.ts';
export { type JudgeReply, type ParsedVerdict, parseVerdict, type UnscoredReason } from './parse-verdict.ts';
export {
  type OrderedVerdict,
  type PositionReport,
  type Reconciled,
  reconcileOrders,
  reportPosition,
} from './reconcile-orders.ts';
export {
  type JudgeMessage,
  type JudgedBattle,
  renderJudgePrompt,
  type SlotOrder,
} from './render-judge-prompt.ts';
