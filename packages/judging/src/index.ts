export {
  type Instrument,
  JUDGE_LABELS,
  type JudgeLabel,
  parseInstrument,
  TEMPLATE_VARIABLES,
} from './instrument.ts';
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
  type JudgeQuestion,
  renderJudgePrompt,
  type SlotOrder,
} from './render-judge-prompt.ts';
