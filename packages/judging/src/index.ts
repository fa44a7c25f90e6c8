export { canonicalJson } from './canonical-json.ts';
export { CONTROL_JUDGES, type ControlJudge, isControlJudge, judgeByRule } from './control-judges.ts';
export {
  type ConvertedTemplate,
  convertTemplate,
  TEMPLATE_FORMATS,
  type TemplateFormat,
} from './convert-template.ts';
export {
  COMBINE_RULES,
  type CombineRule,
  JUDGE_INPUTS,
  JUDGE_LANGUAGES,
  JUDGE_MODES,
  JUDGE_PROBES,
  type Judge,
  type JudgeCheck,
  type JudgeFault,
  type JudgeInput,
  type JudgeLanguage,
  type JudgeMode,
  type JudgeProbe,
  type JudgeVariable,
  ORDER_RUNS,
  REPLY_FORMS,
  type ReplyForm,
  type RewardForm,
  type VerdictSpec,
} from './judge.ts';
export type { Criterion, JudgedItem, Rubric, Showing } from './judged-item.ts';
export { checkJudge, PARSER_VERSION, parseJudge } from './parse-judge.ts';
export {
  type JudgeReading,
  type ReadShowing,
  readJudgeReply,
  type UnscoredReason,
} from './read-judge-reply.ts';
export { readStoredReply, type StoredReply } from './read-stored-reply.ts';
export type { JudgeReply, TokenLogprobs } from './read-tokens.ts';
export {
  type AskedForm,
  applies,
  type FormsKnown,
  formFor,
  type JudgeRequest,
  partsOf,
  prefillOf,
  renderJudge,
  wholeReply,
} from './render-judge.ts';
export { type OrderedVerdicts, type PositionReport, reportPosition } from './report-position.ts';
export { type RewardInput, rewardGap } from './reward-inputs.ts';
export {
  BUNDLE_SCHEMA,
  type BundleHeader,
  type BundleRow,
  type Replayed,
  readBundleHeader,
  replayRow,
} from './run-bundle.ts';
export { combineOrders, type Inconsistent, splitSwap } from './swap.ts';
export { TEMPLATE_VARIABLES } from './template.ts';
